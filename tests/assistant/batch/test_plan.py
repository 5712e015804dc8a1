import os
import sys
from pathlib import Path

import pytest

from assistant.batch.plan import (
    LINK_OUT,
    NOT_A_FILE,
    UNREADABLE,
    at_most,
    check_root,
    walk_folder,
)
from assistant.errors import AssistantError
from assistant.imaging.slice import Notice

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX links and pipes")


def names(folder: Path, **changes) -> list[tuple[str, Notice | None]]:
    options = {"out": folder.parent / "out", "max_files": 100, **changes}
    found = at_most(walk_folder(folder, options["out"]), options["max_files"])
    return sorted([(e.name, e.why_not) for e in found], key=lambda pair: pair[0])


def fill(folder: Path, *files: str) -> Path:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"x")
    return folder


def test_every_file_of_every_depth_in_order(tmp_path: Path):
    folder = fill(tmp_path / "in", "b.dcm", "a/2", "a/1", "无后缀", ".hidden")
    assert names(folder) == [(n, None) for n in (".hidden", "a/1", "a/2", "b.dcm", "无后缀")]


def test_results_inside_the_folder_are_not_read(tmp_path: Path):
    folder = fill(tmp_path / "in", "a", "结果/results.csv")
    assert names(folder, out=folder / "结果") == [("a", None)]


@posix
def test_links_outside_are_named_but_not_followed(tmp_path: Path):
    folder = fill(tmp_path / "in", "a")
    secret = fill(tmp_path / "other", "secret")
    (folder / "file").symlink_to(secret / "secret")
    (folder / "folder").symlink_to(secret)
    (folder / "up").symlink_to("..")
    assert names(folder) == [
        ("a", None), ("file", LINK_OUT), ("folder", LINK_OUT), ("up", LINK_OUT),
    ]  # fmt: skip


@posix
def test_links_inside_are_no_loop(tmp_path: Path):
    folder = fill(tmp_path / "in", "a/1")
    (folder / "a" / "self").symlink_to(".")
    (folder / "again").symlink_to("a")
    (folder / "b").symlink_to("a/1")
    (folder / "broken").symlink_to("nowhere")
    (folder / "round").symlink_to("round")
    assert names(folder) == [
        ("a/1", None), ("b", None), ("broken", UNREADABLE), ("round", UNREADABLE),
    ]  # fmt: skip


@posix
def test_a_linked_folder_may_itself_be_chosen(tmp_path: Path):
    fill(tmp_path / "real", "a")
    (tmp_path / "in").symlink_to("real")
    assert names(tmp_path / "in") == [("a", None)]


@posix
def test_a_pipe_is_not_opened(tmp_path: Path):
    folder = fill(tmp_path / "in", "a")
    os.mkfifo(folder / "pipe")
    assert names(folder) == [("a", None), ("pipe", NOT_A_FILE)]


@pytest.mark.skipif(sys.platform != "linux", reason="only here can a name be no text")
def test_a_name_that_is_no_text_can_still_be_written(tmp_path: Path):
    folder = fill(tmp_path / "in", "a")
    (folder / os.fsdecode(b"\xc4\xe3")).write_bytes(b"x")
    found = names(folder)
    assert [name.encode("utf-8") for name, _ in found] == [b"\\xc4\\xe3", b"a"]


def refused(folder: Path, **changes) -> str:
    with pytest.raises(AssistantError) as caught:
        names(folder, **changes)
    return caught.value.code


def test_what_is_no_folder_is_refused(tmp_path: Path):
    fill(tmp_path, "a")
    assert refused(tmp_path / "a") == "BAT-101"
    assert refused(tmp_path / "none") == "BAT-101"
    assert refused(tmp_path / "\x00") == "BAT-101"


def test_too_many_files_are_refused(tmp_path: Path):
    folder = fill(tmp_path / "in", "a", "b", "c")
    assert len(names(folder, max_files=3)) == 3
    assert refused(folder, max_files=2) == "BAT-102"


def test_an_empty_folder_is_refused(tmp_path: Path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    assert refused(tmp_path / "in") == "BAT-103"


def test_results_do_not_go_among_the_pictures(tmp_path: Path):
    folder = fill(tmp_path / "in", "a")
    assert refused(folder, out=folder) == "BAT-104"
    assert refused(folder, out=folder / "x" / "..") == "BAT-104"


def test_only_allowed_roots_are_read(tmp_path: Path):
    folder = fill(tmp_path / "roots" / "in", "a")
    check_root(folder, [])
    check_root(folder, [tmp_path / "other", tmp_path / "roots"])
    for outside in (tmp_path, tmp_path / "rootsnot", folder / ".." / ".." / "x", Path("/nowhere")):
        with pytest.raises(AssistantError, match="BAT-114"):
            check_root(outside, [tmp_path / "roots"])


@posix
def test_a_link_does_not_lead_out_of_the_allowed_roots(tmp_path: Path):
    secret = fill(tmp_path / "secret", "a")
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "link").symlink_to(secret)
    with pytest.raises(AssistantError, match="BAT-114"):
        check_root(tmp_path / "roots" / "link", [tmp_path / "roots"])
