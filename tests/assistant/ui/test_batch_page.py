import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from assistant.batch.estimate import Estimate
from assistant.batch.ledger import Filed, Tally
from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.ui.batch_page import MOST_SHOWN, downloads, progress, table
from assistant.ui.batching import Batch, Standing

PLAIN = Row.answered("a.dcm", "0", window="脑", model="m", text="检查所见：未见异常。")
URGENT = replace(PLAIN, file="b.dcm", urgency="紧急")
REFUSED = Row("c.dcm", "1", "refused", "IMG-106", text="文件不完整。")


def shown(*rows: Row, found: int | None = None, filtered: bool = False) -> str:
    count = len(rows) if found is None else found
    return table(map(Filed, rows), count, filtered=filtered, key="0a")


def files(markup: str) -> list[str]:
    return re.findall(r'class="file" title="([^"]+)"', markup)


def test_rows_stand_in_the_order_given() -> None:
    assert files(shown(URGENT, PLAIN, REFUSED)) == ["b.dcm", "a.dcm", "c.dcm"]


def test_only_a_row_with_a_picture_can_be_opened() -> None:
    represented = Row("d.dcm", "1", "skipped", "BAT-142", text="由 a.dcm 代表。")
    linked = Row("e.dcm", "", "skipped", "BAT-111", text="链接。")
    markup = shown(PLAIN, REFUSED, represented, linked)
    assert re.findall(r'data-file="([^"]+)"', markup) == ["0a|a.dcm", "0a|d.dcm"]


def test_a_refused_file_says_why() -> None:
    assert "文件不完整。" in shown(REFUSED)
    assert "IMG-106" in shown(REFUSED)


def test_an_answer_that_is_not_whole_never_says_that_nothing_was_found() -> None:
    answered = Row.answered("a", "0", window="肺", model="m", text="双肺清晰。诊断：", cut=True)
    for row in (answered, Row.answered("a", "0", window="肺", model="m", text="")):
        markup = shown(row)
        assert "未提示异常征象" not in markup
        assert row.caveat in markup
        assert row.code in markup
        assert ">需复核<" in markup
    assert "未提示异常征象" in shown(PLAIN)


def test_names_and_texts_are_harmless() -> None:
    odd = replace(PLAIN, file='"><img src=x>', text="<script>", region="<b>")
    assert not re.search(r"<(img|script|b)>?[ >]", shown(odd))


def test_many_rows_are_cut_short_and_said_to_be() -> None:
    assert str(MOST_SHOWN + 5) in shown(PLAIN, found=MOST_SHOWN + 5)
    assert "rows-more" not in shown(PLAIN)


def test_nothing_found_is_told_apart_from_nothing_there() -> None:
    assert shown() != shown(filtered=True)


def test_progress_counts_and_says_how_long_it_takes() -> None:
    going = progress(Standing("running", 1, 4, 7200.0), Tally(urgent=1, review=2))
    assert "1/4" in going
    assert "紧急 1" in going
    assert "需复核 2" in going
    assert "2.0 小时" in going
    assert "width:25.0%" in going
    assert "已暂停" in progress(Standing("paused", 1, 4))
    assert "清点" in progress(Standing("running"))


def test_an_error_is_a_card() -> None:
    error = AssistantError("BAT-101", "找不到该文件夹。", next_step="请检查路径。")
    assert "BAT-101" in progress(Standing(error=error))


def test_an_estimate_is_told() -> None:
    found = Estimate(9, Tally(9, refused=2), 3, (), 7, 1, 2.0)
    told = progress(Standing("counted", estimate=found))
    assert "9 个文件，2 个不能读取" in told
    assert "需提问 7 次，可沿用 1 次" in told
    assert "每次 2.0 秒，共约 14 秒" in told


def test_what_is_there_can_be_downloaded_and_only_a_kept_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "results.csv").touch()
    (tmp_path / "results.json").touch()
    passing, lasting = (
        downloads(cast(Batch, SimpleNamespace(out=tmp_path, key="0a", kept=kept)))
        for kept in (False, True)
    )
    linked = re.findall(r'href="([^"]+)"', passing)
    assert linked == ["result/0a/results.csv", "result/0a/results.json"]
    assert str(tmp_path) not in passing
    assert str(tmp_path) in lasting
