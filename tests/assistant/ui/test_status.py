from assistant.engine.base import Capabilities
from assistant.engine.lane import LaneStatus
from assistant.errors import AssistantError
from assistant.ui import wording
from assistant.ui.status import draft_line, status_line

DEMO = Capabilities("openvino", "ct-demo", "CPU · INT4", is_demo=True)


def test_model_engine_and_device_are_named() -> None:
    shown = status_line(LaneStatus("ready", 0, DEMO))
    assert "ct-demo · OpenVINO · CPU · INT4" in shown


def test_a_demonstration_model_says_so_and_another_does_not() -> None:
    other = Capabilities("openvino", "ct-2b", "CPU · INT4")
    for line in (status_line, draft_line):
        assert wording.DEMO in line(LaneStatus("ready", 0, DEMO))
        assert wording.DEMO not in line(LaneStatus("ready", 0, other))


def test_where_pictures_leave_for_is_said_in_full() -> None:
    remote = Capabilities("remote", "m", "远程", address="https://ct.example.org")
    assert "离开本机，发往 https://ct.example.org。" in draft_line(LaneStatus("ready", 0, remote))
    assert "离开本机" not in draft_line(LaneStatus("ready", 0, DEMO))


def test_a_demonstration_model_says_where_a_real_one_comes_from() -> None:
    assert "到“模型”页获取" in draft_line(LaneStatus("ready", 0, DEMO))


def test_every_answer_is_a_draft() -> None:
    assert wording.DRAFT in draft_line(LaneStatus("loading", 0))


def test_loading_is_said() -> None:
    assert wording.LOADING in status_line(LaneStatus("loading", 0))


def test_why_it_could_not_load_is_said() -> None:
    error = AssistantError("MOD-104", "模型文件有变动。", next_step="请重新复制。", detail="/x")
    shown = status_line(LaneStatus("failed", 0, None, error))
    assert "MOD-104" in shown
    assert "请重新复制。" in shown
    assert "/x" not in shown


def test_names_are_harmless() -> None:
    odd = Capabilities("openvino", "<b>x</b>", "CPU")
    assert "<b>x" not in status_line(LaneStatus("ready", 0, odd))
