from dataclasses import replace
from threading import Event

import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.line import CROWD, Line
from assistant.engine.request import Request
from assistant.engine.worker import grey_talk
from assistant.errors import AssistantError


def request(owner: str = "", *, folder: bool = False) -> Request:
    talk = Conversation.new("").ask("问")
    return Request(talk, Options(), Event(), owner=owner, folder=folder)


def test_one_persons_many_requests_do_not_hold_up_another():
    line = Line(9)
    first, second, third, other = request("甲"), request("甲"), request("甲"), request("乙")
    for each in (first, second, third, other):
        line.join(each)
    assert [line.ahead(each) for each in (first, other, second, third)] == [0, 1, 2, 3]
    assert [line.take_person() for _ in range(5)] == [first, other, second, third, None]


def test_who_was_served_last_comes_after_who_waits():
    line = Line(9)
    line.join(request("甲"))
    again, other = request("甲"), request("乙")
    line.join(again)
    line.take_person()
    line.join(other)
    assert line.take_person() is other
    assert line.take_person() is again


def test_folders_wait_behind_people_and_have_their_own_bound():
    line = Line(1)
    folder, person = request(folder=True), request()
    line.join(folder)
    line.join(person)
    assert line.ahead(folder) == 1
    for more in (request(), request(folder=True)):
        with pytest.raises(AssistantError, match="ENG-001"):
            line.join(more)
    assert line.take_person() is person
    assert line.take_folder() == (folder,)
    line.rejoin((folder,))
    assert line.take_folder() == (folder,)
    assert line.take_folder() == ()


def test_folder_requests_that_can_be_answered_together_are_taken_together():
    line = Line(9)
    alike = [request(folder=True) for _ in range(3)]
    likelihood = replace(request(folder=True), answers=("是",))
    other = replace(request(folder=True), options=Options(max_tokens=3))
    for each in (*alike, other, likelihood, request(folder=True)):
        line.join(each)
    assert line.take_folder(2) == tuple(alike[:2])
    assert line.take_folder(8) == (alike[2],)
    assert line.take_folder(8) == (other,)
    assert line.take_folder(8) == (likelihood,)


def test_one_persons_many_requests_leave_room_for_another():
    line = Line(2)
    for _ in range(2):
        line.join(request("甲"))
    other = request("乙")
    line.join(other)
    assert line.ahead(other) == 1
    for more in ("甲", "乙", ""):
        with pytest.raises(AssistantError, match="ENG-001") as caught:
            line.join(request(more))
        assert "（3 个）" in caught.value.message
    line.take_person()
    line.take_person()
    line.take_person()
    line.join(request("甲"))


def test_many_people_are_a_crowd_in_the_end():
    line = Line(2)
    for number in range(2 * CROWD):
        line.join(request(f"甲{number}"))
    with pytest.raises(AssistantError, match="ENG-001"):
        line.join(request("乙"))


def test_who_left_is_not_taken():
    line = Line(4)
    gone, stays = request(), request()
    line.join(gone)
    line.join(stays)
    line.leave(gone)
    assert line.ahead(gone) is None
    assert line.take_person() is stays


def test_a_preparation_makes_way_for_everyone_but_its_own_question():
    line = Line(4)
    line.prepare(grey_talk())
    preparation = line.next_preparation()
    assert preparation is not None
    own = Request(grey_talk(), Options(), Event())
    line.join(own)
    assert not line.must_wait(preparation)
    assert not preparation.cancel.is_set()
    line.join(request())
    assert line.must_wait(preparation)


def test_a_preparation_is_not_wanted_when_the_picture_or_the_conversation_is_gone():
    line = Line(4)
    talk = grey_talk()
    line.prepare(talk)
    first = line.next_preparation()
    line.prepare(talk)
    second = line.next_preparation()
    assert first is not None
    assert second is not None
    assert first.cancel.is_set()
    line.join(Request(Conversation("", id=talk.id).ask("没有图像"), Options(), Event()))
    assert second.cancel.is_set()
    assert line.next_preparation() is None


def test_clear_sends_everyone_away():
    line = Line(4)
    both = (request(), request(folder=True))
    for each in both:
        line.join(each)
    line.prepare(grey_talk())
    assert line.clear() == both
    assert len(line) == 0
    assert line.next_preparation() is None
