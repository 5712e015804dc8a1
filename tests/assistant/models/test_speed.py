from pathlib import Path

from assistant.models.speed import (
    MEMORY,
    SPEEDS,
    Speed,
    keep_memory,
    keep_speed,
    read_memory,
    read_speeds,
)

SPEED = Speed("CPU", 0.5, 20.0, "2026-11-25")


def test_what_was_measured_is_found_again(tmp_path: Path):
    keep_speed(tmp_path / "cache", "a", SPEED)
    keep_speed(tmp_path / "cache", "b", SPEED)
    assert read_speeds(tmp_path / "cache") == {"a": SPEED, "b": SPEED}


def test_of_the_memory_the_most_is_kept(tmp_path: Path):
    for taken in (5, 9, 2):
        keep_memory(tmp_path / "cache", "a", taken)
    keep_memory(tmp_path / "cache", "b", 1)
    assert read_memory(tmp_path / "cache") == {"a": 9, "b": 1}


def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path):
    assert read_speeds(tmp_path) == {}
    assert read_memory(tmp_path) == {}
    for content in (b"[]", b"{", b'{"a": {"device": 1}}', b'{"a": "2"}', b"\xff"):
        (tmp_path / SPEEDS).write_bytes(content)
        (tmp_path / MEMORY).write_bytes(content)
        assert read_speeds(tmp_path) == {}
        assert read_memory(tmp_path) == {}


def test_a_place_that_cannot_be_written_costs_only_the_measurement(tmp_path: Path):
    (tmp_path / "cache").write_bytes(b"")
    keep_speed(tmp_path / "cache", "a", SPEED)
    keep_memory(tmp_path / "cache", "a", 1)
