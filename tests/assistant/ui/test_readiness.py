from collections.abc import Callable
from threading import Event

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.engine.worker import grey_talk
from assistant.store.exchange import Exchange, Picture, Record
from assistant.ui.readiness import get_ready
from assistant.ui.session import Desk
from assistant.ui.study import first_view, open_study


class Notes(ScriptedEngine):
    def __init__(self) -> None:
        super().__init__()
        self.prepared: list[Conversation] = []
        self.noted = Event()

    def prepare(self, conversation, cancel):
        if conversation.id != grey_talk().id:
            self.prepared.append(conversation)
            self.noted.set()
        return super().prepare(conversation, cancel)


def test_the_picture_on_screen_is_known_before_the_question(ct: bytes):
    engine = Notes()
    lane = Lane.of(engine)
    desk = Desk(Record("系统"))
    get_ready(desk, lane)  # without a picture there is nothing to do
    desk.view = first_view(open_study([ct]), "auto")
    get_ready(desk, lane)
    assert engine.noted.wait(10)
    assert [image.sha256 for image in engine.prepared[0].images] == [desk.view.image.sha256]
    asked = desk.record.conversation.ask("描述", (desk.view.image,))
    assert asked.id == engine.prepared[0].id
    chunks = list(lane.stream(asked, Options(), Event()))
    assert chunks[-1].stats.pictures_encoded == 0
    lane.close()


def test_a_picture_that_was_sent_already_is_not_added_again(
    ct: bytes, open_lane: Callable[..., Lane]
):
    engine = Notes()
    lane = Lane.of(engine)
    view = first_view(open_study([ct]), "auto")
    asked = Exchange("描述", "描述", "", (Picture(view.image),), "未见异常。", "done")
    desk = Desk(Record("系统", (asked,)), view=view)
    get_ready(desk, lane)
    assert engine.noted.wait(10)
    assert len(engine.prepared[0].images) == 1
    assert engine.prepared[0].turns[-1].images == ()
    lane.close()


def test_nothing_is_prepared_while_an_answer_is_being_written(ct: bytes):
    engine = Notes()
    lane = Lane.of(engine)
    running = Record("系统", (Exchange("描述", "描述"),))
    desk = Desk(running, view=first_view(open_study([ct]), "auto"))
    get_ready(desk, lane)
    list(lane.stream(Conversation.new("").ask("问"), Options(), Event()))
    assert engine.prepared == []
    lane.close()
