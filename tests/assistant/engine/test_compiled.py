"""Which compiled models are kept."""

import os

from assistant.engine.compiled import MOST, compiled_folder


def test_a_model_has_a_folder_of_its_own(tmp_path):
    first = compiled_folder(tmp_path / "openvino", "a" * 64)
    assert first is not None
    assert first.is_dir()
    assert compiled_folder(tmp_path / "openvino", "a" * 64) == first
    assert compiled_folder(tmp_path / "openvino", "b" * 64) != first


def test_those_used_longest_ago_go(tmp_path):
    (tmp_path / "0123.blob").write_bytes(b"of an earlier version")
    os.utime(tmp_path / "0123.blob", (1, 1))
    made = []
    for number, letter in enumerate("abcd"):
        folder = compiled_folder(tmp_path, letter * 64)
        assert folder is not None
        made.append(folder)
        (made[-1] / "0.blob").write_bytes(b"x")
        os.utime(made[-1], (100 + number, 100 + number))
    assert sorted(tmp_path.iterdir()) == sorted(made[-MOST:])
    compiled_folder(tmp_path, "b" * 64)
    again = compiled_folder(tmp_path, "e" * 64)
    assert made[1].is_dir()
    assert (made[1] / "0.blob").is_file()
    assert made[2] not in set(tmp_path.iterdir())
    assert again is not None
    assert again.is_dir()


def test_without_room_for_it_there_is_none(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert compiled_folder(tmp_path / "file", "a" * 64) is None
