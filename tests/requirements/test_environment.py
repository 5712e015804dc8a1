import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from requirements.environment import (
    ALL,
    ASSISTANT,
    CUDA,
    STAMP,
    Environment,
    interpreter,
    is_ready,
    stamped_name,
    state_of,
    write_stamp,
)


@pytest.fixture
def made(tmp_path: Path) -> Environment:
    """An environment whose Python is the one that runs, and whose stamp is in order."""
    lock = tmp_path / "tiny.txt"
    lock.write_text("tiny==1\n", encoding="utf-8")
    environment = Environment("tiny", "小环境", tmp_path / ".venv", lock, 0.01)
    environment.python.parent.mkdir(parents=True)
    environment.python.symlink_to(sys.executable)
    write_stamp(environment, environment.folder)
    return environment


def test_ready(made: Environment) -> None:
    assert is_ready(made)
    assert stamped_name(made.folder) == "tiny"


def test_what_a_person_is_told(made: Environment) -> None:
    assert state_of(made) == "就绪"
    made.lock.write_text("tiny==2\n", encoding="utf-8")
    assert state_of(made) == "需要更新"
    (made.folder / STAMP).unlink()
    assert state_of(made) == "未安装"


def test_not_ready_under_another_name(made: Environment) -> None:
    assert not is_ready(replace(made, name="other"))


def test_not_ready_when_the_lock_changed(made: Environment) -> None:
    made.lock.write_text("tiny==2\n", encoding="utf-8")
    assert not is_ready(made)


def test_not_ready_when_its_python_is_gone(made: Environment) -> None:
    made.python.unlink()
    assert not is_ready(made)


def test_not_ready_when_its_python_was_replaced(made: Environment) -> None:
    stamp = json.loads((made.folder / STAMP).read_text(encoding="utf-8"))
    (made.folder / STAMP).write_text(json.dumps({**stamp, "python": "3.10"}), encoding="utf-8")
    assert not is_ready(made)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"ready"'])
def test_a_broken_stamp_counts_as_none(made: Environment, content: str) -> None:
    (made.folder / STAMP).write_text(content, encoding="utf-8")
    assert stamped_name(made.folder) is None
    assert not is_ready(made)


def test_a_checkout_without_its_locks_is_told(made: Environment) -> None:
    made.lock.unlink()
    with pytest.raises(AssistantError) as refusal:
        is_ready(made)
    assert refusal.value.code == "ENV-113"


def test_every_environment_has_its_lock() -> None:
    assert all(environment.lock.is_file() for environment in ALL)
    assert ASSISTANT.folder == CUDA.folder
    assert len({environment.folder for environment in ALL}) == len(ALL) - 1


@pytest.mark.parametrize(
    ("system", "place"), [("nt", "Scripts/python.exe"), ("posix", "bin/python")]
)
def test_where_python_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, place: str
) -> None:
    monkeypatch.setattr("requirements.environment.os.name", system)
    found = interpreter(tmp_path)
    monkeypatch.undo()
    assert found == tmp_path / place
