import pytest

from assistant.ui.errand import Errand, parse


def test_wishes_are_read() -> None:
    assert parse("1|open|abc|") == Errand("open", "abc")
    assert parse("2|rename|abc|右肺|随访") == Errand("rename", "abc", "右肺|随访")
    assert parse("4|ask||多大？") == Errand("ask", "", "多大？")
    assert parse("3|edit||") == Errand("edit", "")


@pytest.mark.parametrize("sent", ["", "1", "1|open", "1|drop|abc|", "|||"])
def test_anything_else_is_none(sent: str) -> None:
    assert parse(sent) is None
