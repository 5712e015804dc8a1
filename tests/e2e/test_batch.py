"""A folder at once."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.data import get_testdata_file

OpenTab = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("CT_small.dcm", "J2K_pixelrep_mismatch.dcm", "MR_truncated.dcm"):
        source = get_testdata_file(name, download=False)
        assert isinstance(source, str)
        shutil.copy(source, folder / name)
    return folder


def downloaded(tab: Any, words: str) -> bytes:
    with tab.page.expect_download() as coming:
        tab.page.click(f".download:has-text('{words}')")
    return Path(coming.value.path()).read_bytes()


@pytest.fixture
def many(tmp_path: Path, folder: Path) -> Path:
    """Forty files, which take a while."""
    many = tmp_path / "many"
    many.mkdir()
    for number in range(40):
        content = (folder / "CT_small.dcm").read_bytes() + bytes(number)
        (many / f"{number:02d}.dcm").write_bytes(content)
    return many


def begin(tab: Any, folder: Path, out: Path | None = None) -> None:
    tab.page.click("#tab-batch-button")
    tab.page.fill("#folder textarea, #folder input", str(folder))
    tab.page.fill("#out textarea, #out input", str(out or ""))
    tab.page.click("#start")


def rows(tab: Any) -> list[str]:
    return tab.page.locator("table.rows tbody td.file").all_inner_texts()


def test_a_typed_folder_gives_a_row_a_file_and_all_results(open_tab: OpenTab, folder: Path) -> None:
    tab = open_tab()
    begin(tab, folder)
    tab.page.wait_for_selector(".progress.done:has-text('3/3')")
    assert len(rows(tab)) == 3
    assert tab.page.is_visible("#start")
    assert not tab.page.is_visible("#halt")
    refused = tab.page.locator("tr:has-text('MR_truncated.dcm')").inner_text()
    assert "未接受" in refused
    assert "IMG-" in refused
    listed = json.loads(downloaded(tab, "JSON"))
    assert {row["file"]: row["status"] for row in listed} == {
        "CT_small.dcm": "done",
        "J2K_pixelrep_mismatch.dcm": "done",
        "MR_truncated.dcm": "refused",
    }
    assert "CT_small.dcm" in downloaded(tab, "CSV").decode("utf-8-sig")
    assert downloaded(tab, "表格").startswith(b"PK")
    assert b"data:image/jpeg" in downloaded(tab, "网页")
    assert tab.foreign == []
    assert tab.complaints == []


def test_rows_are_filtered_sorted_and_found(open_tab: OpenTab, folder: Path) -> None:
    tab = open_tab()
    begin(tab, folder)
    tab.page.wait_for_selector(".progress.done:has-text('3/3')")
    tab.page.fill("#batch-find textarea, #batch-find input", "J2K")
    tab.page.wait_for_function("document.querySelectorAll('table.rows tbody tr').length === 1")
    assert rows(tab) == ["J2K_pixelrep_mismatch.dcm"]
    tab.page.fill("#batch-find textarea, #batch-find input", "没有这样的文字")
    tab.page.wait_for_selector(".rows-empty:has-text('没有符合条件的行')")
    tab.page.fill("#batch-find textarea, #batch-find input", "")
    tab.page.click("#batch-kind input")
    tab.page.click("ul[role=listbox] li:has-text('未接受')")
    tab.page.wait_for_function("document.querySelectorAll('table.rows tbody tr').length === 1")
    assert rows(tab) == ["MR_truncated.dcm"]


def test_a_click_on_a_row_opens_its_picture_and_the_talk_goes_on(
    open_tab: OpenTab, folder: Path
) -> None:
    tab = open_tab()
    begin(tab, folder)
    tab.page.wait_for_selector(".progress.done:has-text('3/3')")
    tab.page.click("tr[data-file$='|CT_small.dcm'] td.file")
    tab.page.wait_for_selector("#stage img")
    tab.page.wait_for_selector("#chat .bot .message:has-text('第1问，共1幅图像')")
    tab.ask("多大？")
    tab.wait_answered(2)
    assert "第2问，共1幅图像" in tab.answers()[-1]
    first = tab.picture()
    tab.page.fill("#question textarea", "写到一半")
    tab.page.click("#tab-batch-button")
    tab.page.click("tr[data-file$='|J2K_pixelrep_mismatch.dcm'] td.file")
    tab.page.wait_for_function(
        "(before) => document.querySelector('#stage img').src !== before", arg=first
    )
    tab.page.wait_for_function("document.querySelectorAll('#chat .bot .message').length === 1")
    assert tab.page.input_value("#question textarea") == ""
    tab.page.click("#talks .open")
    tab.page.wait_for_function("document.querySelector('#question textarea').value === '写到一半'")
    assert tab.complaints == []


def test_paused_reloaded_resumed_and_stopped(open_tab: OpenTab, many: Path, tmp_path: Path) -> None:
    """The batch goes on, or waits, whatever becomes of the page."""
    tab = open_tab()
    begin(tab, many, tmp_path / "out")
    tab.page.wait_for_selector("table.rows tbody tr")
    tab.page.wait_for_selector(".progress.running:has-text('还需约')")
    tab.page.click("#pause")
    tab.page.wait_for_selector(".progress.paused")
    tab.page.reload()
    tab.page.wait_for_selector("#question textarea")
    tab.page.click("#tab-batch-button")
    tab.page.wait_for_selector(".progress.paused")
    assert rows(tab)
    tab.page.click("#resume")
    tab.page.wait_for_selector(".progress.running")
    tab.page.click("#halt")
    tab.page.wait_for_selector(".progress.stopped")
    listed = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert 1 <= len(listed) < 40
    assert str(tmp_path / "out") in tab.page.inner_text(".lies-in")
    assert tab.page.is_visible("#start")
    stranger = open_tab()
    stranger.page.click("#tab-batch-button")
    stranger.page.wait_for_selector(".progress.idle")
    assert rows(stranger) == []


def test_what_is_unfolded_stays_so_while_rows_come_in(open_tab: OpenTab, many: Path) -> None:
    tab = open_tab()
    begin(tab, many)
    summary = tab.page.locator("tr[data-file$='|00.dcm'] summary")
    summary.focus()
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("tr[data-file$='|00.dcm'] details[open]")
    before = len(rows(tab))
    tab.page.wait_for_function(
        "(before) => document.querySelectorAll('table.rows tbody tr').length > before", arg=before
    )
    assert tab.page.locator("details[open]").count() == 1
    assert tab.page.is_visible("#progress"), "a key that unfolds a text opens no picture"
    tab.page.click("tr[data-file$='|00.dcm'] summary")
    tab.page.wait_for_selector("tr[data-file$='|00.dcm'] details:not([open])")
    tab.page.click("#halt")
    tab.page.wait_for_selector(".progress.stopped")


def test_an_estimate_comes_before_a_night(open_tab: OpenTab, folder: Path) -> None:
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.fill("#folder textarea, #folder input", str(folder))
    tab.page.click("#count")
    tab.page.wait_for_selector(".progress.counted:has-text('3 个文件，1 个不能读取')")
    assert "实测每次" in tab.page.inner_text("#progress")
    assert rows(tab) == []


def test_a_zip_is_gone_through_and_can_be_stopped(
    open_tab: OpenTab, many: Path, tmp_path: Path
) -> None:
    packed = shutil.make_archive(str(tmp_path / "a"), "zip", many)
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.set_input_files("#batch-files input[type=file]", packed)
    tab.page.wait_for_selector("table.rows tbody tr:has-text('00.dcm')")
    tab.page.click("#halt")
    tab.page.wait_for_selector(".progress.stopped")
    listed = json.loads(downloaded(tab, "JSON"))
    assert 1 <= len(listed) < 40
    assert tab.page.is_visible("#start")


def test_a_zip_that_would_climb_out_or_is_damaged(
    open_tab: OpenTab, folder: Path, tmp_path: Path
) -> None:
    climbing, damaged = tmp_path / "a.zip", tmp_path / "b.zip"
    with zipfile.ZipFile(climbing, "w") as writer:
        writer.write(folder / "CT_small.dcm", "../../../evil.dcm")
    damaged.write_bytes(climbing.read_bytes()[:90])
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.set_input_files("#batch-files input[type=file]", str(climbing))
    tab.page.wait_for_selector(".progress.done:has-text('1/1')")
    tab.page.set_input_files("#batch-files input[type=file]", str(damaged))
    tab.page.wait_for_selector("#progress .card:has-text('BAT-131')")
    assert not list(tmp_path.parent.rglob("evil.dcm"))


def test_a_folder_that_is_none_is_a_coded_card(open_tab: OpenTab, tmp_path: Path) -> None:
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.click("#start")
    tab.page.wait_for_selector("#progress .card:has-text('BAT-134')")
    begin(tab, tmp_path / "none")
    tab.page.wait_for_selector("#progress .card:has-text('BAT-101')")
