"""The published layouts, from a folder as it is unpacked to questions."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from trainer.vqa.question import Language, Loaded, Question, is_closed, missing_pictures
from trainer.vqa.rows import (
    Record,
    RowsError,
    json_rows,
    lacking,
    parquet_rows,
    pickle_rows,
)

RAD_JSON = "VQA_RAD Dataset Public.json"
RAD_PICTURES = "VQA_RAD Image Folder"
SPLITS = ("test", "val", "train")


def slake(folder: Path, split: str) -> Loaded:
    """``SPLIT.json`` beside ``imgs/xmlabN/source.jpg``; Chinese and English by ``q_lang``."""
    split = {"val": "validate"}.get(split, split)
    rows = json_rows(folder / f"{split}.json")
    problems = lacking(rows, ("qid", "img_name", "question", "answer", "q_lang", "answer_type"))
    if problems:
        return Loaded((), tuple(problems))
    languages = sorted({str(row["q_lang"]) for row in rows} - {"zh", "en"})
    problems += [f"q_lang 有不认识的值 {'、'.join(languages)}"] if languages else []
    paths = [folder / "imgs" / str(row["img_name"]) for row in rows]
    questions = tuple(
        _question(f"{number}-{row['qid']}", path.read_bytes, row, row["q_lang"], _closed(row))
        for number, (row, path) in enumerate(zip(rows, paths, strict=True))
    )
    return Loaded(questions, (*problems, *missing_pictures(paths, folder)))


def vqa_rad(folder: Path, split: str) -> Loaded:
    """The original JSON and picture folder, or the hub's parquet; test by ``phrase_type``."""
    if not (folder / RAD_JSON).is_file():
        return _parquet(folder, split)
    if split == "val":
        raise RowsError(f"{RAD_JSON} 只分 train 与 test，没有 val")
    rows = json_rows(folder / RAD_JSON)
    keys = ("qid", "image_name", "question", "answer", "answer_type", "phrase_type")
    problems = lacking(rows, keys)
    if problems:
        return Loaded((), tuple(problems))
    held_out = split == "test"
    rows = [row for row in rows if str(row["phrase_type"]).startswith("test") is held_out]
    paths = [folder / RAD_PICTURES / str(row["image_name"]) for row in rows]
    questions = tuple(
        _question(f"{number}-{row['qid']}", path.read_bytes, row, "en", _closed(row))
        for number, (row, path) in enumerate(zip(rows, paths, strict=True))
    )
    return Loaded(questions, tuple(missing_pictures(paths, folder)))


def path_vqa(folder: Path, split: str) -> Loaded:
    """The original pickles and pictures (``qas``, ``images``), or the hub's parquet."""
    places = [folder / "qas" / split / f"{split}_qa.pkl", folder / "qas" / f"{split}_qa.pkl"]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        return _parquet(folder, {"val": "validation"}.get(split, split))
    rows = pickle_rows(found)
    problems = lacking(rows, ("image", "question", "answer"))
    if problems:
        return Loaded((), tuple(problems))
    paths = [folder / "images" / split / f"{row['image']}.jpg" for row in rows]
    questions = tuple(
        _question(str(number), path.read_bytes, row, "en", is_closed(str(row["answer"])))
        for number, (row, path) in enumerate(zip(rows, paths, strict=True))
    )
    return Loaded(questions, tuple(missing_pictures(paths, folder)))


SETS: Mapping[str, Callable[[Path, str], Loaded]] = MappingProxyType(
    {"slake": slake, "vqa-rad": vqa_rad, "path-vqa": path_vqa}
)
TITLES: Mapping[str, str] = MappingProxyType(
    {"slake": "SLAKE", "vqa-rad": "VQA-RAD", "path-vqa": "PathVQA"}
)


def _parquet(folder: Path, split: str) -> Loaded:
    """``data/SPLIT-*.parquet`` with ``image``, ``question`` and ``answer``."""
    shards = sorted((folder / "data").glob(f"{split}-*.parquet"))
    if not shards:
        raise RowsError(f"没有 {split} 的数据文件，文件夹的布局与发布的不同")
    rows = list(parquet_rows(shards, ("image", "question", "answer")))
    empty = sum(not (row["image"] or {}).get("bytes") for row in rows)
    questions = tuple(
        _question(str(number), _kept(row), row, "en", is_closed(str(row["answer"])))
        for number, row in enumerate(rows)
    )
    return Loaded(questions, (f"{empty} 行没有图片",) if empty else ())


def _kept(row: Record) -> Callable[[], bytes]:
    return lambda: bytes(row["image"]["bytes"])


def _question(
    id: str, picture: Callable[[], bytes], row: Record, language: Language, closed: bool
) -> Question:
    return Question(
        id, picture, str(row["question"]).strip(), str(row["answer"]).strip(), language, closed
    )


def _closed(row: Record) -> bool:
    return str(row["answer_type"]).strip().upper() == "CLOSED"
