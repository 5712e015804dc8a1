import logging

import pytest

from assistant.errors import AssistantError
from assistant.ui.guard import as_assistant_error


def test_a_refusal_stays_itself() -> None:
    error = AssistantError("IMG-106", "文件不完整。", next_step="请重新导出。")
    assert as_assistant_error(error) is error


def test_the_unforeseen_gets_a_code_and_its_message_is_kept_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise ValueError("C:/患者/张三.dcm")
    except ValueError as error:
        with caplog.at_level(logging.DEBUG):
            shown = as_assistant_error(error)
    assert shown.code == "SYS-201"
    assert "张三" not in str(shown) + shown.detail + caplog.text
    assert "ValueError" in caplog.text
    assert "test_the_unforeseen" in caplog.text
