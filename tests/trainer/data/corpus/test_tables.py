from io import BytesIO

import pytest
from openpyxl import Workbook

from trainer.data.corpus.tables import TableError, read_sheets, read_table, text_of


def workbook(sheets: dict[str, list[list[object]]], hidden: str = "") -> bytes:
    book, out = Workbook(), BytesIO()
    book.remove(book.active)
    for title, lines in sheets.items():
        page = book.create_sheet(title)
        page.sheet_state = "hidden" if title == hidden else "visible"
        for line in lines:
            page.append(line)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("cell", "text"), [(12.0, "12"), (1.5, "1.5"), (None, ""), (" a ", "a"), ([1], ""), ({}, "")]
)
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # 没有括起来的逗号，不能把后半句丢掉
        ("image,caption\n1.png,chest CT\n2.png,no mass, but an effusion\n", "第 3 行有 3 格"),
        ('image,caption\n1.png,"结节\n2.png,积液\n', "引号不成对"),
        ('image,caption\n1.png,"结节\n2.png,"积液\n', "引号不成对"),
        ('image,caption\n1.png,"结节\n2.png,积液"\n', "第 2 行"),
        ('编号,说明\n1,"结节\n2,积液"\n', "第 2 行"),
    ],
)
def test_a_row_that_is_cut_short_or_takes_in_others_is_refused(text: str, told: str) -> None:
    with pytest.raises(TableError, match=told):
        read_table("t.csv", text.encode())


def test_what_a_csv_may_hold() -> None:
    text = 'image,caption\n\n1.png,"two lines,\nno mass, no effusion"\n2.png\n3.png,积液,,\n'
    assert read_table("t.csv", text.encode()) == [
        {"image": "1.png", "caption": "two lines,\nno mass, no effusion"},
        {"image": "2.png", "caption": None},
        {"image": "3.png", "caption": "积液"},
    ]
    assert read_table("t.tsv", b"image\tcaption\n1.png\ta, b\n") == [
        {"image": "1.png", "caption": "a, b"}
    ]
    assert read_table("t.csv", b"") == []


def test_jsonl_ends_lines_at_line_feeds_only() -> None:
    text = '{"caption": "结节，\u2028约 8 mm"}\r\n{"caption": "积液"}\n'
    assert [row["caption"] for row in read_table("t.jsonl", text.encode())] == [
        "结节，\u2028约 8 mm",
        "积液",
    ]


def test_every_sheet_that_has_rows_is_read() -> None:
    data = workbook(
        {
            "封面": [],
            "一月": [["图片", "报告"], ["1.png", "结节"], ["2.png", "积液"]],
            "空表": [["图片", "报告"]],
            "二月": [["报告", "图片 "], ["气胸", "3.png"]],
        }
    )
    assert [(sheet.name, len(sheet.rows)) for sheet in read_sheets("t.xlsx", data)] == [
        ("一月", 2),
        ("二月", 1),
    ]
    assert read_table("t.xlsx", data) == [
        {"图片": "1.png", "报告": "结节"},
        {"图片": "2.png", "报告": "积液"},
        {"图片": "3.png", "报告": "气胸"},
    ]
    assert read_table("t.xlsx", workbook({"空": []})) == []


@pytest.mark.parametrize("header", [["图片", "诊断"], ["图片"], ["图片", "报告", "备注"]])
@pytest.mark.parametrize("hidden", ["", "二月"])
def test_a_sheet_with_other_columns_is_told(header: list[str], hidden: str) -> None:
    lines = [["图片", "报告"], ["1.png", "结节"]]
    more = [header, *(["x"] * len(header) for _ in range(3))]
    data = workbook({"一月": lines, "二月": more}, hidden)
    with pytest.raises(TableError, match=r"“二月”（3 行.*“一月”的表头不同") as caught:
        read_table("t.xlsx", data)
    assert ("已隐藏" in str(caught.value)) == bool(hidden)


@pytest.mark.parametrize("header", ["图片,报告,报告", "图片,Text,text "])
def test_two_columns_of_one_name_are_refused(header: str) -> None:
    names = header.split(",")
    told = f"重复的列名：“{names[1].lower()}”"
    with pytest.raises(TableError, match=told):
        read_table("t.csv", (",".join(names) + "\n1.png,a,b\n").encode())
    data = workbook({"表": [names, ["1.png", "a", "b"]]})
    with pytest.raises(TableError, match=f"“表” 的表头中有{told}"):
        read_table("t.xlsx", data)


def test_columns_without_a_name_may_be_several() -> None:
    assert read_table("t.csv", "图片,,\n1.png,,\n".encode())[0]["图片"] == "1.png"
    assert read_table("t.xlsx", workbook({"表": [["图片", None, ""], ["1.png"]]}))
