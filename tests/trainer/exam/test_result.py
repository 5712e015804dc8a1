import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.trainer.exam.examination import CASES, REPORTS, SETTINGS, Model, Sure, candidate, picture
from trainer.exam.gallery import errors, in_words
from trainer.exam.page import render
from trainer.exam.record import as_json, as_markdown, card_metrics
from trainer.exam.result import Examination, assess, graded, standing
from trainer.metrics.share import Share
from trainer.metrics.text import Overlap


def sat(tmp_path: Path, model: type[Model] = Sure) -> Examination:
    sheet = candidate(model, tmp_path / "answers.jsonl").sit(CASES, [picture("stranger")])
    answers = graded(CASES, sheet.reports)
    standings = [
        standing("base", "基座", "", graded(CASES[:2], ["", ""])),
        standing("sft", "SFT（合并前）", "base", graded(CASES[:2], sheet.reports)),
        standing("merged", "合并后", "sft", (), "组件没有安装"),
        standing("int4", "INT4", "merged", answers),
    ]
    return assess(CASES, sheet, standings, SETTINGS, Overlap(51.0, 62.0))


def test_the_figures(tmp_path: Path) -> None:
    found = sat(tmp_path)
    assert found.summary.right == Share(2, 4)
    assert found.summary.blank == Share(0, 4)
    assert found.summary.shuffled == Share(2, 4)  # two of the cases are alike
    assert found.summary.not_ct == Share(1, 1)
    assert found.controls.rephrased == Share(1, 2)
    assert found.controls.unmoved == Share(2, 2)
    assert found.controls.consistent == Share(10, 11)
    assert found.calibration is not None
    assert found.calibration.auc.value == 0.5
    assert found.details.invented.value == 0.25
    last = found.standings[-1]
    assert (last.right, last.urgent, last.normal) == (Share(2, 4), Share(1, 1), Share(1, 2))


def test_every_step_is_measured_from_the_nearest_variant_that_answered(tmp_path: Path) -> None:
    found = sat(tmp_path)
    steps = {(loss.before, loss.after) for loss in found.losses}
    assert steps == {("base", "sft"), ("sft", "int4")}  # the merged one could not be loaded
    assert found.failed == ()


class _Links(HTMLParser):
    """Everything that a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img", "br", "line", "circle", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag, attrs

    def handle_endtag(self, tag: str) -> None:
        if tag != "circle":  # holds a title, or nothing
            assert self.open.pop() == tag, tag


def test_the_page_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    page = render(sat(tmp_path), SETTINGS, title="甲<模型>", about="说明。", demo=True)
    links = _Links()
    links.feed(page)
    assert links.open == []
    assert links.fetched
    assert all(link.startswith("data:image/jpeg;base64,") for link in links.fetched)
    assert "甲&lt;模型&gt; 评测" in page
    assert "http" not in page.replace("http-equiv", "")
    for words in (
        *("完全正确", "全黑图片", "图片错位", "换一种问法", "ECE", "最好的回答", "最差的回答"),
        *("最自信的错误", "没有考核：组件没有安装", "图像太少，只报告", "BLEU（按字）51.0"),
        *("演示模型，考题是模拟图像", "按大小", "按对比度", "侧别报错 1/2 处"),
    ):
        assert words in page, words


def test_the_page_does_without_probabilities(tmp_path: Path) -> None:
    page = render(sat(tmp_path, Model), SETTINGS, title="甲", about="", demo=False)
    assert "给不出下一词元的概率" in page
    assert "最自信的错误" not in page
    assert "演示模型，考题是模拟图像" not in page


def test_the_most_confident_mistakes_come_first(tmp_path: Path) -> None:
    page = render(sat(tmp_path), SETTINGS, title="甲", about="", demo=False)
    confident = page.split("最自信的错误")[1]
    assert "第 4 题" in confident  # normal, P 0.95
    assert "第 1 题" not in confident
    assert page.split("最差的回答")[1].index("第 2 题") < page.split("最差的回答")[1].index(
        "第 4 题"
    )


def test_a_wrong_side_counts_twice_among_the_errors(tmp_path: Path) -> None:
    assert [errors(one) for one in sat(tmp_path).answers] == [0, 2, 0, 1]


def test_the_record_keeps_its_keys_and_every_answer(tmp_path: Path) -> None:
    record = json.loads(as_json(sat(tmp_path)))
    assert {"summary", "answers", "blank"} <= record.keys()
    assert record["summary"]["right"] == {"hits": 2, "of": 4}
    assert [answer["text"] for answer in record["answers"]] == [
        REPORTS[case.picture.sha256] for case in CASES
    ]
    assert record["answers"][1]["stated"][0]["side"] == "右"
    assert record["answers"][3]["abnormal"] == 0.95
    assert record["details"]["sizes"]["10–20 mm"] == {"hits": 1, "of": 1}
    assert [one["key"] for one in record["variants"]] == ["base", "sft", "merged", "int4"]
    assert record["losses"][0]["metric"] == "right"


def test_the_table_and_the_card(tmp_path: Path) -> None:
    found = sat(tmp_path)
    table = as_markdown(found)
    assert "| 完全正确（部位、征象或正常、侧别全对且无多余） | 50.0% |" in table
    for control, share in (
        *(("对照：换一种问法后完全正确", "50.0%"), ("追问的回答与第一次一致", "90.9%")),
        *(("F1：征象与侧别（侧别错算两处）", "40.0%"), ("有的征象被回答成“未见”", "0.0%")),
    ):
        assert f"| {control} | {share} |" in table, control
    assert "| P(异常) 的校准误差 ECE |" in table
    assert "| 合并后 | 0 | 没有考核：组件没有安装 |" in table
    assert "| 基座 → SFT（合并前） | 完全正确 | -50.0 | 5 | 图像太少 |" in table
    figures = card_metrics(found)
    assert (figures["slices"], figures["right"], figures["f1_sign_side"]) == (4.0, 0.5, 0.4)
    assert {"region", "normal", "urgent", "blank_picture", "abnormal_ece"} <= figures.keys()


@pytest.mark.parametrize(("place", "words"), [(0, "右胸腔积液 15mm"), (1, "左气胸"), (2, "正常")])
def test_findings_in_words(place: int, words: str) -> None:
    assert in_words(CASES[place].known.findings) == words
