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


def test_a_typed_folder_gives_a_row_a_file_and_both_results(
    open_tab: OpenTab, folder: Path
) -> None:
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.fill("#folder textarea, #folder input", str(folder))
    tab.page.click("#start")
    tab.page.wait_for_selector(".progress.done:has-text('3/3')")
    assert tab.page.locator("table.rows tbody tr").count() == 3
    assert tab.page.is_visible("#start")
    assert not tab.page.is_visible("#halt")
    refused = tab.page.locator("tr:has-text('MR_truncated.dcm')").inner_text()
    assert "未接受" in refused
    assert "IMG-" in refused
    rows = json.loads(downloaded(tab, "下载 JSON"))
    assert {row["file"]: row["status"] for row in rows} == {
        "CT_small.dcm": "done",
        "J2K_pixelrep_mismatch.dcm": "done",
        "MR_truncated.dcm": "refused",
    }
    csv = downloaded(tab, "下载 CSV").decode("utf-8-sig")
    assert "CT_small.dcm" in csv
    assert tab.foreign == []
    assert tab.complaints == []


def test_a_zip_is_gone_through_and_can_be_stopped(
    open_tab: OpenTab, folder: Path, tmp_path: Path
) -> None:
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as writer:
        for number in range(40):
            writer.writestr(
                f"{number:02d}.dcm", (folder / "CT_small.dcm").read_bytes() + bytes(number)
            )
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.set_input_files("#batch-files input[type=file]", str(packed))
    tab.page.wait_for_selector("table.rows tbody tr:has-text('00.dcm')")
    tab.page.click("#halt")
    tab.page.wait_for_selector(".progress.stopped")
    rows = json.loads(downloaded(tab, "下载 JSON"))
    assert 1 <= len(rows) < 40
    assert rows[0]["file"] == "00.dcm"
    assert tab.page.is_visible("#start")


def test_a_folder_that_is_none_is_a_coded_card(open_tab: OpenTab, tmp_path: Path) -> None:
    tab = open_tab()
    tab.page.click("#tab-batch-button")
    tab.page.click("#start")
    tab.page.wait_for_selector("#progress .card:has-text('BAT-134')")
    tab.page.fill("#folder textarea, #folder input", str(tmp_path / "none"))
    tab.page.click("#start")
    tab.page.wait_for_selector("#progress .card:has-text('BAT-101')")
