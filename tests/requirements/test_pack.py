"""A pack is gathered for real, and set up from where no network is."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from requirements import pack as packing
from requirements.environment import ROOT
from requirements.pack import NOTE, SOURCES, Order, data_folder, pack, this_platform, this_python


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Packs without their wheels; which locks were asked for."""
    asked: list[str] = []
    monkeypatch.setattr(packing, "download", lambda lock, wheels, order: asked.append(lock.name))
    return asked


def order(folder: Path, **changes: object) -> Order:
    return Order(**{"folder": folder, "platform": "linux", "python": "3.12", **changes})  # type: ignore[arg-type]


def model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(b"w")
    (folder / "stray").write_bytes(b"not in the card")
    files = {"weights": hashlib.sha256(b"w").hexdigest()}
    (folder / "model.json").write_text(json.dumps({"files": files}), encoding="utf-8")
    return folder


def test_what_is_packed_is_the_program_and_no_more(tmp_path: Path, empty: list[str]):
    pack(order(tmp_path / "pack"))
    assert {path.name for path in (tmp_path / "pack").iterdir()} == {
        *SOURCES, NOTE, packing.MARK,
    }  # fmt: skip
    assert not list((tmp_path / "pack").rglob("*.pyc"))
    tracked = subprocess.run(
        ["git", "ls-files", "-z", *SOURCES], cwd=ROOT, capture_output=True, text=True
    ).stdout.split("\0")
    missing = [name for name in tracked if name and (ROOT / name).exists()
               and not (tmp_path / "pack" / name).exists()]  # fmt: skip
    assert missing == []
    assert empty == ["uv.txt", "assistant.txt"]


def test_more_is_packed_when_asked_for(tmp_path: Path, empty: list[str]):
    source = model(tmp_path / "m")
    pack(order(tmp_path / "pack", cuda=True, train=True, model=str(source)))
    assert empty == ["uv.txt", "cuda.txt", "train.txt"]
    packed = tmp_path / "pack" / "models" / "m"
    assert sorted(path.name for path in packed.iterdir()) == ["model.json", "weights"]
    note = (tmp_path / "pack" / NOTE).read_text("utf-8")
    assert "setup cuda" in note
    assert "setup train" in note
    assert "--model models/m" in note


def test_a_model_is_found_by_its_name_in_the_data_folder(
    tmp_path: Path, empty: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CT_ASSISTANT_DATA", str(tmp_path / "data"))
    model(tmp_path / "data" / "models" / "mine")
    pack(order(tmp_path / "pack", model="mine"))
    assert (tmp_path / "pack" / "models" / "mine" / "weights").is_file()


def test_the_data_folder_is_the_assistants(monkeypatch: pytest.MonkeyPatch):
    from platformdirs import user_data_dir

    monkeypatch.delenv("CT_ASSISTANT_DATA", raising=False)
    assert data_folder() == Path(user_data_dir("ct-assistant", appauthor=False))


def test_a_model_that_is_not_there_or_not_intact_is_refused(tmp_path: Path, empty: list[str]):
    with pytest.raises(AssistantError, match="ENV-123"):
        pack(order(tmp_path / "a", model="none"))
    source = model(tmp_path / "m")
    (source / "weights").write_bytes(b"altered")
    with pytest.raises(AssistantError, match="ENV-124"):
        pack(order(tmp_path / "b", model=str(source)))
    assert not (tmp_path / "b" / "models" / "m" / "model.json").exists()
    climbing = json.dumps({"files": {"../secret": hashlib.sha256(b"s").hexdigest()}})
    (tmp_path / "secret").write_bytes(b"s")
    (source / "model.json").write_text(climbing, encoding="utf-8")
    with pytest.raises(AssistantError, match="ENV-124"):
        pack(order(tmp_path / "c", model=str(source)))


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, empty: list[str]):
    (tmp_path / "letter.txt").write_bytes(b"mine")
    with pytest.raises(AssistantError, match="ENV-121"):
        pack(order(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
    pack(order(tmp_path / "pack"))
    pack(order(tmp_path / "pack"))  # its own it goes on with


@pytest.mark.slow
def test_set_up_from_a_pack_uses_no_network(tmp_path: Path, uv: str):
    """Every address but this machine's leads nowhere, and no cache helps."""
    home = tmp_path / "pack"
    pack(order(home, platform=this_platform(), python=this_python()))
    nowhere = {
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9"),
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "PIP_NO_CACHE_DIR": "1",
        "CT_ASSISTANT_DATA": str(tmp_path / "data"),
    }  # fmt: skip
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "SYSTEMROOT") if key in os.environ}
    host = getattr(sys, "_base_executable", sys.executable)

    def launch(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
        command = [host, "launcher.py", *arguments]
        isolated = (
            shutil.which("unshare") if sys.platform != "win32" and os.geteuid() == 0 else None
        )
        if isolated:  # really without a network
            command = [isolated, "-n", *command]
        return subprocess.run(command, cwd=home, env={**kept, **nowhere}, capture_output=True)

    done = launch("setup")
    assert done.returncode == 0, done.stderr.decode()
    answer = launch("ask", "assets/samples/head-haemorrhage.dcm", "--json")
    assert answer.returncode == 0, answer.stderr.decode()
    assert json.loads(answer.stdout)["answers"][0]["text"]
