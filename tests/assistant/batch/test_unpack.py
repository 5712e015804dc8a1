import errno
import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from assistant.batch import unpack as unpacking
from assistant.batch.source import Source, typed_folder
from assistant.batch.unpack import TOO_LARGE, Parcel, unpack
from assistant.errors import AssistantError


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members.items():
            writer.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def parcel(tmp_path: Path, content: bytes, name: str = "a.zip") -> Parcel:
    path = tmp_path / f"sent-{len(list(tmp_path.iterdir()))}"
    path.write_bytes(content)
    return Parcel(path, name)


def put(tmp_path: Path, *contents: bytes, most: int = 9) -> Source:
    return unpack([parcel(tmp_path, content) for content in contents], tmp_path / "f", most=most)


def names(source: Source, tmp_path: Path) -> dict[str, bytes]:
    return {e.name: e.path.read_bytes() for e in source.entries(tmp_path / "out") if not e.why_not}


def test_files_lie_under_numbers_and_are_known_by_name(tmp_path: Path) -> None:
    sent = [parcel(tmp_path, b"a", "张三.dcm"), parcel(tmp_path, b"b", "../../李四.dcm")]
    source = unpack(sent, tmp_path / "files", most=9)
    assert [path.name for path in sorted(source.folder.iterdir())] == ["000001", "000002"]
    assert names(source, tmp_path) == {"张三.dcm": b"a", "../../李四.dcm": b"b"}


def test_archives_are_unpacked_whatever_their_members_are_called(tmp_path: Path) -> None:
    packed = archive(**{"..__..__evil": b"x", "__etc__passwd": b"y", "子__1.dcm": b"z"})
    source = put(tmp_path, packed)
    assert set(names(source, tmp_path).values()) == {b"x", b"y", b"z"}
    assert {path.parent for path in tmp_path.rglob("0*")} == {source.folder}
    assert "子/1.dcm" in names(source, tmp_path)


def test_files_of_the_same_name_all_have_their_place(tmp_path: Path) -> None:
    source = put(tmp_path, archive(a=b"1"), archive(a=b"2"), archive(a=b"3"))
    assert names(source, tmp_path) == {"a": b"1", "a (2)": b"2", "a (3)": b"3"}


def test_names_written_as_gbk_are_read_as_such(tmp_path: Path) -> None:
    packed = archive(XXXX=b"x").replace(b"XXXX", "影像".encode("gbk"))
    assert names(put(tmp_path, packed), tmp_path) == {"影像": b"x"}


def test_names_written_as_utf_8_without_saying_so_are_read_as_such(tmp_path: Path) -> None:
    packed = archive(XXXXXXXXXXXXX=b"x", NNNN=b"y").replace(b"XXXXXXXXXXXXX", "肺窗.dcm张".encode())
    packed = packed.replace(b"NNNN", "小母".encode("gbk"))  # valid UTF-8 too
    assert names(put(tmp_path, packed), tmp_path) == {"肺窗.dcm张": b"x", "小母": b"y"}


def test_what_systems_leave_beside_files_has_no_row(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name in ("__MACOSX/._a.dcm", "__MACOSX/b/x", "a.dcm", ".DS_Store", "b/._c"):
            writer.writestr(name, name)
    assert set(names(put(tmp_path, packed.getvalue()), tmp_path)) == {"a.dcm"}


def test_damaged_and_encrypted_archives_are_refused(tmp_path: Path) -> None:
    whole = archive(a=bytes(range(256)) * 9)
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    spoiled = bytearray(whole)
    spoiled[40:60] = b"\xff" * 20
    for number, packed in enumerate((bytes(encrypted), bytes(spoiled), whole[:60])):
        with pytest.raises(AssistantError, match="BAT-131"):
            unpack([parcel(tmp_path, packed)], tmp_path / f"files-{number}", most=9)


def test_a_name_that_is_not_the_utf_8_it_says_is_damage(tmp_path: Path) -> None:
    packed = bytearray(archive(XXXX=b"x").replace(b"XXXX", b"\xff\xfe\xff\xfe"))
    packed[7] |= 0x08
    packed[packed.index(b"PK\x01\x02") + 9] |= 0x08
    with pytest.raises(AssistantError, match="BAT-131"):
        put(tmp_path, bytes(packed))


def test_an_archive_that_lost_its_middle_is_damaged(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for number in range(3):
            writer.writestr(f"{number}.dcm", bytes(2000))
    whole = packed.getvalue()
    with pytest.raises(AssistantError, match="BAT-131"):
        put(tmp_path, whole[:1000] + whole[4000:])


def test_a_member_without_a_name_is_damage(tmp_path: Path) -> None:
    packed = bytearray(archive(x=b"x"))
    for signature, at in ((b"PK\x03\x04", 26), (b"PK\x01\x02", 28)):
        begins = packed.index(signature)
        packed[begins + at : begins + at + 2] = b"\0\0"
    with pytest.raises(AssistantError, match="BAT-131"):
        put(tmp_path, bytes(packed))


def test_an_offset_beyond_any_file_is_damage(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        member = zipfile.ZipInfo("x")
        member.extra = struct.pack("<HHQ", 1, 8, 2**64 - 1)  # ZIP64: where the member begins
        writer.writestr(member, b"x")
    spoiled = bytearray(packed.getvalue())
    begins = spoiled.index(b"PK\x01\x02")
    spoiled[begins + 42 : begins + 46] = b"\xff" * 4
    with pytest.raises(AssistantError, match="BAT-131"):
        put(tmp_path, bytes(spoiled))


def test_spoiled_bzip2_is_damage(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_BZIP2) as writer:
        writer.writestr("x", bytes(range(256)) * 8)
    spoiled = bytearray(packed.getvalue())
    begins = spoiled.index(b"BZh")
    spoiled[begins : begins + 12] = b"\xff" * 12
    with pytest.raises(AssistantError, match="BAT-131"):
        put(tmp_path, bytes(spoiled))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.ENOENT, errno.EIO])
def test_a_disk_that_fails_while_an_archive_is_unpacked_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(unpacking._Shelf, "put", failing)
    with pytest.raises(AssistantError, match="BAT-135"):
        put(tmp_path, archive(a=b"x"))


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="BAT-132"):
        put(tmp_path, archive(a=b"", b=b"", c=b""), most=2)


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1500)
    with pytest.raises(AssistantError, match="BAT-133"):
        put(tmp_path, archive(a=b"x" * 1000, b=b"x" * 1000))
    assert not list((tmp_path / "f").iterdir())
    with pytest.raises(AssistantError, match="BAT-133"):
        unpack([parcel(tmp_path, archive(a=b"x" * 1000)) for _ in range(2)], tmp_path / "g", most=9)


def test_a_bomb_of_a_hundred_gigabytes_is_refused_by_what_it_says(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for number in range(400):
            writer.writestr(f"{number}", b"x")
    claims = packed.getvalue().replace(struct.pack("<II", 1, 1), struct.pack("<II", 1, 2**28))
    with pytest.raises(AssistantError, match="BAT-133"):
        unpack([parcel(tmp_path, claims)], tmp_path / "f", most=999)


def test_an_archive_that_lies_about_its_size_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1500)
    whole = archive(a=b"x" * 100000)
    lying = whole.replace(struct.pack("<I", 100000), struct.pack("<I", 10))
    with pytest.raises(AssistantError, match=r"BAT-13[13]"):
        put(tmp_path, lying)
    assert sum(path.stat().st_size for path in (tmp_path / "f").iterdir()) <= 1500


def test_a_member_too_large_for_intake_has_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MAX_FILE_BYTES", 50)
    source = put(tmp_path, archive(a=b"x" * 100, b=b"x"))
    assert {e.name: e.why_not for e in source.entries(tmp_path)} == {"a": TOO_LARGE, "b": None}


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unpacking._Shelf, "put", full)
    with pytest.raises(AssistantError, match="BAT-135"):
        put(tmp_path, b"x")


@pytest.mark.parametrize("typed", ['"/data/ct"', " /data/ct ", "'/data/ct'"])
def test_a_pasted_path_may_have_quotes(typed: str) -> None:
    assert typed_folder(typed).folder == Path("/data/ct")
