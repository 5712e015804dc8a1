import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from tests.trainer.medtrinity_rows import Maker, encode, write_shards
from trainer.data.corpus import dialogues, medtrinity, pictures, reasons, sources
from trainer.data.corpus.preparation import (
    DialoguesSource,
    HubSource,
    ParquetSource,
    PicturesSource,
)
from trainer.data.corpus.row import MissingError, RawRow


def parquet(path: Path, **names: str) -> ParquetSource:
    return ParquetSource(kind="parquet", path=path, **names)


def all_rows(source: PicturesSource | DialoguesSource) -> list[RawRow]:
    room = pictures if isinstance(source, PicturesSource) else dialogues
    assert room.problems(source) == []
    return [row for unit in room.units(source, 0, 0, 3) for row in room.read(source, unit)]


def test_row_groups_are_put_together_and_each_row_read_once(tmp_path: Path) -> None:
    rows = [Maker().row(number) for number in range(50)]
    source = parquet(write_shards(tmp_path / "s", rows, shards=2, group=10))
    units = medtrinity.units(source, 0, 0, 20)
    assert [(unit.first, unit.rows) for unit in units] == [(0, 20), (20, 5), (0, 20), (20, 5)]
    read = [row for unit in units for row in medtrinity.read(source, unit)]
    assert [row.id for row in read] == [row.id for row in rows]
    assert [row.pictures[0]() for row in read] == [row.data for row in rows]


def test_a_page_that_breaks_costs_its_row_group_only(tmp_path: Path) -> None:
    rows = [Maker().row(number) for number in range(40)]
    source = parquet(write_shards(tmp_path / "s", rows, shards=1, group=10))
    (shard,) = medtrinity.shards(source)
    data = bytearray(shard.read_bytes())
    place = pq.read_metadata(shard).row_group(1).column(0).data_page_offset
    data[place : place + 40] = b"\xff" * 40
    shard.write_bytes(bytes(data))
    read = [
        row for unit in medtrinity.units(source, 0, 0, 20) for row in medtrinity.read(source, unit)
    ]
    assert [row.number for row in read] == list(range(40))
    lost = [row.number for row in read if row.fault]
    assert lost == list(range(10, 20))


def test_text_that_is_not_utf8_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    captions = pa.array(["胸部CT".encode("gbk"), b"chest CT"], pa.binary()).view(pa.string())
    record = {"image": [b"1", b"2"], "id": ["a", "b"], "caption": captions}
    pq.write_table(pa.table(record), tmp_path / "s" / "0.parquet")
    source = parquet(tmp_path / "s")
    (unit,) = medtrinity.units(source, 0, 0, 10)
    said = [row.turns[-1].text for row in medtrinity.read(source, unit)]
    assert said == ["胸部CT", "chest CT"]


def test_a_shard_cannot_reach_other_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "beside").write_bytes(b"beside")
    record = {"image": ["../secret", "beside"], "id": ["a", "b"], "caption": ["x", "y"]}
    pq.write_table(pa.table(record), tmp_path / "s" / "0.parquet")
    source = parquet(tmp_path / "s")
    (unit,) = medtrinity.units(source, 0, 0, 10)
    assert [row.pictures[0]() for row in medtrinity.read(source, unit)] == [None, b"beside"]


def test_captions_from_json_jsonl_xlsx_and_txt_in_a_folder_or_zip(tmp_path: Path) -> None:
    data = encode(Maker().slice())
    tables = {
        "c.json": json.dumps({"a.jpg": "one", "b.jpg": "two"}).encode(),
        "c.jsonl": b'{"image": "a.jpg", "caption": "one"}\n{"image": "b", "caption": "two"}\n',
        "all.txt": b"a.jpg\tone\nb.jpg\ttwo\n",
    }
    book = Workbook()
    for line in (["文件名", "报告"], ["A.JPG", "one"], ["b.jpg", "two"]):
        book.active.append(line)
    book.save(tmp_path / "c.xlsx")
    tables["c.xlsx"] = (tmp_path / "c.xlsx").read_bytes()
    for name, table in tables.items():
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("in/a.jpg", data)
            archive.writestr("in/b.jpg", data)
            archive.writestr("__MACOSX/in/._a.jpg", b"")
            archive.writestr(name, table)
        rows = all_rows(PicturesSource(kind="pictures", path=path))
        assert [row.turns[1].text for row in rows] == ["one", "two"], name
        assert all(row.pictures[0]() == data for row in rows), name


def test_a_dicom_that_is_named_by_its_uid(tmp_path: Path) -> None:
    names = ["1.2.840.113619.2.55.3.2831", "1.2.840.113619.2.55.3.2832"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    source = PicturesSource(kind="pictures", path=tmp_path)
    assert pictures.problems(source) == []
    assert [path.name for path in pictures.files(source)] == names
    pictures._listing.cache_clear()
    for number, name in enumerate(names):
        (tmp_path / f"{name}.txt").write_text(f"caption {number}", encoding="utf-8")
    rows = all_rows(source)
    assert [row.turns[1].text for row in rows] == ["caption 0", "caption 1"]
    assert [row.pictures[0]() for row in rows] == [name.encode() for name in names]
    pictures._listing.cache_clear()
    text = "图片,报告\n" + "".join(f"{name},报告 {name[-1]}\n" for name in names)
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert [(row.turns[1].text, row.pictures[0]()) for row in all_rows(source)] == [
        (f"报告 {name[-1]}", name.encode()) for name in names
    ]


def test_a_merged_cell_names_the_case_of_all_its_pictures(tmp_path: Path) -> None:
    book = Workbook()
    for line in (["病例号", "图片", "报告"], ["A", "1", "一"], [None, "2", "二"], ["B", "3", "三"]):
        book.active.append(line)
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "t.xlsx")
    source = PicturesSource(kind="pictures", path=tmp_path)
    assert [row.case for row in all_rows(source)] == ["A", "A", "B"]
    assert list(sources.names(source) or ()) == [("A", "1"), ("A", "2"), ("B", "3")]


def test_ids_are_known_without_reading_the_rows(tmp_path: Path) -> None:
    rows = [Maker().row(number) for number in range(5)]
    source = parquet(write_shards(tmp_path / "s", rows, shards=2, group=2))
    names = sources.names(source)
    assert list(names or ()) == [("", row.id) for row in rows]
    assert sources.names(HubSource(kind="hub", name="x")) is None
    text = "病例号,对话编号,问题,回答\nA,7,看图,结节\n,8,看图,积液\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    talks = DialoguesSource(kind="dialogues", path=tmp_path / "t.csv")
    assert list(sources.names(talks) or ()) == [("A", "7"), ("A", "8")]


def test_names_that_differ_by_case_only(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("aB.png", "ab.png"):
            archive.writestr(name, name.encode())
        archive.writestr("t.csv", "图片,报告\naB.png,一\nab.png,二\nAB.png,三\n")
    first, second, neither = all_rows(PicturesSource(kind="pictures", path=path))
    assert [row.pictures[0]() for row in (first, second)] == [b"aB.png", b"ab.png"]
    with pytest.raises(MissingError, match=r"“AB\.png”可以是 2 个文件：aB\.png、ab\.png"):
        neither.pictures[0]()


def test_a_text_beside_each_picture(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.png").write_bytes(encode(Maker().slice(), "PNG"))
        (tmp_path / f"{name}.txt").write_text(f"caption {name}", encoding="utf-8")
    rows = all_rows(PicturesSource(kind="pictures", path=tmp_path))
    assert [row.turns[1].text for row in rows] == ["caption a", "caption b"]


def test_a_table_without_the_columns_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "t.csv").write_text("bild,text\na.jpg,b\n", encoding="utf-8")
    (told,) = pictures.problems(PicturesSource(kind="pictures", path=tmp_path))
    assert "bild" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("图片,描述,诊断\na.jpg,结节,\na.jpg,,肺癌\n", "有两列说明：描述、诊断；请合并或改名"),
        ("图片,描述,诊断\na.jpg,结节,\na.jpg,结节, \n", ""),
        ("图片,描述,诊断,报告\na.jpg,结节,肺癌,见结节\n", "有 3 列说明：描述、报告、诊断；"),
    ],
)
def test_captions_in_several_columns_are_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    problems = pictures.problems(PicturesSource(kind="pictures", path=tmp_path))
    assert [told in problem for problem in problems] == [True] * bool(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("问题,回答,诊断\n看图,高密度影,脑出血\n", "有两列回答：回答、诊断；请合并或改名"),
        ("问题,提问,回答\n看图,哪侧,左侧\n", "有两列提问：提问、问题；"),
        ("对话,角色,内容,文字\n1,用户,看图,\n1,医生,,结节\n", "有两列文字：内容、文字；"),
        ("问题,回答,诊断\n看图,高密度影,\n", ""),
    ],
)
def test_answers_in_several_columns_are_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    problems = dialogues.problems(DialoguesSource(kind="dialogues", path=tmp_path / "t.csv"))
    assert [told in problem for problem in problems] == [True] * bool(told)


def test_a_broken_zip_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 cut off")
    assert "zip" in pictures.problems(PicturesSource(kind="pictures", path=tmp_path / "a.zip"))[0]


def test_captions_in_a_zip_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    for name in ("c.csv", "1.txt"):
        path = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("1.jpg", b"x")
            archive.writestr(name, "image,caption\n1.jpg,AAAA\n")
        path.write_bytes(path.read_bytes().replace(b"AAAA", b"AABA"))
        (told,) = pictures.problems(PicturesSource(kind="pictures", path=path))
        assert name in told
        assert "损坏或有密码" in told


def test_pictures_of_dialogues_that_are_nowhere_are_told(tmp_path: Path) -> None:
    text = json.dumps([{"messages": [{"role": "user", "content": "看图"}]}])
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    gone = tmp_path / "nowhere"
    source = DialoguesSource(kind="dialogues", path=tmp_path / "t.json", pictures=gone)
    (told,) = dialogues.problems(source)
    assert "nowhere" in told


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("image", [1], "int64"),
        ("image", [[1, 2]], "list"),
        ("image", [{"path": "a.png"}], "struct"),
        ("id", [["a"]], "不是编号"),
        ("caption", [["a CT"]], "不是文字"),
        ("caption", [3], "不是文字"),
        ("caption", [None], "不是文字"),
    ],
)
def test_columns_of_a_wrong_type_are_told(
    tmp_path: Path, column: str, values: list[object], told: str
) -> None:
    record = {"image": [b"x"], "id": ["a"], "caption": ["CT"]} | {column: values}
    pq.write_table(pa.table(record), tmp_path / "0.parquet")
    (line,) = medtrinity.problems(parquet(tmp_path))
    assert column in line
    assert told in line


@pytest.mark.parametrize(
    "image",
    [
        [b"x"],
        ["a.png"],
        [{"bytes": b"x", "path": "a.png"}],
        [{"bytes": b"x", "path": None}],
        pa.array([b"x"], pa.large_binary()),
    ],
)
def test_columns_as_data_sets_write_them_are_fine(tmp_path: Path, image: object) -> None:
    record = {"image": image, "id": [7], "caption": ["CT"]}
    pq.write_table(pa.table(record), tmp_path / "0.parquet")
    assert medtrinity.problems(parquet(tmp_path)) == []


def talk(path: Path) -> list[RawRow]:
    return all_rows(DialoguesSource(kind="dialogues", path=path, pictures=path.parent))


def test_dialogues_from_a_sheet_of_questions_and_answers(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"1")
    (tmp_path / "2.jpg").write_bytes(b"2")
    lines = [
        "对话编号,问题,回答,图片",
        "7,看到什么？,右肺结节。,1.jpg；2.jpg",
        "7,多大？,约 8 mm。,",
        "8,看到什么？,未见异常。,2.jpg",
    ]
    text = "\n".join(lines)
    (tmp_path / "t.csv").write_bytes(text.encode("gb18030"))
    book = Workbook()
    for line in lines:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in line.split(",")])
    book.save(tmp_path / "t.xlsx")
    for name in ("t.csv", "t.xlsx"):
        first, second = talk(tmp_path / name)
        assert (first.id, second.id) == ("7", "8")
        assert [turn.text for turn in first.turns] == [
            "看到什么？",
            "右肺结节。",
            "多大？",
            "约 8 mm。",
        ]
        assert [turn.pictures for turn in first.turns] == [2, 0, 0, 0]
        assert [fetch() for fetch in first.pictures] == [b"1", b"2"]


def test_rows_may_have_numbers_of_their_own(tmp_path: Path) -> None:
    text = "id,对话编号,问题,回答,图片\n1,D1,看图,结节,1.jpg\n2,D1,多大？,8 mm,\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    (row,) = talk(tmp_path / "t.csv")
    assert (row.id, len(row.turns)) == ("D1", 4)


def test_rows_of_two_cases_are_never_one_dialogue(tmp_path: Path) -> None:
    lines = [
        "病例号,序号,问题,回答,图片",
        "A,1,看图,左侧颞叶脑出血。,a.png",
        "B,1,看图,右侧胸腔积液。,b.png",
        ",,积液多少？,中量。,",
        "C,,看图,未见异常。,c.png",
        ",2,另一幅呢？,未见异常。,c2.png",
    ]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    rows = talk(tmp_path / "t.csv")
    assert [(row.case, row.id, len(row.turns), len(row.pictures)) for row in rows] == [
        ("A", "1", 2, 1),
        ("B", "1", 4, 1),
        ("C", "1", 2, 1),
        ("C", "2", 2, 1),
    ]


def test_a_merged_cell_names_the_case_of_all_its_rows(tmp_path: Path) -> None:
    book = Workbook()
    for title in ("一月", "二月"):
        page = book.create_sheet(title)
        page.append(["病例号", "检查号", "对话编号", "问题", "回答", "图片"])
        for n in range(4):
            page.append([f"{title}{n // 2}", f"S{n}", n, "看图", "结节。", f"{n}.png"])
        page.merge_cells("A2:A3")
        page.merge_cells("A4:A5")
    book.save(tmp_path / "t.xlsx")
    assert [row.case for row in talk(tmp_path / "t.xlsx")] == [
        "一月0", "一月0", "一月1", "一月1", "二月0", "二月0", "二月1", "二月1",
    ]  # fmt: skip


def test_a_sheet_does_not_go_on_with_the_dialogue_of_another(tmp_path: Path) -> None:
    book = Workbook()
    for number in (7, None):
        page = book.create_sheet()
        page.append(["对话编号", "问题", "回答"])
        page.append([number, "看图", "结节。"])
        page.append([None, "多大？", "8 mm。"])
    book.save(tmp_path / "t.xlsx")
    assert [(row.id, len(row.turns)) for row in talk(tmp_path / "t.xlsx")] == [("7", 4), ("0", 4)]


def test_rows_of_json_stand_for_themselves(tmp_path: Path) -> None:
    rows = [{"case": case, "id": n, "question": "看图", "answer": "结节"} for n, case in
            enumerate(("A", None, "B"))]  # fmt: skip
    (tmp_path / "t.json").write_text(json.dumps(rows), encoding="utf-8")
    assert [row.case for row in talk(tmp_path / "t.json")] == ["A", "", "B"]


def test_questions_and_answers_without_a_number_are_a_dialogue_each(tmp_path: Path) -> None:
    text = "问题,回答,图片\n一？,甲。,1.jpg\n二？,乙。,2.jpg\n三？,丙。,3.jpg\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert [[turn.text for turn in row.turns] for row in talk(tmp_path / "t.csv")] == [
        ["一？", "甲。"], ["二？", "乙。"], ["三？", "丙。"],
    ]  # fmt: skip
    text = "角色,内容\n用户,一？\n医生,甲。\n"
    (tmp_path / "roles.csv").write_text(text, encoding="utf-8")
    source = DialoguesSource(kind="dialogues", path=tmp_path / "roles.csv", pictures=tmp_path)
    (told,) = dialogues.problems(source)
    assert "编号" in told


def test_captions_beside_a_zip_are_among_the_files_that_matter(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.jpg", b"x")
    (tmp_path / "c.csv").write_text("image,caption\n1.jpg,结节\n", encoding="utf-8")
    source = PicturesSource(kind="pictures", path=tmp_path / "a.zip", captions="c.csv")
    assert {path.name for path in pictures.files(source)} == {"a.zip", "c.csv"}


def test_dialogues_from_rows_with_roles(tmp_path: Path) -> None:
    text = "对话,角色,内容,图片\na,用户,看图,1.jpg\n,医生,结节\n,用户,哪侧\n,医生,右侧\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    (row,) = talk(tmp_path / "t.csv")
    assert [turn.role for turn in row.turns] == ["user", "assistant"] * 2
    assert [fetch() for fetch in row.pictures] == [None]


def test_pictures_go_where_their_marks_stand(tmp_path: Path) -> None:
    for name in "123":
        (tmp_path / f"{name}.jpg").write_bytes(name.encode())
    entry = {
        "images": ["1.jpg", "2.jpg", "3.jpg"],
        "conversations": [
            {"from": "human", "value": "<image>one"},
            {"from": "gpt", "value": "a"},
            {"from": "human", "value": "<image>\n<image>two"},
            {"from": "gpt", "value": "b"},
        ],
    }
    (tmp_path / "t.json").write_text(json.dumps([entry]), encoding="utf-8")
    (row,) = talk(tmp_path / "t.json")
    assert [turn.pictures for turn in row.turns] == [1, 0, 2, 0]
    assert [fetch() for fetch in row.pictures] == [b"1", b"2", b"3"]
    assert row.fault is None


def told(*messages: object, images: list[object] | None = None) -> dict[str, object]:
    """A dialogue of these questions, each with an answer."""
    turns = []
    for content in messages:
        asked = content if isinstance(content, dict) else {"content": content}
        turns += [{"role": "user", **asked}, {"role": "assistant", "content": "结节。"}]
    return {"messages": turns, "images": images or []}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (told("平扫？", "<image>增强呢？", images=["1.jpg", "2.jpg"]), "比图片少（1 处，2 张）"),
        (told("<image>看图", {"content": "这张呢", "images": ["2.jpg"]}, images=["1.jpg"]), "少"),
        (told({"content": "<image>看图", "images": ["1.jpg", "2.jpg"]}), "少"),
        (told("<image><image>看图", images=["1.jpg"]), "比图片多"),
        (told("<image>看图"), "比图片多"),
        (told("看图", "这张呢", images=["1.jpg", "2.jpg"]), ""),
        (told({"content": "看图", "images": ["1.jpg"]}, images=["2.jpg"]), ""),
    ],
)
def test_marks_that_do_not_fit_the_pictures_are_faults(
    tmp_path: Path, entry: object, fault: str
) -> None:
    (tmp_path / "t.json").write_text(json.dumps([entry]), encoding="utf-8")
    (row,) = talk(tmp_path / "t.json")
    assert (row.fault is not None) == bool(fault)
    if row.fault:
        assert row.fault[0] == reasons.MALFORMED
        assert fault in row.fault[1]


def test_a_picture_named_by_a_part_and_for_the_whole_is_one(tmp_path: Path) -> None:
    for name in "123":
        (tmp_path / f"{name}.jpg").write_bytes(name.encode())
    part = [{"type": "image", "image": "2.jpg"}, {"type": "text", "text": "看图"}]
    entries = [
        told(part, images=["./2.jpg"]),
        told("<image>看图", part, images=["1.jpg", "2.jpg"]),
        told({"content": "看图", "images": ["1.jpg"]}, part, images=["2.jpg", "1.jpg"]),
    ]
    (tmp_path / "t.json").write_text(json.dumps(entries), encoding="utf-8")
    one, two, three = talk(tmp_path / "t.json")
    assert [fetch() for fetch in one.pictures] == [b"2"]
    assert [fetch() for fetch in two.pictures] == [b"1", b"2"]
    assert [row.fault for row in (one, two)] == [None, None]
    # One mark for two pictures: refused, and neither is doubled.
    assert [turn.pictures for turn in three.turns] == [1, 0, 1, 0]


def test_contents_may_be_lists_of_parts(tmp_path: Path) -> None:
    for name in "12":
        (tmp_path / f"{name}.jpg").write_bytes(name.encode())
    messages = [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "看图"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "右肺结节。"}]},
        {"role": "user", "content": [{"image": "2.jpg"}, {"text": "这一幅呢"}]},
        {"role": "assistant", "content": "未见异常。"},
    ]
    odd = [{"role": "user", "content": [{"type": "audio"}]}, messages[1]]
    text = json.dumps([{"messages": m, "images": ["1.jpg"]} for m in (messages, odd)])
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    row, refused = talk(tmp_path / "t.json")
    assert [turn.text for turn in row.turns] == ["看图", "右肺结节。", "这一幅呢", "未见异常。"]
    assert [fetch() for fetch in row.pictures] == [b"1", b"2"]
    assert row.fault is None
    assert refused.fault is not None
    assert refused.fault[0] == reasons.MALFORMED


def test_a_picture_that_names_no_file_is_missed(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"1")
    messages = [{"role": "user", "content": "看图"}, {"role": "assistant", "content": "结节"}]
    images = [{"path": "1.jpg"}, {"bytes": "AAAA"}]
    text = json.dumps([{"messages": messages, "images": images}])
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    (row,) = talk(tmp_path / "t.json")
    assert [fetch() for fetch in row.pictures] == [b"1", None]


@pytest.mark.parametrize(
    "roles", [["user"], ["assistant", "user"], ["user", "user"], ["user", "nurse"]]
)
def test_dialogues_that_do_not_alternate_are_marked(tmp_path: Path, roles: list[str]) -> None:
    messages = [{"role": role, "content": "text"} for role in roles]
    text = json.dumps([{"messages": messages, "images": ["1.jpg"]}])
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    (row,) = talk(tmp_path / "t.json")
    assert row.fault is not None
