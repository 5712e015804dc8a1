"""Conversations about a slice: a first question, and follow-ups answered from the truth."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from assistant.dialogue.prompts import Prompts, load_prompts
from trainer.data import phrases, questions
from trainer.data.chance import pick
from trainer.data.followups import Exchange, Shown, family, follow_up, told_of_patient
from trainer.data.phantom.truth import Truth
from trainer.data.wording import report

DEFAULT_SHARE = 0.5
COMPLAINT_SHARE = 0.12
REPORT_MODE_SHARE, PLAIN_MODE_SHARE = 0.1, 0.06


def converse(
    truth: Truth,
    rng: np.random.Generator,
    default_question: str,
    *,
    hidden: tuple[str, ...] = (),
    signs: Sequence[str] | None = None,
) -> list[Exchange]:
    """Question and answer, one to six times; the first is nearly always a report.

    Args:
        truth: what the picture shows.
        rng: chooses questions and phrases.
        default_question: what the page asks first.
        hidden: signs that are there but cannot be seen, about which nothing is asked.
        signs: that occur beside those of ``TIER_ONE``, and are asked about.
    """
    scene = Shown(truth, hidden, signs)
    turns: list[Exchange] = []
    if rng.random() < 0.82:
        question = default_question if rng.random() < DEFAULT_SHARE else pick(rng, questions.REPORT)
        if rng.random() < 0.03:
            question = pick(rng, questions.ENGLISH)
        elif rng.random() < COMPLAINT_SHARE:
            question = told_of_patient(truth.region, question, rng)
        mode = rng.random()
        if mode < PLAIN_MODE_SHARE:
            _, answer = family(scene, rng)
            turns.append((f"{question}\n{_prompts().plain}", answer))
        elif mode < PLAIN_MODE_SHARE + REPORT_MODE_SHARE:
            question = f"{question}\n{_prompts().report}"
            turns.append((question, report(truth, rng, hidden=hidden, signs=signs)))
        else:
            turns.append((question, report(truth, rng, hidden=hidden, signs=signs)))
    else:
        turns.append(follow_up(scene, rng))
    more = int(rng.choice(6, p=[0.22, 0.18, 0.17, 0.17, 0.14, 0.12]))
    for _ in range(more):
        turn = follow_up(scene, rng)
        if turn[0] not in {question for question, _ in turns}:
            turns.append(turn)
    return turns


@cache
def _prompts() -> Prompts:
    return load_prompts()


def refuse(rng: np.random.Generator, default_question: str) -> list[Exchange]:
    """A conversation about a picture that is no CT."""
    first = (
        default_question
        if rng.random() < 0.6
        else pick(rng, pick(rng, (questions.REPORT, questions.REGION, questions.NORMAL)))
    )
    turns = [(first, pick(rng, phrases.NOT_CT))]
    if rng.random() < 0.25:
        again = pick(rng, (*questions.SIDE, *questions.SIZE, *questions.NEXT))
        turns.append((again, pick(rng, phrases.NOT_CT)))
    return turns


def without_picture(rng: np.random.Generator, default_question: str) -> list[Exchange]:
    """A conversation in which no picture was uploaded, of one or two turns."""
    turns = [_unseen(rng, default_question)]
    if rng.random() < 0.4:
        turn = _unseen(rng, default_question)
        if turn[0] != turns[0][0]:
            turns.append(turn)
    return turns


def _unseen(rng: np.random.Generator, default_question: str) -> Exchange:
    if rng.random() < 0.4:
        return pick(rng, questions.WHO), pick(rng, questions.I_AM)
    if rng.random() < 0.1:
        return pick(rng, questions.HELLO), pick(rng, questions.UPLOAD)
    of_pictures = (questions.SIZE, questions.SIDE, questions.NEXT, questions.ENGLISH)
    asked = pick(rng, ((default_question,), questions.REPORT, *of_pictures))
    return pick(rng, asked), pick(rng, questions.NO_PICTURE)
