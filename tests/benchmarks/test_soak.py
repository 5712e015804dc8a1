"""The soak in short; SOAK_MINUTES=30 for the long one. Times are told and not judged here."""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from assistant.places import ASSETS, CHECKOUT

MINUTES = os.environ.get("SOAK_MINUTES", "2")


@pytest.mark.slow
@pytest.mark.timeout(float(MINUTES) * 60 + 300)
def test_nothing_wears_out_and_nobody_is_lost():
    command = [sys.executable, str(CHECKOUT / "benchmarks" / "soak.py")]
    done = subprocess.run(
        [*command, "--minutes", MINUTES, "--busy-machine"], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "follow-up" in done.stdout


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    path = CHECKOUT / "benchmarks" / "soak.py"
    spec = importlib.util.spec_from_file_location("soak", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "soak", module)
    spec.loader.exec_module(module)
    return module


def test_a_model_without_a_card_can_be_soaked(soak: ModuleType, tmp_path: Path):
    assert soak.find("demo").card.demo
    for name in ("config.json", "openvino_language_model.xml"):
        shutil.copy(ASSETS / "demo-model" / name, tmp_path / name)
    found = soak.find(str(tmp_path))
    assert found.path == tmp_path
    assert found.card.format == "openvino-int4"


def test_what_is_kept_is_for_as_many_conversations_whatever_the_model(
    soak: ModuleType, tmp_path: Path
):
    small = soak.budget_of(ASSETS / "demo-model")
    assert (small.states, small.pictures) == (16 << 20, 4 << 20)
    text = (
        '"num_hidden_layers": 28, "hidden_size": 1536, "num_attention_heads": 12,'
        ' "num_key_value_heads": 2'
    )
    (tmp_path / "config.json").write_text(f'{{"text_config": {{{text}}}}}')
    large = soak.budget_of(tmp_path)
    assert large.states == 14 * small.states  # 4 people, what is prepared and 8 pictures at once
    assert large.pictures == 6 * small.pictures


def told(soak: ModuleType, *missing: str, pictures_at: float = 30.0) -> object:
    """A book in which all has happened but this, a hundred pictures by then."""
    book = soak.Book()
    for what in soak.EXPECTED:
        if what not in missing:
            book.note(what, 0.1 if what == "follow-up" else None)
    book.pictures_s = [pictures_at] * 100
    return book


MEMORY = [(float(at), 10**9 + min(at, 150) * 10**6) for at in range(600)]
"""Of ten minutes, in which it grows in the first 150 seconds."""


@pytest.mark.parametrize(
    ("missing", "pictures_at", "code", "growth"),
    [
        ((), 150.0, 0, "+0.0%"),
        ((), 60.0, 1, "+5.8%"),
        (("folder group",), 150.0, 1, "+0.0%"),
        ((), 301.0, 1, "预热没有完成"),
    ],
)
def test_a_soak_judges_what_it_has_seen_and_only_after_its_warm_up(
    soak: ModuleType,
    capsys: pytest.CaptureFixture[str],
    missing: tuple[str, ...],
    pictures_at: float,
    code: int,
    growth: str,
):
    given = argparse.Namespace(minutes=10.0, busy_machine=False)
    book = told(soak, *missing, pictures_at=pictures_at)
    assert soak.report(given, [0.1], book, MEMORY, lost=0, restarts=0) == code
    said = capsys.readouterr().out
    assert growth in said
    assert f"没有发生过的 | {'、'.join(missing) or 0} |" in said
