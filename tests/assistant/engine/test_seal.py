"""Nothing of a cache is used that is not as it was written."""

import os
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from assistant.engine import seal
from assistant.engine.seal import PIECE_BYTES, SEAL, sealed

CONTENT = bytes(range(256)) * (PIECE_BYTES // 256) + b"and a second piece"


def load(folder: Path, **files: bytes) -> list[str]:
    """What a load finds; then it writes these."""
    with sealed(folder) as kept:
        assert kept == folder
        found = names(folder)
        for name, content in files.items():
            blob(folder, name).write_bytes(content)
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.blob"))


def blob(folder: Path, name: str = "a") -> Path:
    return folder / f"{name}.blob"


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def test_what_a_load_wrote_is_there_for_the_next(tmp_path: Path):
    assert load(tmp_path, a=CONTENT, b=b"") == []
    assert load(tmp_path, c=b"more") == ["a", "b"]
    assert load(tmp_path) == ["a", "b", "c"]
    assert blob(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("at", [0, PIECE_BYTES - 1, PIECE_BYTES, len(CONTENT) - 1])
def test_one_changed_bit_is_noticed_and_the_others_stay(tmp_path: Path, at: int):
    load(tmp_path, a=CONTENT, b=CONTENT)
    flip(blob(tmp_path), at)
    assert load(tmp_path) == ["b"]
    assert load(tmp_path, a=CONTENT) == ["b"]
    assert load(tmp_path) == ["a", "b"]


@pytest.mark.parametrize("length", [0, PIECE_BYTES, len(CONTENT) - 1])
def test_a_file_that_was_cut_off_is_noticed(tmp_path: Path, length: int):
    load(tmp_path, a=CONTENT)
    os.truncate(blob(tmp_path), length)
    assert load(tmp_path) == []


def test_a_file_that_grew_is_noticed(tmp_path: Path):
    load(tmp_path, a=CONTENT)
    blob(tmp_path).write_bytes(CONTENT + b"\0")
    assert load(tmp_path) == []


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"[]", b'{"a.blob": 1}', b'{"a.blob": ["x"]}']
)
def test_without_a_seal_nothing_is_used(tmp_path: Path, content: bytes | None):
    load(tmp_path, a=CONTENT)
    (tmp_path / SEAL).unlink()
    if content is not None:
        (tmp_path / SEAL).write_bytes(content)
    assert load(tmp_path) == []


def test_what_a_failed_load_left_is_not_used(tmp_path: Path):
    load(tmp_path, a=CONTENT)
    with suppress(MemoryError), sealed(tmp_path):
        blob(tmp_path, "half").write_bytes(b"half")
        raise MemoryError
    assert load(tmp_path) == ["a"]


def test_what_a_load_wrote_again_is_sealed_again(tmp_path: Path):
    load(tmp_path, a=CONTENT)
    os.utime(blob(tmp_path), (1, 1))
    load(tmp_path, a=b"by another runtime")
    assert load(tmp_path) == ["a"]


def test_a_file_that_may_not_be_written_is_removed(tmp_path: Path):
    load(tmp_path, a=CONTENT)
    flip(blob(tmp_path), 0)
    blob(tmp_path).chmod(0o440)
    assert load(tmp_path) == []


def test_damage_that_cannot_be_removed_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    load(tmp_path, a=CONTENT)
    flip(blob(tmp_path), 0)

    def held(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "unlink", held)
    with sealed(tmp_path) as kept:
        assert kept is None
    monkeypatch.undo()
    assert load(tmp_path) == []


def test_loads_wait_for_one_another(tmp_path: Path):
    found: list[list[str]] = []
    second = Thread(target=lambda: found.append(load(tmp_path)))
    with sealed(tmp_path):
        second.start()
        second.join(0.2)
        assert second.is_alive()
        blob(tmp_path).write_bytes(CONTENT)
    second.join(60)
    assert found == [["a"]]


def test_a_load_that_does_not_end_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seal, "PATIENCE_S", 0.05)
    with sealed(tmp_path), sealed(tmp_path) as kept:
        assert kept is None


def test_other_files_are_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_bytes(b"mine")
    load(tmp_path, a=CONTENT)
    load(tmp_path)
    assert (tmp_path / "thesis.txt").read_bytes() == b"mine"


def test_without_a_folder_there_is_none(tmp_path: Path):
    with sealed(None) as kept:
        assert kept is None
    (tmp_path / "file").write_bytes(b"")
    with sealed(tmp_path / "file") as kept:
        assert kept is None
