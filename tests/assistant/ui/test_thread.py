import numpy as np

from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.store.exchange import Exchange, Picture, Record
from assistant.ui.thread import entries, pair
from assistant.ui.transcript import messages


def exchange(**changes: object) -> Exchange:
    values: dict[str, object] = {
        "question": "所见？", "asked": "所见？", "answer": "好。", "state": "done",
        "window": "肺 C-600/W1500", "seconds": 1.26, "tokens_per_s": 31.4,
    }  # fmt: skip
    return Exchange(**(values | changes))  # type: ignore[arg-type]


def test_a_finished_answer_says_window_time_and_speed() -> None:
    _, answer = pair(exchange(), last=True)
    assert answer.note == "肺 C-600/W1500 · 1.3 秒 · 31 词元/秒"


def test_how_an_answer_ended_is_said() -> None:
    assert pair(exchange(state="stopped"), last=True)[1].note == "已停止"
    assert "不完整" in pair(exchange(state="interrupted"), last=True)[1].note
    assert "已达长度上限" in pair(exchange(state="cut"), last=True)[1].note
    assert pair(exchange(seconds=0.0), last=True)[1].note == "肺 C-600/W1500"


def test_a_report_says_which_sections_the_model_left_out() -> None:
    whole = "检查所见：右肺结节。\n诊断意见：结节。\n建议：复查。"
    assert "模型未写" not in pair(exchange(mode="report", answer=whole), last=True)[1].note
    part = pair(exchange(mode="report", answer="检查所见：右肺结节。"), last=True)[1]
    assert part.note.endswith("模型未写诊断意见、建议")
    assert "模型未写" not in pair(exchange(answer="检查所见：右肺结节。"), last=True)[1].note


def test_while_nothing_is_written_the_reason_is_said() -> None:
    running = exchange(answer="", state="running")
    assert pair(running, last=True)[1].waiting == "正在作答…"
    assert "2 位" in pair(running, last=True, ahead=2)[1].waiting
    assert "加载" in pair(running, last=True, ahead=0, loading=True)[1].waiting
    written = pair(exchange(state="running"), last=True)[1]
    assert (written.waiting, written.note, written.again) == ("", "", "")


def test_only_the_last_question_may_be_asked_again_and_all_may_be_changed() -> None:
    record = Record("s", (exchange(), exchange()))
    shown = entries(record)
    assert [bool(entry.again) for entry in shown] == [False, False, False, True]
    assert [bool(entry.edits) for entry in shown] == [True, False, True, False]


def test_each_picture_stands_in_its_turn_with_window_and_slice() -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    image = RenderedImage(pixels, None, "骨 C400/W1800", SliceRef(), "0" * 64)
    asked = exchange(pictures=(Picture(image, "第 3/20 层", replaced=True),))
    shown = entries(Record("s", (exchange(), asked)))
    assert shown[0].picture == ""
    assert "已更换图像 · 骨 C400/W1800 · 第 3/20 层" in shown[2].picture


def test_a_refusal_stands_last_and_a_failure_below_its_text() -> None:
    error = AssistantError("ENG-002", "出错。", next_step="重试。")
    shown = entries(Record("s", (exchange(state="failed", error=error),)), error)
    assert (shown[1].text, shown[1].error, shown[1].note) == ("好。", error, "")
    assert (shown[2].text, shown[2].error) == ("", error)
    assert 'class="again of-' in messages(shown)[1]["content"]
