from dataclasses import replace

from assistant.dialogue.suggestion import Situation, Suggestion
from assistant.store.exchange import Exchange, Picture, Record, State
from assistant.ui.session import Desk
from assistant.ui.study import first_view, open_study
from assistant.ui.upcoming import attach_line, fitting, situation_of, suggestion_row

BLEEDING = "检查所见：左侧额叶见高密度灶，大小约3.0cm。\n诊断意见：左侧额叶脑出血。"
HEALTHY = "检查所见：颅脑CT平扫未见异常密度。\n诊断意见：头颅CT未见明显异常。"


def desk_with(head: bytes, *answers: str, state: State = "done") -> Desk:
    view = first_view(open_study([head]), "auto")
    exchanges = tuple(
        Exchange(
            f"问{place}", f"问{place}", pictures=() if place else (Picture(view.image),),
            answer=answer, state=state,
        )
        for place, answer in enumerate(answers)
    )  # fmt: skip
    return Desk(Record("s", exchanges), view=view)


def test_without_a_picture_nothing_is_suggested() -> None:
    assert situation_of(Desk(Record("s"))) is None
    assert fitting([Suggestion.fixed("多大？")], None) == ()


def test_a_picture_that_was_not_asked_about_is_known_by_its_hu(head: bytes) -> None:
    assert situation_of(desk_with(head)) == Situation("头颅")


def test_the_answers_about_a_picture_say_what_is_known_of_it(head: bytes) -> None:
    found = situation_of(desk_with(head, BLEEDING, "脑出血约30mm。"))
    assert found == Situation("头颅", frozenset({"问0", "问1"}), found=True, sided=True)
    assert situation_of(desk_with(head, HEALTHY)) == Situation("头颅", frozenset({"问0"}))


def test_what_is_being_written_or_was_broken_off_says_nothing(head: bytes) -> None:
    for state in ("running", "stopped", "failed", "interrupted"):
        assert situation_of(desk_with(head, BLEEDING, state=state)) == Situation("头颅")


def test_another_picture_begins_anew(head: bytes, ct: bytes) -> None:
    desk = desk_with(head, BLEEDING)
    desk.view = first_view(open_study([ct]), "auto")
    found = situation_of(desk)
    assert found is not None
    assert (found.asked, found.found) == (frozenset(), False)


def test_a_picture_taken_off_the_screen_is_still_the_one_that_is_asked_about(head: bytes) -> None:
    desk = desk_with(head, BLEEDING)
    desk.view = None
    assert situation_of(desk) == Situation("头颅", frozenset({"问0"}), found=True, sided=True)


def test_a_button_asks_what_it_stands_for_and_is_harmless() -> None:
    row = suggestion_row([Suggestion(label="多大", ask='"><img src=x>')])
    assert ">多大</button>" in row
    assert "<img" not in row


def test_it_is_said_whether_the_picture_goes_along(head: bytes) -> None:
    desk = desk_with(head)
    assert "下一问将附上" in attach_line(desk)
    desk = desk_with(head, BLEEDING)
    assert "已在对话中" in attach_line(desk)
    desk.view = None
    assert "仍问对话中最近一幅" in attach_line(desk)
    desk = desk_with(head, BLEEDING)
    desk.record = replace(
        desk.record, exchanges=(replace(desk.record.exchanges[0], state="running"),)
    )
    assert "busy" in attach_line(desk)


def test_a_question_being_changed_promises_no_other_picture(head: bytes, ct: bytes) -> None:
    desk = desk_with(head, BLEEDING)
    desk.view = first_view(open_study([ct]), "auto")
    assert "附上当前图像" in attach_line(desk)
    desk.editing = desk.record.exchanges[0].id
    assert "附上当前图像" not in attach_line(desk)
