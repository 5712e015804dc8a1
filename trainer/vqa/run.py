"""The ``vqa`` verb: a model folder answers a published set, through the assistant's engine."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from threading import Event

import numpy as np
from PIL import Image
from rich.console import Console
from rich.progress import track

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Options
from assistant.engine.loader import load_engine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.models.card import read_card
from assistant.models.catalog import ModelFolder
from trainer.exam.charts import interval, percent
from trainer.exam.journal import Journal
from trainer.manifest import write_whole
from trainer.vqa.question import Question
from trainer.vqa.rows import RowsError
from trainer.vqa.score import Score, is_right, score
from trainer.vqa.sets import SETS, SPLITS, TITLES

ANSWER_TOKENS = 128
LANGUAGES = {"zh": "中文", "en": "英文"}


@dataclass(frozen=True)
class Asked:
    """What is asked of whom.

    Attributes:
        name: key of ``trainer.vqa.sets.SETS``.
        folder: as the set is unpacked.
        split: one of ``trainer.vqa.sets.SPLITS``.
        model: a folder with a card.
        limit: most questions, the first ones; 0 for all.
    """

    name: str
    folder: Path
    split: str
    model: Path
    limit: int = 0


def run(asked: Asked, out: Path, console: Console) -> None:
    """Write ``vqa.json``, every answer, and ``vqa.md``, the table.

    Raises:
        AssistantError: TRN-611 naming everything wrong with the set's files at once, before
            the model is loaded; TRN-612 a picture is broken; MOD-102, MOD-103 no card.
    """
    questions = load(asked)
    card = read_card(asked.model)
    out.mkdir(parents=True, exist_ok=True)
    prompts = load_prompts()
    sitter = sha256(f"{card.fingerprint}\n{prompts.system}\n{ANSWER_TOKENS}".encode()).hexdigest()
    journal = Journal(out / ".answers.jsonl", sitter)
    engine = load_engine(ModelFolder(asked.model, card))
    answers: list[str] = []
    try:
        for question in track(questions, TITLES[asked.name], console=console):
            key = f"{asked.name}/{asked.split}/{question.id}/{question.text}"
            known = journal.get(key)
            if known is None:
                talk = Conversation.new(prompts.system).ask(question.text, (_picture(question),))
                chunks = engine.stream(talk, Options(max_tokens=ANSWER_TOKENS), Event())
                known = "".join(chunk.text for chunk in chunks)
                engine.forget(talk.id)
                journal.put(key, known)
            answers.append(str(known))
    finally:
        engine.close()
    text = table(asked.name, questions, answers)
    write_whole(out / "vqa.json", _record(questions, answers))
    write_whole(out / "vqa.md", text)
    console.print(text)


def load(asked: Asked) -> tuple[Question, ...]:
    """The questions, once nothing is wrong with the files.

    Raises:
        AssistantError: TRN-610 there is no such set, TRN-613 no such split; TRN-611.
    """
    if asked.name not in SETS:
        raise AssistantError(
            "TRN-610",
            f"不认识数据集“{asked.name}”。",
            next_step=f"可用的有 {'、'.join(SETS)}。",
        )
    if asked.split not in SPLITS:
        raise AssistantError(
            "TRN-613",
            f"不认识 --split {asked.split}。",
            next_step=f"可写 {'、'.join(SPLITS)}。",
        )
    try:
        found = SETS[asked.name](asked.folder, asked.split)
        problems, questions = list(found.problems), found.questions
        problems += [] if questions or problems else ["一道题也没有"]
    except RowsError as error:
        problems, questions = [str(error)], ()
    if problems:
        raise AssistantError(
            "TRN-611",
            f"{TITLES[asked.name]} 的文件有 {len(problems)} 处问题：{'；'.join(problems)}。",
            next_step="请按 docs/evaluation.md 写明的布局放好发布的文件，再运行。",
        )
    return questions[: asked.limit] if asked.limit else questions


def table(name: str, questions: Sequence[Question], answers: Sequence[str]) -> str:
    """Languages apart, closed and open apart, with Wilson's intervals."""
    lines = [
        "| 数据集 | 语言 | 封闭题 | 题数 | 开放题 | 题数 | 开放题词 F1 | 全部 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for language in sorted({question.language for question in questions}, reverse=True):
        kept = [
            (question, answer)
            for question, answer in zip(questions, answers, strict=True)
            if question.language == language
        ]
        found = score([question for question, _ in kept], [answer for _, answer in kept])
        lines.append(f"| {TITLES[name]} | {LANGUAGES[language]} {_cells(found)}")
    return "\n".join(lines) + "\n"


def _cells(found: Score) -> str:
    whole = type(found.closed)(found.closed.hits + found.open.hits, found.closed.of + found.open.of)
    return (
        f"| {percent(found.closed)}（{interval(found.closed)}） | {found.closed.of} "
        f"| {percent(found.open)}（{interval(found.open)}） | {found.open.of} "
        f"| {percent(found.words)} | {percent(whole)}（{interval(whole)}） |"
    )


def _record(questions: Sequence[Question], answers: Sequence[str]) -> str:
    rows = [
        {
            **{k: v for k, v in asdict(question).items() if k != "picture"},
            "said": answer,
            "right": is_right(question, answer),
        }
        for question, answer in zip(questions, answers, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _picture(question: Question) -> RenderedImage:
    try:
        data = question.picture()
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AssistantError(
            "TRN-612",
            f"第 {question.id} 题的图片损坏，读不出来。",
            next_step="请重新下载这张图片后再运行，已答的题不会重答。",
            detail=type(error).__name__,
        ) from error
    return RenderedImage(pixels, None, "", SliceRef(), sha256(data).hexdigest())
