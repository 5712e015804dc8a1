import zipfile
from pathlib import Path

from trainer.data.corpus.shelf import match_names, open_shelf


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
