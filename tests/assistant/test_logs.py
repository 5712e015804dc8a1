import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.logs import log_refusal, log_unexpected, no_log_yet, start_logging


@pytest.fixture(autouse=True)
def _leave_no_handlers() -> Iterator[None]:
    yield
    ours = logging.getLogger("assistant")
    for handler in list(ours.handlers):
        ours.removeHandler(handler)
        handler.close()
    ours.propagate = True


def test_a_refusal_is_logged_with_code_and_detail_only(tmp_path: Path):
    path = start_logging(tmp_path, "ask", keep_days=1)
    log_refusal(AssistantError("IMG-101", "找不到 张三.dcm", next_step="再试", detail="ENOENT"))
    text = path.read_text("utf-8")
    assert "IMG-101 ENOENT" in text
    assert "张三" not in text


def test_of_an_exception_only_type_and_place(tmp_path: Path):
    path = start_logging(tmp_path, "ask", keep_days=1)
    try:
        raise ValueError("张三.dcm")
    except ValueError as error:
        log_unexpected(error)
    text = path.read_text("utf-8")
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert "张三" not in text


def test_libraries_are_not_logged(tmp_path: Path):
    path = start_logging(tmp_path, "app", keep_days=1)
    logging.getLogger("pydicom").warning("PatientName 张三")
    logging.getLogger().error("张三")
    logging.getLogger("assistant.ui").info("up")
    assert path.read_text("utf-8").strip().endswith("INFO assistant.ui up")


def test_old_files_go_and_new_ones_stay(tmp_path: Path):
    for name, days in (("old.log", 3), ("old.log.1", 3), ("new.log", 1), ("other.txt", 9)):
        (tmp_path / name).write_text("", encoding="utf-8")
        then = time.time() - days * 86400
        os.utime(tmp_path / name, (then, then))
    path = start_logging(tmp_path, "app", keep_days=2)
    assert {p.name for p in tmp_path.iterdir()} == {"new.log", "other.txt", path.name}


def test_a_process_has_one_file(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    start_logging(tmp_path / "a", "app", keep_days=1)
    path = start_logging(tmp_path / "b", "app", keep_days=1)
    log_refusal(AssistantError("IMG-101", "", next_step=""))
    assert path.stat().st_size > 0
    assert all(p.stat().st_size == 0 for p in (tmp_path / "a").iterdir())


def test_nothing_reaches_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    no_log_yet()
    log_refusal(AssistantError("USE-011", "", next_step=""))
    start_logging(tmp_path, "app", keep_days=1)
    log_refusal(AssistantError("USE-011", "", next_step=""))
    assert capfd.readouterr() == ("", "")
