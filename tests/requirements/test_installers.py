import importlib.util
import os
import sys
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from requirements import installers
from requirements.installers import Pip, fetch_uv, find_pip, host_pip, pinned_uv, present_uv
from requirements.lock import UV_VERSION

not_on_windows = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in modules else find(name)
    )


def stand_in_for_uv(place: Path, version: str) -> None:
    place.parent.mkdir(parents=True)
    place.write_text(f"#!/bin/sh\necho 'uv {version} (stand-in)'\n")
    place.chmod(0o755)


def test_neither_pip_nor_ensurepip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pip", "ensurepip")
    with pytest.raises(AssistantError) as refusal:
        find_pip(tmp_path)
    assert refusal.value.code == "ENV-104"
    assert "python3-venv" in refusal.value.next_step


def test_the_pip_of_the_running_python_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    assert find_pip(tmp_path) == host_pip() == Pip((sys.executable, "-m", "pip"))
    assert not list(tmp_path.iterdir())


def test_the_pinned_version_is_read_from_the_lock() -> None:
    assert pinned_uv() == UV_VERSION


@not_on_windows
@pytest.mark.parametrize(("version", "taken"), [(UV_VERSION, True), (f"{UV_VERSION}1", False)])
def test_the_users_uv_is_taken_only_in_the_pinned_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, taken: bool
) -> None:
    stand_in_for_uv(tmp_path / "bin" / "uv", version)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert (present_uv(tmp_path) is not None) == taken


@not_on_windows
@pytest.mark.parametrize("folder", ["bin", "Scripts"])
def test_the_fetched_uv_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    stand_in_for_uv(tmp_path / ".venv-uv" / folder / "uv", UV_VERSION)
    stand_in_for_uv(tmp_path / "elsewhere" / "uv", UV_VERSION)
    monkeypatch.setenv("PATH", f"{tmp_path / 'elsewhere'}:/usr/bin:/bin")
    found = present_uv(tmp_path)
    assert found is not None
    assert found.path == tmp_path / ".venv-uv" / folder / "uv"


def test_a_uv_that_does_not_start_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / ".venv-uv" / "bin" / "uv"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"not a program")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", "")
    assert present_uv(tmp_path) is None


def test_a_uv_that_cannot_be_fetched_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpack(self: Pip, lock: Path, folder: Path, wheels: Path | None) -> str:
        folder.mkdir()
        return "no matching distribution"

    monkeypatch.setattr(installers, "find_pip", lambda _: Pip(("pip",)))
    monkeypatch.setattr(Pip, "unpack", unpack)
    assert fetch_uv(tmp_path, None) == "no matching distribution"
    assert not list(tmp_path.iterdir())
