from pathlib import Path

from assistant.models.speed import SPEEDS, Speed, keep_speed, read_speeds

SPEED = Speed("CPU", 0.5, 20.0, None, 1.5, "2026-11-25")


def test_what_was_measured_is_found_again(tmp_path: Path):
    keep_speed(tmp_path / "cache", "a", SPEED)
    keep_speed(tmp_path / "cache", "b", SPEED)
    assert read_speeds(tmp_path / "cache") == {"a": SPEED, "b": SPEED}


def test_what_cannot_be_read_is_as_if_it_were_not_there(tmp_path: Path):
    assert read_speeds(tmp_path) == {}
    for content in (b"[]", b"{", b'{"a": {"device": 1}}', b'{"a": 2}'):
        (tmp_path / SPEEDS).write_bytes(content)
        assert read_speeds(tmp_path) == {}


def test_a_place_that_cannot_be_written_costs_only_the_measurement(tmp_path: Path):
    (tmp_path / "cache").write_bytes(b"")
    keep_speed(tmp_path / "cache", "a", SPEED)
