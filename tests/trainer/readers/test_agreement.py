import io
import json
from pathlib import Path

import pytest
from openpyxl import Workbook
from rich.console import Console

from assistant.errors import AssistantError
from trainer.readers.agreement import compare, run, table
from trainer.readers.labels import read_doctors, read_model

HEAD = "病例,医师,征象,判断\n"
CASES = [f"{number}.dcm" for number in range(40)]


def sheet(tmp_path: Path, text: str, *, encoding: str = "utf-8-sig") -> Path:
    path = tmp_path / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return path


def labels(disagree: int = 4) -> str:
    """Two doctors on 气胸; the second says the contrary in the first few."""
    rows = []
    for number, case in enumerate(CASES):
        yes = number % 2 == 0
        rows.append(f"{case},甲,气胸,{'有' if yes else '无'}")
        rows.append(f"{case},乙,气胸,{'有' if yes != (number < disagree) else '无'}")
    return HEAD + "\n".join(rows) + "\n"


def answers(tmp_path: Path, wrong: int = 10) -> Path:
    rows = [
        {
            "file": case,
            "text": "右侧气胸。" if (number % 2 == 0) != (number < wrong) else "未见气胸。",
        }
        for number, case in enumerate(CASES)
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return path


def test_model_and_ceiling(tmp_path: Path) -> None:
    doctors = read_doctors(sheet(tmp_path, labels()))
    whole, first, second, sign = compare(doctors, read_model(answers(tmp_path), doctors))
    assert (whole.name, first.name, second.name, sign.name) == ("全部", "甲", "乙", "气胸")
    assert whole.doctors.value == pytest.approx(0.8)  # 36 of 40 alike, half of them by chance
    assert first.model.value == pytest.approx(0.5)
    assert second.model.value == pytest.approx(0.7)
    assert whole.model.value == pytest.approx(0.6)
    assert whole.model.low < 0.6 < whole.model.high
    assert sign == sign.__class__("气胸", whole.model, whole.doctors)


def test_the_table_and_the_record(tmp_path: Path) -> None:
    out, console = tmp_path / "out", Console(file=io.StringIO(), width=200)
    run(sheet(tmp_path, labels(), encoding="gb18030"), answers(tmp_path), out, console)
    table = (out / "agreement.md").read_text(encoding="utf-8")
    assert "| 全部 | 0.60（" in table
    assert "| 0.80（" in table
    assert json.loads((out / "agreement.json").read_text(encoding="utf-8"))[0]["name"] == "全部"


def test_only_cases_that_two_have_judged_are_counted(tmp_path: Path) -> None:
    text = HEAD + "".join(f"{case},{who},气胸,有\n" for case in "abcde" for who in "甲乙")
    text += "".join(f"{case},{who},肺结节,有\n" for case in "ab" for who in "甲乙")
    text += "c,甲,肺结节,有\n"
    doctors = read_doctors(sheet(tmp_path, text))
    path = tmp_path / "m.csv"
    answered = "\n".join(f"{case},右侧气胸。" for case in "abcd")
    path.write_text(f"file,text\n{answered}\n", encoding="utf-8")
    rows = {row.name: row for row in compare(doctors, read_model(path, doctors))}
    counted = {name: (row.model.of, row.doctors.of) for name, row in rows.items()}
    assert counted == {"全部": (4, 5), "甲": (4, 5), "乙": (4, 5), "气胸": (4, 5), "肺结节": (3, 2)}
    (line,) = [line for line in table(rows.values()).splitlines() if "肺结节" in line]
    assert [cell.strip() for cell in line.split("|")][3::2] == ["3", "2"]


def test_suspected_counts_as_there_and_only_common_cases_count(tmp_path: Path) -> None:
    text = HEAD + "a,甲,气胸,可疑\na,乙,气胸,有\nb,甲,气胸,无\nb,乙,气胸,无\nc,甲,气胸,有\n"
    doctors = read_doctors(sheet(tmp_path, text))
    path = tmp_path / "m.csv"
    path.write_text("file,text\na,左侧气胸不除外。\nb,未见气胸\nz,气胸\n", encoding="utf-8")
    model = read_model(path, doctors)
    assert model.labels == {"a": {"气胸": True}, "b": {"气胸": False}}
    assert compare(doctors, model)[0].doctors.value == 1


def test_why_there_is_no_answer_is_no_answer(tmp_path: Path) -> None:
    doctors = read_doctors(sheet(tmp_path, HEAD + "".join(f"{c},甲,气胸,有\n" for c in "abcd")))
    path = tmp_path / "results.json"
    rows = [
        {"file": "a", "status": "done", "text": "未见气胸。"},
        {"file": "b", "status": "refused", "text": "文件是空的。"},
        {"file": "c", "status": "failed", "text": "模型引擎出现意外错误。"},
        {"file": "d", "status": "skipped", "text": "与 a 同属一个序列，已由它代表。"},
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    assert read_model(path, doctors).labels == {"a": {"气胸": False}}
    path.write_text(json.dumps(rows[1:], ensure_ascii=False), encoding="utf-8")
    with pytest.raises(AssistantError, match="TRN-621"):
        read_model(path, doctors)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("病例,征象\na,气胸\n", ("缺少列“医师”", "缺少列“判断”", "2 处")),
        (HEAD, ("一行也没有",)),
        (
            HEAD + "a,甲,气胸,也许\n,甲,气胸,有\na,甲,奇怪,有\nb,甲,气胸,有\nb,甲,气胸,无\n",
            ("第 2 行的判断“也许”", "第 3 行缺少病例", "“奇怪”不在词表中", "第 6 行与前面", "4 处"),
        ),
        (HEAD + "a,甲,奇怪,有\n" * 20, ("20 处", "另有 12 处")),
    ],
)
def test_everything_wrong_is_told_at_once(
    tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(AssistantError) as caught:
        read_doctors(sheet(tmp_path, text))
    assert caught.value.code == "TRN-621"
    for word in words:
        assert word in caught.value.message


def test_one_doctor_is_no_ceiling(tmp_path: Path) -> None:
    path = sheet(tmp_path, HEAD + "a,甲,气胸,有\n")
    with pytest.raises(AssistantError) as caught:
        run(path, answers(tmp_path), tmp_path / "out", Console(quiet=True))
    assert caught.value.code == "TRN-622"


def test_answers_to_other_cases_and_files_that_are_not_there(tmp_path: Path) -> None:
    doctors = read_doctors(sheet(tmp_path, HEAD + "x,甲,气胸,有\n"))
    for path in (answers(tmp_path), tmp_path / "none.json"):
        with pytest.raises(AssistantError) as caught:
            read_model(path, doctors)
        assert caught.value.code == "TRN-621"


def book(tmp_path: Path, second: list[list[str]]) -> Path:
    """A sheet for each doctor."""
    made = Workbook()
    made.active.title = "甲"
    for line in (["病例", "医师", "征象", "判断"], ["a", "甲", "气胸", "有"]):
        made.active.append(line)
    page = made.create_sheet("乙")
    for line in second:
        page.append(line)
    made.save(tmp_path / "labels.xlsx")
    return tmp_path / "labels.xlsx"


def test_every_doctor_may_have_a_sheet(tmp_path: Path) -> None:
    head = HEAD.strip().split(",")
    path = book(tmp_path, [head, ["a", "乙", "气胸", "无"]])
    assert [(one.reader, one.labels) for one in read_doctors(path)] == [
        ("甲", {"a": {"气胸": True}}),
        ("乙", {"a": {"气胸": False}}),
    ]
    for second, words in (
        ([head, ["a", "乙", "气胸", "无"], ["b", "乙", "气胸", "也许"]], "“乙”第 3 行的判断“也许”"),
        ([["病例", "征象", "判断"], ["a", "气胸", "无"]], "“乙”（1 行）"),
    ):
        with pytest.raises(AssistantError, match=words) as caught:
            read_doctors(book(tmp_path, second))
        assert caught.value.code == "TRN-621"
