import zipfile
from pathlib import Path

import pytest

from trainer.data.corpus.shelf import Shelf, fetch_from, match_names, open_shelf, stem_of


def test_names_as_chinese_windows_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    placeholder = "ABCD.png"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(placeholder, b"picture")
    path.write_bytes(path.read_bytes().replace(b"ABCD", "肺窗".encode("gbk")))
    shelf = open_shelf(path)
    assert shelf.names == ("肺窗.png",)
    assert match_names(shelf)["肺窗"] == "肺窗.png"
    assert shelf.read("肺窗.png") == b"picture"


def test_names_that_say_utf8_or_are_in_no_chinese_encoding(tmp_path: Path) -> None:
    path = tmp_path / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("肺窗.png", b"chinese")
        archive.writestr("ABCD.png", b"other")
    path.write_bytes(path.read_bytes().replace(b"ABCD", b"\x82ab\xff"))
    shelf = open_shelf(path)
    assert "肺窗.png" in shelf.names
    assert sorted(map(shelf.read, shelf.names)) == [b"chinese", b"other"]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("in/a.png", "in/a.png"),
        ("./in\\a.png", "in/a.png"),
        ("IN/A.PNG", "in/a.png"),
        ("a", ""),
        ("a.png", ""),
        ("a.jpg", "in/a.jpg"),
        ("b", "b"),
        ("B", "b"),
        ("b.png", "in/b.png"),
        ("in/b", "in/b.png"),
        ("x", "X.png"),
        ("c.dcm", "c.dcm"),
        ("C.dcm", "C.dcm"),
        ("C.DCM", ""),
        ("c", "c.dcm"),
        ("1.2.3", "1.2.3"),
        ("1.2.34", "1.2.34"),
        ("1.2", ""),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_a_name_leads_to_one_file_or_none(written: str, path: str) -> None:
    names = ("1.2.3", "1.2.34", "C.dcm", "X.png", "b", "c.dcm", "in/a.jpg", "in/a.png")
    shelf = Shelf(Path("x"), (*names, "in/b.png", "other/a.png"))
    ways = match_names(shelf)
    assert ways[written] == path
    assert bool(ways.why_not(written)) == (not path and written in ("a", "a.png", "C.DCM"))


def test_a_file_without_a_reason_is_just_not_there(tmp_path: Path) -> None:
    assert fetch_from(open_shelf(tmp_path), "")() is None


@pytest.mark.parametrize(
    ("name", "stem"), [("d/1.2.3", "d/1.2.3"), ("1.2.3.DCM", "1.2.3"), ("a.b/c", "a.b/c")]
)
def test_digits_are_no_suffix(name: str, stem: str) -> None:
    assert stem_of(name) == stem
