import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from assistant.errors import AssistantError
from assistant.places import ASSETS
from tests.trainer.vqa.test_sets import put, slake_folder
from trainer.vqa import run as module
from trainer.vqa.run import Asked, run

__all__ = ["slake_folder"]
DEMO = ASSETS / "demo-model"


def test_the_demo_model_answers_every_question_once(
    slake_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Console(file=io.StringIO(), width=200)
    out = tmp_path / "out"
    run(Asked("slake", slake_folder, "test", DEMO), out, console)
    rows = json.loads((out / "vqa.json").read_text(encoding="utf-8"))
    assert [row["language"] for row in rows] == ["en", "zh", "zh"]
    assert all(row["said"] for row in rows)
    assert "| SLAKE | 中文 |" in (out / "vqa.md").read_text(encoding="utf-8")

    def refuse(self: object, *_: object) -> None:
        raise AssertionError("asked again")

    engine = module.load_engine(module.ModelFolder(DEMO, module.read_card(DEMO)))
    monkeypatch.setattr(type(engine), "stream", refuse)
    run(Asked("slake", slake_folder, "test", DEMO), out, console)
    assert json.loads((out / "vqa.json").read_text(encoding="utf-8")) == rows


def test_a_broken_picture_is_told(slake_folder: Path, tmp_path: Path) -> None:
    put(slake_folder / "imgs" / "xmlab1" / "source.jpg", b"no picture")
    with pytest.raises(AssistantError) as caught:
        run(Asked("slake", slake_folder, "test", DEMO), tmp_path / "out", Console(quiet=True))
    assert caught.value.code == "TRN-612"
