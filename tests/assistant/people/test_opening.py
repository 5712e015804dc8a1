from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.people.opening import check_open
from assistant.people.roll import Roll


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "ct.example.org"])
def test_other_machines_only_come_when_there_are_users(tmp_path: Path, host: str) -> None:
    roll = Roll(tmp_path)
    with pytest.raises(AssistantError) as caught:
        check_open(host, roll)
    assert caught.value.code == "ACC-111"
    assert host in caught.value.message
    assert "users add" in caught.value.next_step
    roll.add("anna", "a good password")
    check_open(host, roll)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_may_do_without(tmp_path: Path, host: str) -> None:
    check_open(host, Roll(tmp_path))
