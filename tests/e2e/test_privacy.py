"""Several people at once, and nothing that leaves the machine."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydicom.data import get_testdata_file

OpenTab = Callable[..., Any]


def copy_as(folder: Path, bundled: str, name: str) -> Path:
    source = get_testdata_file(bundled, download=False)
    assert isinstance(source, str)
    target = folder / name
    target.write_bytes(Path(source).read_bytes())
    return target


def test_two_browsers_never_see_each_other(open_tab: OpenTab, tmp_path: Path) -> None:
    chest, head = open_tab(), open_tab()
    chest.show(copy_as(tmp_path, "CT_small.dcm", "chest.dcm"))
    head.show(copy_as(tmp_path, "J2K_pixelrep_mismatch.dcm", "head.dcm"))
    chest.ask("只有甲知道的话")
    head.ask("只有乙知道的话")
    chest.wait_answered(1)
    head.wait_answered(1)
    assert chest.picture() != head.picture()
    for tab, own, other in ((chest, "甲", "乙"), (head, "乙", "甲")):
        seen = tab.page.content()
        assert f"只有{own}知道的话" in seen
        assert f"只有{other}知道的话" not in seen
        assert "第1问，共1幅图像" in tab.answers()[-1]
    for tab, other in ((chest, head), (head, chest)):
        assert other.picture() not in tab.page.content()
    shown = chest.picture()
    chest.page.reload()
    chest.wait_answered(1)
    assert chest.picture() == shown
    assert "只有甲知道的话" in chest.page.inner_text("#chat")
    assert "只有乙知道的话" not in chest.page.content()
    assert "只有甲知道的话" not in head.page.content()


def files_under(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_no_file_of_a_patient_stays_or_is_served(
    open_tab: OpenTab, server: Any, tmp_path: Path
) -> None:
    tab = open_tab()
    uploads: list[str] = []
    sent: list[str] = []
    tab.page.on(
        "response",
        lambda answer: uploads.extend(answer.json()) if "/upload?" in answer.url else None,
    )
    tab.page.on(
        "request",
        lambda asked: (
            sent.append(asked.post_data_buffer.decode("latin-1"))
            if "/upload?" in asked.url and asked.post_data_buffer
            else None
        ),
    )
    before = files_under(server.data / "tmp")  # results of folders that other tests diagnosed
    tab.show(copy_as(tmp_path, "CT_small.dcm", "zhangsan.dcm"))
    assert len(uploads) == 1
    assert "zhangsan" not in uploads[0] + "".join(sent)
    until = time.monotonic() + 10
    while Path(uploads[0]).exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert files_under(server.data / "tmp") <= before
    stranger = open_tab()
    for address in ("gradio_api/file=", "file="):
        status = stranger.page.evaluate(
            "async (address) => (await fetch(address)).status", server.url + address + uploads[0]
        )
        assert status == 404


def test_nothing_identifying_is_written_down(
    open_tab: OpenTab, server: Any, tmp_path: Path
) -> None:
    tab = open_tab()
    tab.show(copy_as(tmp_path, "CT_small.dcm", "lisi-secret.dcm"))
    tab.ask("患者姓名：王五，住院号 Z0815，血管瘤的问题")
    tab.wait_answered(1)
    assert "〔已隐去〕" in tab.page.inner_text("#chat .user")
    for path in server.data.rglob("*"):
        assert "lisi" not in path.name
        if path.is_file():
            content = path.read_bytes()
            for word in ("lisi", "王五", "Z0815"):
                assert word.encode() not in content
            # Questions and answers are in the one file of conversations and nowhere else.
            if not path.name.startswith("conversations.sqlite3"):
                assert "血管瘤".encode() not in content


def test_what_the_model_writes_can_fetch_nothing(open_tab: OpenTab, tmp_path: Path) -> None:
    tab = open_tab()
    tab.show(copy_as(tmp_path, "CT_small.dcm", "a.dcm"))
    tab.ask('<img src="http://203.0.113.1/a.png"> ![x](http://203.0.113.1/b.png)')
    tab.wait_answered(1)
    assert tab.page.locator("#chat img").count() == 1  # the thumbnail
    reached = tab.page.evaluate(
        "async () => { try { await fetch('http://203.0.113.1/'); return true; }"
        " catch { return false; } }"
    )
    assert not reached
    assert all("203.0.113.1" not in address for address in tab.foreign)
