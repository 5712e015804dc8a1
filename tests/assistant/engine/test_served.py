import struct

from assistant.engine.calls import Call, Cancel
from assistant.engine.isolated import _SERVE
from assistant.engine.served import Desk
from assistant.pipe import spawn


class Ending(dict):
    """Calls that end just when somebody has seen them."""

    def __contains__(self, key: object) -> bool:
        return self.pop(key, None) is not None


def test_a_cancel_that_comes_as_its_call_ends_is_of_no_effect():
    desk = Desk()
    desk._cancels = Ending()
    desk.take(Call(1, "prepare", (), stoppable=True))
    desk.take(Cancel(1))
    desk.drop(1)
    desk.take(Cancel(1))


def test_a_process_that_cannot_listen_any_more_ends():
    process = spawn(_SERVE)
    assert process.stdin is not None
    process.stdin.write(struct.pack("<Q", 4) + b"what")
    process.stdin.flush()
    try:
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
