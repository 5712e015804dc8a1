"""Held-out pictures as questions: which texts tell enough, each picture once, both layouts."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from assistant.errors import AssistantError
from tests.trainer.medtrinity_rows import Maker, encode
from trainer.data.corpus.preparation import Preparation
from trainer.data.prepared import HELD_OUT, read_rows
from trainer.exam.held_out import draw_held_out, known_from
from trainer.stages.prepare import prepare

NORMAL = (
    "胸部CT平扫未见明显异常。",
    "检查所见：胸部CT平扫，双肺透亮度正常，纵隔居中，气管通畅，胸腔未见积液。\n诊断意见：胸部CT未见异常。\n建议：定期复查。",
    "颅脑CT平扫：脑实质密度均匀，脑室、脑沟对称，中线居中。颅内未见异常。",
)
TEXTS = (
    "胸部CT：右侧胸腔积液，厚约12mm，未见气胸。",
    "胸部CT平扫未见明显异常。",
    "颅脑CT：左侧丘脑出血。",
)


@pytest.mark.parametrize(
    ("text", "region", "signs"),
    [
        (TEXTS[0], "胸部", {"胸腔积液"}),
        (TEXTS[1], "胸部", set()),
        (TEXTS[2], "头颅", {"脑出血"}),
    ],
)
def test_what_a_reference_tells(text: str, region: str, signs: set[str]) -> None:
    known = known_from(text)
    assert known is not None
    assert (known.region, {finding.sign for finding in known.findings}) == (region, signs)


@pytest.mark.parametrize(
    "text",
    [
        "A CT scan of the chest shows a pleural effusion on the right.",
        "这是一幅胸部CT图像。",  # neither a finding nor that all is normal
        "可见异常，表现不正常。",  # no region
        "这不是CT图像，是一张照片。",
        # One sound organ is no normal slice, where something else is seen.
        "腹部CT：胰腺癌，肝脏未见异常。",
        "胸部CT：右肺门增大，心脏大小正常。",
        "腹部CT：右肾囊性病变，肝脏形态正常。",
        "胸部CT：术后改变，余未见异常。",
        "",
    ],
)
def test_what_tells_too_little(text: str) -> None:
    assert known_from(text) is None


@pytest.mark.parametrize("text", NORMAL)
def test_a_text_of_sound_organs_alone_is_normal(text: str) -> None:
    known = known_from(text)
    assert known is not None
    assert known.findings == ()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Twelve pictures, each with one of three Chinese reports."""
    folder, maker = tmp_path / "source", Maker()
    folder.mkdir()
    for number in range(12):
        (folder / f"{number}.jpg").write_bytes(encode(maker.slice()))
        (folder / f"{number}.txt").write_text(TEXTS[number % 3], encoding="utf-8")
    return folder


def made(source: Path, layout: str, **split: float) -> Path:
    given = {
        "sources": [{"kind": "pictures", "path": source}],
        "layout": layout,
        "workers": 1,
        "split": split,
    }
    out = source.with_name(layout)
    prepare(Preparation.model_validate(given), out, console=Console(quiet=True))
    return out


@pytest.mark.parametrize("layout", ["recipe", "shards"])
def test_held_out_rows_become_cases(source: Path, layout: str) -> None:
    out = made(source, layout, validation=0.3, test=0.4)
    rows = list(read_rows(out, *HELD_OUT))
    cases = draw_held_out(out, 100)
    assert 1 < len(cases) == len(rows) < 12
    assert [case.reference for case in cases] == [row.answers[0] for row in rows]
    assert {case.reference for case in cases} <= set(TEXTS)
    for case in cases:
        assert case.known == known_from(case.reference)
        assert case.picture.pixels.shape[2] == 3
        assert case.contrasts == (None,) * len(case.known.findings)
    assert len({case.picture.sha256 for case in cases}) == len(cases)
    assert draw_held_out(out, 1)[0].reference == cases[0].reference


def test_a_picture_of_several_rows_is_asked_about_once(source: Path) -> None:
    out = made(source, "recipe", validation=0.0, test=0.49)
    name = out / "mllm_data" / "mllm_data_test.json"
    rows = json.loads(name.read_text(encoding="utf-8"))
    name.write_text(json.dumps([*rows, *rows]), encoding="utf-8")
    assert len(draw_held_out(out, 100)) == len(rows)


def test_nothing_to_ask_about_is_told(source: Path) -> None:
    for text in source.glob("*.txt"):
        text.write_text("这是一幅很普通的胸部CT平扫图像。", encoding="utf-8")
    out = made(source, "recipe", validation=0.0, test=0.4)
    with pytest.raises(AssistantError) as caught:
        draw_held_out(out, 10)
    assert caught.value.code == "TRN-603"
