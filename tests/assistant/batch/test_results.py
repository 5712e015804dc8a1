import base64
import csv
import errno
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assistant.batch import results
from assistant.batch.cells import COLUMNS
from assistant.batch.ledger import Filed, Ledger, open_ledger
from assistant.batch.plan import Entry
from assistant.batch.results import write_results
from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.imaging.slice import Slice

NAMES = {"results.csv", "results.xlsx", "results.html", "results.json"}


def row(file: str, text: str = "右肺上叶结节，直径8mm。", **changes: str) -> Row:
    answered = Row.answered(file, "00", window="肺", model="m", text=text)
    return replace(answered, **changes)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as ledger:
        yield ledger


def fill(ledger: Ledger, *rows: Row | Filed) -> None:
    filed = [found if isinstance(found, Filed) else Filed(found) for found in rows]
    ledger.plan(Entry(Path(found.row.file), found.row.file) for found in filed)
    for found in filed:
        ledger.settle(found)


def read_csv(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_sheet(out: Path) -> list[list[str | None]]:
    sheet = load_workbook(out / "results.xlsx").active
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def test_all_four_hold_every_row_the_urgent_first(tmp_path: Path, ledger: Ledger):
    rows = [
        row("a", "未见异常。"), Row("b", "", "refused", "IMG-102", text="文件是空的。"),
        row("c", "右侧气胸。"), row("d"),
    ]  # fmt: skip
    fill(ledger, *rows)
    write_results(tmp_path, ledger)
    order = ["c", "d", "a", "b"]
    listed = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [Row.from_json(found) for found in listed] == [rows[2], rows[3], rows[0], rows[1]]
    assert [list(found) for found in listed] == [list(COLUMNS)] * 4
    table = read_csv(tmp_path)
    assert [line["file"] for line in table] == order
    assert table[1]["findings"] == "右侧肺上叶肺结节（有，8 mm）"
    assert table[3]["code"] == "IMG-102"
    assert (tmp_path / "results.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    sheet = read_sheet(tmp_path)
    assert sheet[0] == list(COLUMNS)
    assert [line[0] for line in sheet[1:]] == order
    page = (tmp_path / "results.html").read_text("utf-8")
    assert re.findall(r"</i></td><td>(\w)</td>", page) == order
    assert {path.name for path in tmp_path.glob("results.*")} == NAMES


def test_an_answer_that_is_not_whole_stands_before_the_routine_in_all_four(
    tmp_path: Path, ledger: Ledger
):
    cut = Row.answered("b", "00", window="肺", model="m", text="双肺清晰。诊断：", cut=True)
    fill(ledger, row("a", "未见异常。"), cut, row("c", "右侧气胸。"))
    write_results(tmp_path, ledger)
    listed = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [(line["urgency"], line["code"]) for line in listed] == [
        ("紧急", ""), ("需复核", "BAT-122"), ("常规", ""),
    ]  # fmt: skip
    assert [line["urgency"] for line in read_csv(tmp_path)] == ["紧急", "需复核", "常规"]
    assert [line[6] for line in read_sheet(tmp_path)[1:]] == ["紧急", "需复核", "常规"]
    page = (tmp_path / "results.html").read_text("utf-8")
    assert re.findall(r"</i></td><td>(\w)</td>", page) == ["c", "b", "a"]
    assert '<tr data-kind="需复核">' in page
    assert "需复核 1" in page
    assert cut.caveat in page


def test_the_columns_are_those_agreed_on():
    assert COLUMNS == (
        "file", "sha256", "status", "code", "region", "findings", "urgency", "window", "model",
        "text",
    )  # fmt: skip


def test_of_the_urgent_the_likelier_come_first(tmp_path: Path, ledger: Ledger):
    chances = {"a": 0.2, "b": 0.9, "c": None, "d": 0.5}
    fill(ledger, *(Filed(row(name, "右侧气胸。"), chance) for name, chance in chances.items()))
    write_results(tmp_path, ledger)
    assert [line["file"] for line in read_csv(tmp_path)] == ["b", "d", "a", "c"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_can_be_a_formula(tmp_path: Path, ledger: Ledger, start: str):
    fill(ledger, row(f"{start}cmd|' /C calc'!A0", text=f'{start}1+1,"x"\n第二行'))
    write_results(tmp_path, ledger)
    cell = read_csv(tmp_path)[0]
    assert cell["file"] == f"'{start}cmd|' /C calc'!A0"
    assert cell["text"].startswith("'" + start)
    sheet = load_workbook(tmp_path / "results.xlsx").active
    assert all(found.data_type != "f" for line in sheet.iter_rows() for found in line)
    assert all(str(found.value)[:1] != start for line in sheet.iter_rows() for found in line)


def test_what_a_spreadsheet_cannot_hold_is_left_out(tmp_path: Path, ledger: Ledger):
    fill(ledger, row("a\x00b\x1f", text="字" * 40000))
    write_results(tmp_path, ledger)
    assert read_sheet(tmp_path)[1][0] == "ab"
    assert len(str(read_sheet(tmp_path)[1][-1])) == 32000
    assert len(json.loads((tmp_path / "results.json").read_text("utf-8"))[0]["text"]) == 40000


def test_the_page_is_harmless_and_complete_in_itself(tmp_path: Path, ledger: Ledger):
    odd = row("<img src=x>", "<script>alert(1)</script>", window="<b>")
    fill(ledger, Filed(odd, thumbnail=b"\xff\xd8small"))
    write_results(tmp_path, ledger)
    page = (tmp_path / "results.html").read_text("utf-8")
    assert page.count("<script>") == 1
    assert "<img src=x>" not in page
    assert base64.b64encode(b"\xff\xd8small").decode() in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<!--" not in page


def test_the_page_says_what_is_odd_about_a_series(tmp_path: Path, ledger: Ledger):
    names = ["a", "b", "c", "d", "e"]
    ledger.plan(Entry(Path(name), name) for name in names)
    for name, position in zip(names, (0.0, 5.0, 5.0, 10.0, 25.0), strict=True):
        place = Slice(series_uid="s", orientation=(1, 0, 0, 0, 1, 0), position_mm=position)
        ledger.note(name, "00", place)
        ledger.settle(Filed(row(name)))
    write_results(tmp_path, ledger)
    page = (tmp_path / "results.html").read_text("utf-8")
    assert "IMG-221" in page
    assert "IMG-222" in page


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_file_that_cannot_be_replaced_is_told_and_the_others_are_written(
    tmp_path: Path, ledger: Ledger, name: str
):
    fill(ledger, row("a"))
    (tmp_path / name).mkdir()
    with pytest.raises(AssistantError, match="BAT-106"):
        write_results(tmp_path, ledger)
    assert {path.name for path in tmp_path.glob("results.*") if path.is_file()} == NAMES - {name}


def test_a_full_disk_leaves_the_earlier_results_whole(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    fill(ledger, row("a"))
    write_results(tmp_path, ledger)
    before = {name: (tmp_path / name).read_bytes() for name in NAMES}

    def full(file, ledger):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(results, "_WRITERS", dict.fromkeys(results._WRITERS, full))
    fill(ledger, row("a"), row("b"))
    with pytest.raises(AssistantError, match="BAT-106"):
        write_results(tmp_path, ledger)
    assert {name: (tmp_path / name).read_bytes() for name in NAMES} == before
    assert not list(tmp_path.glob("*.part"))
    assert ledger.tally().done == 2
