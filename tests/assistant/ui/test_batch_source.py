import io
import zipfile
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.ui import batch_source
from assistant.ui.batch_source import put_down, typed_folder
from assistant.ui.uploads import Upload


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as writer:
        for name, content in members.items():
            writer.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def test_files_lie_under_numbers_and_are_shown_by_name(tmp_path: Path) -> None:
    uploads = [Upload("张三.dcm", b"a"), Upload("../../李四.dcm", b"b")]
    source = put_down(uploads, tmp_path / "files", most=9)
    assert [path.name for path in sorted(source.folder.iterdir())] == ["000001", "000002"]
    assert contents(source.folder) == [b"a", b"b"]
    assert source.shown("000002") == "../../李四.dcm"
    assert source.shown("其他") == "其他"


def test_archives_are_unpacked_whatever_their_members_are_called(tmp_path: Path) -> None:
    packed = archive(**{"..__..__evil": b"x", "__etc__passwd": b"y", "子__1.dcm": b"z"})
    source = put_down([Upload("a.zip", packed)], tmp_path / "files", most=9)
    assert contents(source.folder) == [b"x", b"y", b"z"]
    assert {path.parent for path in tmp_path.rglob("0*")} == {source.folder}
    assert source.shown("000003") == "子/1.dcm"


def test_names_written_as_gbk_are_read_as_such(tmp_path: Path) -> None:
    packed = archive(XXXX=b"x").replace(b"XXXX", "影像".encode("gbk"))
    source = put_down([Upload("a.zip", packed)], tmp_path / "files", most=9)
    assert source.shown("000001") == "影像"


def test_damaged_and_encrypted_archives_are_refused(tmp_path: Path) -> None:
    whole = archive(a=b"x" * 100)
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    for number, packed in enumerate([whole[:60], bytes(encrypted)]):
        with pytest.raises(AssistantError) as refused:
            put_down([Upload("a.zip", packed)], tmp_path / str(number), most=9)
        assert refused.value.code == "BAT-131"


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssistantError) as refused:
        put_down([Upload("a.zip", archive(a=b"", b=b"", c=b""))], tmp_path / "files", most=2)
    assert refused.value.code == "BAT-132"


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_source, "MOST_UNPACKED", 150)
    with pytest.raises(AssistantError) as refused:
        put_down([Upload("a.zip", archive(a=b"x" * 100, b=b"x" * 100))], tmp_path / "f", most=9)
    assert refused.value.code == "BAT-133"
    two = [Upload("a.zip", archive(a=b"x" * 100))] * 2
    with pytest.raises(AssistantError) as refused:
        put_down(two, tmp_path / "g", most=9)
    assert refused.value.code == "BAT-133"


@pytest.mark.parametrize("typed", ['"/data/ct"', " /data/ct ", "'/data/ct'"])
def test_a_pasted_path_may_have_quotes(typed: str) -> None:
    assert typed_folder(typed).folder == Path("/data/ct")
