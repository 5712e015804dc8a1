from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.ui.uploads import move, scratch_parent, take


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "page" / "uploads"
    folder.mkdir(parents=True)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


def put(folder: Path, content: bytes, name: str = "1-abc") -> dict[str, str]:
    path = folder / content.hex() / name
    path.parent.mkdir()
    path.write_bytes(content)
    return {"path": str(path), "orig_name": "张三.dcm"}


def test_files_are_read_and_nothing_of_them_is_left(folder: Path) -> None:
    files = take([put(folder, b"one"), put(folder, b"two")])
    assert [file.content for file in files] == [b"one", b"two"]
    assert files[0].name == "张三.dcm"
    assert list(folder.iterdir()) == []


def test_a_file_beside_it_stays(folder: Path) -> None:
    sent = put(folder, b"one")
    beside = Path(sent["path"]).with_name("2-def")
    beside.write_bytes(b"one")
    take(sent)
    assert beside.exists()


@pytest.mark.parametrize("where", ["outside", "climbing", "link"])
def test_only_the_upload_folder_is_read(folder: Path, tmp_path: Path, where: str) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    path = {"outside": secret, "climbing": folder / ".." / ".." / "secret"}.get(where)
    if path is None:
        path = folder / "link"
        try:
            path.symlink_to(secret)
        except OSError:
            pytest.skip("no links here")
    with pytest.raises(AssistantError) as refused:
        take([{"path": str(path), "orig_name": "x"}])
    assert refused.value.code == "USE-205"
    assert secret.exists()


@pytest.mark.parametrize("payload", [None, [], [None], "x", [{}], [{"path": 3}], {"path": "gone"}])
def test_what_is_not_a_file_is_refused(folder: Path, payload: object) -> None:
    with pytest.raises(AssistantError) as refused:
        take(payload)
    assert refused.value.code == "USE-205"


def test_scratch_is_outside_of_what_the_browser_can_name(folder: Path) -> None:
    assert not scratch_parent().is_relative_to(folder)
    assert folder.is_relative_to(scratch_parent())


def test_files_for_a_batch_are_moved_unread(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    sent = [put(folder, b"one"), put(folder, b"two")]
    parcels = move(sent, tmp_path / "room")
    assert [(one.path.read_bytes(), one.name) for one in parcels] == [
        (b"one", "张三.dcm"), (b"two", "张三.dcm"),
    ]  # fmt: skip
    assert {one.path.parent for one in parcels} == {tmp_path / "room"}
    with pytest.raises(AssistantError, match="USE-205"):
        move(sent, tmp_path / "room")


def test_of_what_was_sent_nothing_is_left_out_in_silence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    gone = put(folder, b"two")
    Path(gone["path"]).unlink()
    for name, missing in ((b"one", gone), (b"other", {"path": str(tmp_path / "secret")})):
        with pytest.raises(AssistantError, match="USE-205"):
            move([missing, put(folder, name)], tmp_path / "room")
    assert (tmp_path / "secret").exists()
