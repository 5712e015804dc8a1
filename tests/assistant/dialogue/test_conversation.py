import pytest

from assistant.dialogue.conversation import Conversation


def test_asking_and_answering_makes_new_conversations():
    empty = Conversation.new("s")
    asked = empty.ask("q")
    answered = asked.answer("a")
    assert (empty.turns, len(asked.turns), len(answered.turns)) == ((), 1, 2)
    assert {c.id for c in (empty, asked, answered)} == {empty.id}
    assert [turn.role for turn in answered.turns] == ["user", "assistant"]
    with pytest.raises(AttributeError):
        answered.turns = ()  # type: ignore[misc]


def test_ids_are_random():
    assert Conversation.new("s").id != Conversation.new("s").id
