"""What a process that loads a model is told about memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.engine.pages import environment

_MODE = Path("/sys/kernel/mm/transparent_hugepage/enabled")
_TOUCH = """
import re
block = bytearray(b"x") * (16 << 20)
print(re.search(r"AnonHugePages: +([0-9]+)", open("/proc/self/smaps_rollup").read())[1])
"""


def test_what_the_assistant_was_started_with_has_the_last_word(monkeypatch):
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0")
    told = environment()["GLIBC_TUNABLES"].split(":")
    assert told.index("glibc.malloc.hugetlb=1") < told.index("glibc.malloc.hugetlb=0")


def test_nothing_else_of_the_environment_changes(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    monkeypatch.setenv("SOMETHING", "else")
    assert environment()["SOMETHING"] == "else"


@pytest.mark.skipif(
    not _MODE.exists() or "[madvise]" not in _MODE.read_text(encoding="utf-8"),
    reason="Linux that gives large pages to those who ask",
)
def test_a_process_with_it_has_large_pages():
    def large_kb(variables: dict[str, str] | None) -> int:
        child = [sys.executable, "-c", _TOUCH]
        return int(subprocess.run(child, env=variables, capture_output=True, check=True).stdout)

    assert large_kb(environment()) >= 8 << 10
    assert large_kb(None) == 0
