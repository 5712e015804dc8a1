import importlib.util
import os
import platform
import sys
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from requirements.machine import NEEDED_MODULES, check_room, check_system, describe


def code_of_check() -> str:
    with pytest.raises(AssistantError) as refusal:
        check_system()
    return refusal.value.code


def test_this_machine_is_fit() -> None:
    check_system()


@pytest.mark.parametrize(
    ("system", "processor"), [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "ARM64")]
)
def test_another_machine(monkeypatch: pytest.MonkeyPatch, system: str, processor: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: processor)
    assert code_of_check() == "ENV-102"


def test_windows_is_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    check_system()


@pytest.mark.parametrize(
    "library", [("glibc", "2.17"), ("glibc", "2.30"), ("", ""), ("musl", "1.2")]
)
def test_c_library_too_old_for_the_codec(
    monkeypatch: pytest.MonkeyPatch, library: tuple[str, str]
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "libc_ver", lambda: library)
    assert code_of_check() == "ENV-103"


@pytest.mark.parametrize("version", ["2.31", "2.36", "2.100", "3.0"])
def test_c_library_new_enough(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", version))
    check_system()


@pytest.mark.parametrize("module", NEEDED_MODULES)
def test_python_built_without_a_module(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == module else find(name)
    )
    assert code_of_check() == "ENV-114"


def test_room(tmp_path: Path) -> None:
    check_room(tmp_path, 0.0)
    with pytest.raises(AssistantError, match="磁盘空间不足") as refusal:
        check_room(tmp_path, 1e6)
    assert refusal.value.code == "ENV-105"


def test_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(AssistantError) as refusal:
        check_room(tmp_path, 0.0)
    assert refusal.value.code == "ENV-109"


def test_describes_python_system_and_room(tmp_path: Path) -> None:
    lines = "\n".join(describe(tmp_path))
    assert platform.python_version() in lines
    assert sys.executable in lines
    assert "GB" in lines
