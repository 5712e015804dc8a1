"""Whether a model understands the words that people ask with, as one table.

    python benchmarks/own_words.py                       # 200 pictures, assets/demo-model
    python benchmarks/own_words.py MODEL --pictures 20   # a dry run

Run in the test or the training environment. The pictures are phantoms of seeds that no training
had. About each one question is asked, as the first of a conversation and again after a report:
有没有出血, with a word for something that is there, for something that is not, or for something
that was never taught in the region. The answer is judged by the phantom, so that what the model
does not see counts as well as what it does not understand; an answer about another sign is wrong,
and of what was never taught nothing may be said to be there or absent.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
from rich.console import Console
from rich.progress import track

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Engine, Options
from assistant.machine import processor
from assistant.report.findings import extract
from trainer.data.colloquial import WORDS, unknown_words
from trainer.data.healthy import known_signs
from trainer.exam.charts import interval, percent
from trainer.exam.followups import Probe, agrees
from trainer.exam.paper import Case, draw_cases
from trainer.exam.settings import Evaluate
from trainer.exam.taught import recipe_of, taught_by
from trainer.exam.variants import quantized
from trainer.metrics.share import Share

ROOT = Path(__file__).resolve().parents[1]
SEED = 971_000_000
PRESENT, ABSENT, UNKNOWN = "有的", "没有的", "没有学过的"
KINDS = (PRESENT, ABSENT, UNKNOWN)


@dataclass(frozen=True)
class Asked:
    """One question about a picture.

    Attributes:
        kind: of ``KINDS``.
        word: that is asked with.
        signs: that it means in the region, none of what was never taught.
    """

    kind: str
    word: str
    signs: frozenset[str]

    @property
    def question(self) -> str:
        """As it is asked."""
        return f"有没有{self.word}？"

    def right(self, answer: str) -> bool:
        """Whether an answer is what the phantom and the teaching make of it."""
        if self.kind == UNKNOWN:
            return not extract(answer)
        return agrees(Probe(self.question, self.signs, present=self.kind == PRESENT), answer)


def main() -> None:
    """Draw, ask, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "assets" / "demo-model")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--each", action="store_true", help="print what was answered wrongly")
    chosen = parser.parse_args()
    recipe = recipe_of(chosen.model)
    taught = taught_by(recipe)
    cases = list(draw_cases(Evaluate(pictures=chosen.pictures, seed=SEED), recipe))
    questions = [draw_question(case, taught, seed) for seed, case in enumerate(cases)]
    form = quantized(chosen.model.resolve())
    engine = form.load()
    try:
        told = list(_answers(engine, cases, questions))
    finally:
        engine.close()
    print(f"{date.today()}，{processor()}，{form.title}，{len(told)} 幅\n")
    print("\n".join(table(questions, told)))
    if chosen.each:
        for asked, answers in zip(questions, told, strict=True):
            if wrong := [text for text in answers if not asked.right(text)]:
                print(asked.kind, asked.question, *wrong, sep="  ")


def draw_question(case: Case, taught: Sequence[str], seed: int) -> Asked:
    """A question about a picture, of a kind that the picture allows."""
    rng = np.random.default_rng([SEED, seed])
    region, here = case.known.region, {finding.sign for finding in case.known.findings}
    meant = WORDS.get(region, {})
    words = {
        PRESENT: [word for word, signs in meant.items() if here & set(signs)],
        ABSENT: [word for word, signs in meant.items() if not here & set(signs)],
        UNKNOWN: list(unknown_words(region, known_signs(region, taught))),
    }
    possible = [kind for kind in KINDS if words[kind]]
    share = np.array([{PRESENT: 0.6, ABSENT: 0.3, UNKNOWN: 0.1}[kind] for kind in possible])
    kind = possible[int(rng.choice(len(possible), p=share / share.sum()))]
    word = words[kind][int(rng.integers(len(words[kind])))]
    return Asked(kind, word, frozenset(meant.get(word, ())) if kind != UNKNOWN else frozenset())


def table(questions: Sequence[Asked], told: Sequence[tuple[str, str]]) -> list[str]:
    """Right answers by kind, as the first question and after a report, in Markdown."""
    lines = ["| 问的 | 问 | 作为第一问答对 | 报告之后答对 |", "|---|---|---|---|"]
    for kind in (*KINDS, "全部"):
        some = [
            [asked.right(answer) for answer in answers]
            for asked, answers in zip(questions, told, strict=True)
            if kind in (asked.kind, "全部")
        ]
        if some:
            shares = [Share.among(one[turn] for one in some) for turn in (0, 1)]
            cells = (f"{percent(share)}（{interval(share)}）" for share in shares)
            lines.append(f"| {kind} | {len(some)} | {' | '.join(cells)} |")
    return lines


def _answers(
    engine: Engine, cases: Sequence[Case], questions: Sequence[Asked]
) -> Iterator[tuple[str, str]]:
    """The answers to each question, first in a conversation and after a report."""
    prompts = load_prompts()
    pairs = zip(cases, questions, strict=True)
    for case, asked in track(pairs, "提问", total=len(cases), console=Console(stderr=True)):
        start, pictures = Conversation.new(prompts.system), (case.picture,)
        first = _said(engine, start.ask(asked.question, pictures))
        opened = start.ask(prompts.default_question, pictures)
        reported = opened.answer(_said(engine, opened))
        yield first, _said(engine, reported.ask(asked.question))
        engine.forget(start.id)


def _said(engine: Engine, talk: Conversation) -> str:
    return "".join(chunk.text for chunk in engine.stream(talk, Options(max_tokens=320), Event()))


if __name__ == "__main__":
    main()
