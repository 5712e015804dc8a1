import os
import subprocess
import sys

import pytest

from assistant.errors import AssistantError
from assistant.terminal import exit_code, say, tell_refusal

SCRIPT = """
import os, sys
from assistant.terminal import own_stdout, say, use_utf8
use_utf8()
print("前")
with own_stdout() as out:
    print("库")
    os.write(1, "本机库".encode("utf-8"))
    sys.__stdout__.write("旧") and sys.__stdout__.flush()
    os.system("echo child")
    say(out, "回答")
print("后")
"""


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "ascii"])
def test_only_what_the_command_says_reaches_stdout(encoding: str):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, check=True, env=environment
    )
    assert done.stdout.decode("utf-8").split() == ["前", "回答后"]
    for noise in ("库", "本机库", "旧", "child"):
        assert noise in done.stderr.decode("utf-8")


def test_half_a_character_from_a_model_does_not_stop_the_answer(tmp_path):
    with (tmp_path / "out").open("wb") as stream:
        say(stream, "好\ud800")
    assert (tmp_path / "out").read_bytes() == "好?".encode()


@pytest.mark.parametrize(
    ("code", "expected"),
    [("USE-201", 2), ("CFG-101", 2), ("IMG-101", 3), ("BAT-101", 3), ("MOD-101", 4), ("ENG-1", 4)],
)
def test_exit_codes(code: str, expected: int):
    assert exit_code(AssistantError(code, "", next_step="")) == expected


def test_a_refusal_shows_code_message_and_next_step(capsys: pytest.CaptureFixture[str]):
    tell_refusal(AssistantError("IMG-101", "找不到。", next_step="再试。", detail="secret"))
    assert capsys.readouterr() == ("", "[IMG-101] 找不到。\n再试。\n")
