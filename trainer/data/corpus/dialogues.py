"""Doctors' dialogues: several turns, several pictures, in JSON, JSONL, CSV or XLSX."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from trainer.data.corpus.content import Content, content_of, picture_name
from trainer.data.corpus.preparation import DialoguesSource
from trainer.data.corpus.reasons import MALFORMED, Reason
from trainer.data.corpus.row import RawRow, Turn, Unit
from trainer.data.corpus.shelf import Shelf, Ways, fetch_from, match_names, open_shelf, plain
from trainer.data.corpus.tables import (
    Record,
    Sheet,
    TableError,
    need_one,
    pick,
    read_sheets,
    text_of,
)

_DIALOGUE = ("dialogue", "dialogue_id", "conversation", "对话", "对话编号", "id", "编号", "序号")
_CASE = ("case", "patient", "study", "病例", "病例号", "检查号")
_ROLE = ("role", "from", "speaker", "角色", "说话人")
_TEXT = ("content", "value", "text", "内容", "文字")
_QUESTION = ("question", "user", "提问", "问题", "问")
_ANSWER = ("answer", "assistant", "response", "回答", "答案", "答", "诊断")
_PICTURES = ("images", "image", "pictures", "picture", "图片", "图像", "影像", "文件")
_TURNS = ("messages", "conversations", "turns", "对话", "对话内容")
_USER = frozenset({"user", "human", "question", "用户", "提问", "问", "医生甲", "患者", "住院医师"})
_ASSISTANT = frozenset(
    {"assistant", "gpt", "answer", "助手", "回答", "答", "医生", "放射科", "上级医师"}
)
_MARK = re.compile(r"<image>")
_SEPARATOR = re.compile(r"[;；|\n]|,\s*(?=\S+\.\w{2,5}\b)")


@dataclass(frozen=True)
class Dialogue:
    """A dialogue as told by its file; ``pictures`` as written there."""

    id: str
    case: str
    turns: tuple[Turn, ...]
    pictures: tuple[str, ...]
    fault: tuple[Reason, str] | None = None


def problems(source: DialoguesSource) -> list[str]:
    """What is wrong with the file, its columns or the place of its pictures."""
    told = []
    try:
        told += [] if _dialogues(source) else [f"{source.path.name} 中没有对话"]
    except TableError as error:
        told.append(str(error))
    try:
        _shelf(source)
    except TableError as error:
        told.append(f"pictures：{error}")
    return told


def units(source: DialoguesSource, number: int, first: int, size: int) -> list[Unit]:
    """Runs of ``size`` dialogues."""
    count = len(_dialogues(source))
    return [
        Unit(first + n, number, source.path.name, start, stop, start, stop - start)
        for n, start in enumerate(range(0, count, size))
        for stop in (min(start + size, count),)
    ]


def read(source: DialoguesSource, unit: Unit) -> Iterator[RawRow]:
    """The dialogues of a unit."""
    shelf, ways = _shelf(source)
    for number in range(unit.start, unit.stop):
        told = _dialogues(source)[number]
        fetches = tuple(fetch_from(shelf, ways[name], ways.why_not(name)) for name in told.pictures)
        yield RawRow(unit.file, number, told.id, told.turns, fetches, told.case, told.fault)


def names(source: DialoguesSource) -> Iterator[tuple[str, str]]:
    """Every row's case and id."""
    for told in _dialogues(source):
        yield told.case, told.id


def files(source: DialoguesSource) -> list[Path]:
    """The file itself and every picture it names that is there."""
    shelf, ways = _shelf(source)
    named = {ways[name] for told in _dialogues(source) for name in told.pictures}
    return [source.path, *sorted({shelf.file(name) for name in named if name})]


@lru_cache(maxsize=4)
def _shelf(source: DialoguesSource) -> tuple[Shelf, Ways]:
    shelf = open_shelf(source.pictures or source.path.parent)
    return shelf, match_names(shelf)


@lru_cache(maxsize=4)
def _dialogues(source: DialoguesSource) -> tuple[Dialogue, ...]:
    try:
        data = source.path.read_bytes()
    except OSError as error:
        raise TableError(f"找不到对话文件 {source.path.name}") from error
    sheets = read_sheets(source.path.name, data)
    rows = [row for sheet in sheets for row in sheet.rows]
    columns = {key for row in rows[:100] for key in row}
    if columns.intersection(_TURNS) and isinstance(pick(rows[0], _TURNS), list):
        return tuple(_from_messages(row, n) for n, row in enumerate(rows))
    asked = columns.intersection(_QUESTION) and columns.intersection(_ANSWER)
    if not asked and not (columns.intersection(_ROLE) and columns.intersection(_TEXT)):
        listed = "、".join(sorted(columns)) or "无"
        raise TableError(
            f"{source.path.name} 需要 messages，或“问题、回答”两列，"
            f"或“角色、内容”两列，现有：{listed}"
        )
    for names, what in ((_QUESTION, "提问"), (_ANSWER, "回答")) if asked else ((_TEXT, "文字"),):
        need_one(source.path.name, rows, names, what)
    numbered = bool(columns.intersection(_DIALOGUE))
    if not asked and not numbered:
        raise TableError(f"{source.path.name} 有“角色、内容”两列时，还需要一列编号来分开各段对话")
    return tuple(told for sheet in sheets for told in _from_sheet(sheet, numbered=numbered))


def _from_messages(row: Record, number: int) -> Dialogue:
    messages = pick(row, _TURNS)
    pictures = _names(pick(row, _PICTURES))
    said: list[tuple[str, Content]] = []
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict):
            own = _names(pick(message, _PICTURES))
            told = content_of(pick(message, _TEXT))
            told = replace(told, pictures=(*told.pictures, *own))
            said.append((text_of(pick(message, _ROLE)), told))
    id_ = text_of(pick(row, ("id", "dialogue", "编号"))) or str(number)
    return _dialogue(id_, text_of(pick(row, _CASE)), said, pictures)


def _from_sheet(sheet: Sheet, *, numbered: bool) -> Iterator[Dialogue]:
    """Rows of one dialogue stand together; a row that names none belongs to the one before it.

    Numbers may begin anew with every case: what is of two cases is never one dialogue.
    """
    keys: list[tuple[str, str]] = []
    last = ""
    for place, (row, case) in enumerate(zip(sheet.rows, sheet.down(_CASE), strict=True)):
        last = text_of(pick(row, _DIALOGUE)) or (last if numbered else "") or str(place)
        keys.append((case, last))
    rows = iter(sheet.rows)
    for (case, key), group in groupby(keys):
        yield _from_rows(key, case, [next(rows) for _ in group])


def _from_rows(key: str, case: str, rows: list[Record]) -> Dialogue:
    said: list[tuple[str, Content]] = []
    for row in rows:
        pictures = _names(pick(row, _PICTURES))
        if text_of(pick(row, _ROLE)):
            said.append((text_of(pick(row, _ROLE)), Content(text_of(pick(row, _TEXT)), pictures)))
        else:
            said.append(("user", Content(text_of(pick(row, _QUESTION)), pictures)))
            said.append(("assistant", Content(text_of(pick(row, _ANSWER)))))
    return _dialogue(key, case, said, ())


def _dialogue(
    id_: str, case: str, said: Iterable[tuple[str, Content]], pictures: tuple[str, ...]
) -> Dialogue:
    """Pictures named for the whole dialogue go where ``<image>`` stands, else to the start."""
    said = [(role, told) for role, told in said if role.strip().casefold() != "system"]
    turns: list[Turn] = []
    shown: list[str] = []
    # What a message names itself may be listed for the whole dialogue too.
    named = {plain(name) for _, told in said for name in told.pictures if name}
    waiting = [name for name in pictures if plain(name) not in named]
    marked = 0
    fault = ""
    for role, told in said:
        text, own = told.text, told.pictures
        name = role.strip().casefold()
        speaker = "user" if name in _USER else "assistant" if name in _ASSISTANT else ""
        fault = fault or told.fault
        marks = len(_MARK.findall(text))
        marked += marks
        mine = [*own, *waiting[: max(marks - len(own), 0)]]
        del waiting[: max(marks - len(own), 0)]
        if marks > len(mine):
            fault = fault or "<image> 比图片多"
        if speaker != ("assistant" if len(turns) % 2 else "user"):
            fault = fault or f"第 {len(turns) + 1} 轮的角色“{role[:12]}”不是交替的一问一答"
        words = _MARK.sub("", text).strip()
        turns.append(Turn("user" if speaker != "assistant" else "assistant", words, len(mine)))
        shown += mine
        if speaker == "assistant" and (mine or not words):
            fault = fault or ("回答中带有图片" if mine else f"第 {len(turns)} 轮没有回答")
    if marked and marked < len(shown) + len(waiting):
        fault = fault or f"<image> 比图片少（{marked} 处，{len(shown) + len(waiting)} 张）"
    if waiting and turns:
        turns[0] = Turn(turns[0].role, turns[0].text, turns[0].pictures + len(waiting))
        shown = [
            *shown[: turns[0].pictures - len(waiting)],
            *waiting,
            *shown[turns[0].pictures - len(waiting) :],
        ]
    if len(turns) < 2 or len(turns) % 2:
        fault = fault or "最后一问没有回答"
    objection = (MALFORMED, fault) if fault else None
    return Dialogue(id_, case, tuple(turns), tuple(shown), objection)


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, list | dict):
        value = value if isinstance(value, list) else [value]
        # What names no file stays as a picture that is missed.
        return tuple(picture_name(item) or "" for item in value if item not in (None, ""))
    return tuple(part.strip() for part in _SEPARATOR.split(text_of(value)) if part.strip())
