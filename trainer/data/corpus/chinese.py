"""Second pass: which rows become Chinese, and their translations, group by group."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.data.corpus.captions import is_chinese
from trainer.data.corpus.duplicates import Distinct
from trainer.data.corpus.parts import WORDS, Kept, read_part
from trainer.data.corpus.plan import Group
from trainer.data.corpus.preparation import Preparation
from trainer.data.corpus.translate import Translator
from trainer.manifest import write_whole

CHINESE = "chinese"


@dataclass(frozen=True)
class Said:
    """A row's texts in Chinese, turn by turn; None with the reason where one failed the check."""

    texts: tuple[str, ...] | None
    why_not: str = ""


def wants_chinese(row: Kept, wanted: Preparation) -> bool:
    """This row is to be Chinese; in a mixed set its content decides, not its place."""
    if wanted.language == "mixed":
        return int.from_bytes(row.same[:4], "big") < wanted.chinese_share * 2**32
    return wanted.language == "zh"


def is_english(row: Kept) -> bool:
    """Something in it is to be translated."""
    return any(_needs(turn.text) for turn in row.turns)


def translate_group(
    group: Group, wanted: Preparation, distinct: Distinct, translator: Translator, work: Path
) -> tuple[int, int]:
    """Translate what a group needs, unless an earlier run did.

    Returns:
        rows translated, and rows that stay English because no attempt passed.
    """
    path = work / CHINESE / f"{group.name}.json"
    if not path.exists():
        rows = list(_pending(group, wanted, distinct))
        texts = {turn.text for row in rows for turn in row.turns if _needs(turn.text)}
        found = {one.english: one for one in translator.translate(sorted(texts))}
        said: dict[str, dict[str, object]] = {}
        for row in rows:
            failed = next(
                (
                    found[t.text].why_not
                    for t in row.turns
                    if _needs(t.text) and not found[t.text].chinese
                ),
                "",
            )
            texts_zh = [found[t.text].chinese if _needs(t.text) else t.text for t in row.turns]
            said[str(row.ordinal)] = {"why_not": failed} if failed else {"texts": texts_zh}
        write_whole(path, json.dumps(said, ensure_ascii=False))
    results = load_group(group, work).values()
    failed_rows = sum(1 for one in results if one.texts is None)
    return len(results) - failed_rows, failed_rows


def load_group(group: Group, work: Path) -> dict[int, Said]:
    """Translations by ordinal; empty where the pass was not run."""
    path = work / CHINESE / f"{group.name}.json"
    if not path.exists():
        return {}
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {
        int(ordinal): Said(
            tuple(entry["texts"]) if "texts" in entry else None, entry.get("why_not", "")
        )
        for ordinal, entry in entries.items()
    }


def _pending(group: Group, wanted: Preparation, distinct: Distinct) -> Iterator[Kept]:
    for part in group.parts:
        for row in read_part(part, WORDS):
            stays = not row.code and distinct.first_of(row.ordinal) is None
            if stays and wants_chinese(row, wanted) and is_english(row):
                yield row


def _needs(text: str) -> bool:
    return bool(text) and not is_chinese(text)
