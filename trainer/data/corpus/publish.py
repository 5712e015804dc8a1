"""Third pass: groups of parts become what LLaMA-Factory reads."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from trainer.data.corpus import duplicates
from trainer.data.corpus.captions import is_chinese, length, region
from trainer.data.corpus.chinese import Said, is_english, load_group, wants_chinese
from trainer.data.corpus.outlet import SHARDS, Outlet
from trainer.data.corpus.parts import Kept, read_part
from trainer.data.corpus.plan import Group, place_of
from trainer.data.corpus.preparation import Preparation
from trainer.data.corpus.reasons import DUPLICATE, UNTRANSLATED, reason_of
from trainer.data.corpus.sift import PICTURES
from trainer.data.corpus.split import SPLITS, split_of
from trainer.data.corpus.tally import LENGTH_STEP, Tally, specimen, trim
from trainer.data.sharegpt import IMAGE

GROUPS = "groups"
ROWS, REJECTS, ENGLISH = "rows.csv", "rejects.csv", "untranslated.csv"
HEADERS = {
    ROWS: "来源,文件,行号,编号,图片,划分,语言,部位,入选依据",
    REJECTS: "来源,文件,行号,编号,代码,原因,细节",
    ENGLISH: "来源,文件,行号,编号,代码,原因",
}
PLACED_SCHEMA = pa.schema(
    [
        ("split", pa.int8()),
        ("origin", pa.uint64()),
        ("keys", pa.list_(pa.binary(16))),
        ("looks", pa.list_(pa.uint64())),
        ("ties", pa.list_(pa.binary(16))),
    ]
)


@dataclass(frozen=True)
class Publishing:
    """A group for a worker.

    Attributes:
        question_zh, question_en: asked where a row brings no question.
        sharded: pictures go into parquet shards; else they are files already.
    """

    group: Group
    wanted: Preparation
    question_zh: str
    question_en: str
    sharded: bool
    out: Path
    work: Path


def publish(task: Publishing) -> int:
    """Write a group, unless an earlier run did; its folder appears last, by rename.

    Returns:
        its number.
    """
    done = task.work / GROUPS / task.group.name
    if not done.exists():
        partial = done.with_name(f"{done.name}.part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with _Writer(task, partial) as writer:
            for row in _rows(task.group):
                writer.write(row)
        partial.rename(done)
    if task.sharded:
        for part in task.group.parts:
            part.unlink(missing_ok=True)
    return task.group.number


def _rows(group: Group) -> Iterator[Kept]:
    for part in group.parts:
        yield from read_part(part)


class _Writer:
    def __init__(self, task: Publishing, folder: Path) -> None:
        self._task = task
        self._folder = folder
        self._distinct = duplicates.load(task.work / "distinct")
        self._chinese = load_group(task.group, task.work)
        self._tally = Tally()
        self._placed: list[dict[str, object]] = []
        self._lists = {
            name: (folder / name).open("w", encoding="utf-8", newline="") for name in HEADERS
        }
        self._csv = {name: csv.writer(file) for name, file in self._lists.items()}
        self._splits = [Outlet(self._place(name), sharded=task.sharded) for name in SPLITS]

    def _place(self, split: str) -> Path:
        if self._task.sharded:
            return self._task.out / SHARDS / split / f"part-{self._task.group.name}.parquet"
        return self._folder / f"{split}.jsonl"

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._lists.values():
            file.close()
        for split in self._splits:
            split.close(failed=error is not None)
        if error is None:
            table = pa.Table.from_pylist(self._placed, schema=PLACED_SCHEMA)
            with pa.ipc.new_file(str(self._folder / "placed.arrow"), PLACED_SCHEMA) as writer:
                writer.write_table(table)
            self._tally.specimens = trim(self._tally.specimens)
            self._tally.save(self._folder / "tally.json")

    def write(self, row: Kept) -> None:
        """Put one row where it belongs."""
        unit, _ = place_of(self._task.work, row.ordinal)
        head: list[object] = [unit.source, _cell(row.file), row.number + 1, _cell(row.id)]
        self._tally.rows[str(unit.source)] += 1
        first = None if row.code else self._distinct.first_of(row.ordinal)
        if row.code or first is not None:
            self._leave_out(row, first, head)
        else:
            self._keep(row, head)

    def _leave_out(self, row: Kept, first: int | None, head: list[object]) -> None:
        reason, detail = (reason_of(row.code), row.detail) if row.code else (DUPLICATE, "")
        if first is not None:
            unit, number = place_of(self._task.work, first)
            detail = f"与 {unit.file} 第 {number + 1} 行相同"
        self._csv[REJECTS].writerow([*head, reason.code, reason.name, _cell(detail)])
        self._tally.reasons[reason.code] += 1
        if reason.code == "TRN-525":
            self._tally.details[detail.split("：", 1)[0]] += 1
        self._show(row, reason.code, _answer(row), detail)

    def _keep(self, row: Kept, head: list[object]) -> None:
        said = self._chinese.get(row.ordinal, Said(None))
        if said.texts is None and wants_chinese(row, self._task.wanted) and is_english(row):
            why = said.why_not or "没有配置翻译端点"
            self._csv[ENGLISH].writerow([*head, UNTRANSLATED.code, why])
            self._tally.languages["untranslated"] += 1
        texts = said.texts or tuple(turn.text for turn in row.turns)
        answer = "\n".join(
            text for text, turn in zip(texts, row.turns, strict=True) if turn.role == "assistant"
        )
        chinese = is_chinese(answer)
        origin = self._distinct.root(row.origin)
        split = split_of(origin, self._task.wanted.split)
        where = region(answer)
        names = [f"{PICTURES}/{key.hex()}.jpg" for key in row.keys]
        self._splits[split].write(self._messages(row, texts, chinese), names, row.jpegs)
        self._placed.append(
            {
                "split": split,
                "origin": origin,
                "keys": row.keys,
                "looks": row.looks,
                "ties": row.ties,
            }
        )
        language = "zh" if chinese else "en"
        shown = ";".join(names)
        self._csv[ROWS].writerow([*head, shown, SPLITS[split], language, where, row.why])
        self._tally.told[f"{head[0]}:{row.told}"] += 1
        self._count(row, answer, chinese, where, split)
        self._show(row, "", answer, f"{where} · {SPLITS[split]}")

    def _messages(self, row: Kept, texts: tuple[str, ...], chinese: bool) -> list[dict[str, str]]:
        question = self._task.question_zh if chinese else self._task.question_en
        messages = []
        for turn, text in zip(row.turns, texts, strict=True):
            words = text or (question if turn.role == "user" else "")
            messages.append({"role": turn.role, "content": IMAGE * turn.pictures + words})
        return messages

    def _count(self, row: Kept, answer: str, chinese: bool, where: str, split: int) -> None:
        tally = self._tally
        tally.splits[SPLITS[split]] += 1
        tally.languages["zh" if chinese else "en"] += 1
        tally.regions[where] += 1
        tally.evidence[row.why.split("：", 1)[0]] += 1
        tally.turns[str(len(row.turns) // 2)] += 1
        tally.pictures[str(len(row.keys))] += 1
        lengths = tally.chinese_lengths if chinese else tally.english_lengths
        lengths[str(length(answer) // LENGTH_STEP * LENGTH_STEP)] += 1

    def _show(self, row: Kept, code: str, text: str, note: str) -> None:
        if row.thumbnail:
            self._tally.specimens.append(specimen(row.ordinal, code, text, note, row.thumbnail))


def _cell(text: str) -> str:
    """Text that a spreadsheet will not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _answer(row: Kept) -> str:
    return "\n".join(turn.text for turn in row.turns if turn.role == "assistant")
