import csv
import json
from dataclasses import fields
from pathlib import Path

import pytest

from assistant.batch.results import describe, open_journal, write_results
from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.report.findings import Finding


def row(file: str, sha256: str = "00", text: str = "右肺上叶结节，直径8mm。") -> Row:
    return Row.answered(file, sha256, window="肺", model="m", text=text)


def read_csv(out: Path) -> list[dict[str, str]]:
    with (out / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_both_files_hold_every_row_in_order(tmp_path: Path):
    rows = [row("b"), Row("a", "", "refused", "IMG-102", text="文件是空的。")]
    write_results(tmp_path, rows)
    assert [
        Row.from_json(r) for r in json.loads((tmp_path / "results.json").read_text("utf-8"))
    ] == rows
    table = read_csv(tmp_path)
    assert list(table[0]) == [field.name for field in fields(Row)]
    assert table[0]["findings"] == "右侧肺上叶肺结节（有，8 mm）"
    assert table[1]["code"] == "IMG-102"
    assert (tmp_path / "results.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["results.csv", "results.json"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_can_be_a_formula(tmp_path: Path, start: str):
    write_results(tmp_path, [row(f"{start}cmd|' /C calc'!A0", text=f'{start}1+1,"x"\n第二行')])
    cell = read_csv(tmp_path)[0]
    assert cell["file"] == f"'{start}cmd|' /C calc'!A0"
    assert cell["text"].startswith("'" + start)


def test_the_journal_gives_back_answers_of_the_same_job_only(tmp_path: Path):
    journal = open_journal(tmp_path / "new" / "out", "job")
    journal.append(row("a", "aa"))
    journal.append(Row("b", "bb", "failed", "ENG-002"))
    assert open_journal(tmp_path / "new" / "out", "job").answers() == {"aa": row("a", "aa")}
    assert open_journal(tmp_path / "new" / "out", "other").answers() == {}


@pytest.mark.parametrize("torn", [b'{"job": "job", "row": {"file"', b"\xff\xfe", b"[]\n", b"{}\n"])
def test_a_torn_line_costs_only_itself(tmp_path: Path, torn: bytes):
    journal = open_journal(tmp_path, "job")
    journal.append(row("a", "aa"))
    with (tmp_path / "results.jsonl").open("ab") as file:
        file.write(torn)
    journal.append(row("b", "bb"))
    assert set(journal.answers()) == {"aa", "bb"}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(AssistantError) as caught:
        open_journal(tmp_path / "file" / "out", "job")
    assert caught.value.code == "BAT-105"


def test_a_file_that_cannot_be_replaced_is_refused(tmp_path: Path):
    (tmp_path / "results.csv").mkdir()
    with pytest.raises(AssistantError) as caught:
        write_results(tmp_path, [row("a")])
    assert caught.value.code == "BAT-106"


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (Finding("脑出血", "基底节区", "左", "有", 23), "左侧基底节区脑出血（有，23 mm）"),
        (Finding("胸腔积液", "", "双侧", "可疑"), "双侧胸腔积液（可疑）"),
        (Finding("肝囊肿", "肝右叶", "", "有", 7.5), "肝右叶肝囊肿（有，7.5 mm）"),
        (Finding("气胸", status="无"), "气胸（无）"),
    ],
)
def test_findings_in_words(finding: Finding, words: str):
    assert describe(finding) == words
