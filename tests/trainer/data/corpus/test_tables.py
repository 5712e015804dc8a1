import pytest

from trainer.data.corpus.tables import TableError, read_table, text_of


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
