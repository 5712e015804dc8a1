"""Conversations about a slice: a first question, and follow-ups answered from the truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.dialogue.prompts import Prompts, load_prompts
from assistant.report.finding import Finding
from assistant.report.findings import is_urgent
from trainer.data import phrases, questions
from trainer.data.chance import pick
from trainer.data.counsel import advice_of
from trainer.data.healthy import clear_of, known_signs
from trainer.data.phantom.truth import Truth
from trainer.data.wording import (
    RENAL,
    name_of,
    place_of,
    report,
    single_organ,
    size_text,
    where_of,
)

Exchange = tuple[str, str]
DEFAULT_SHARE = 0.5
REPORT_MODE_SHARE, PLAIN_MODE_SHARE = 0.1, 0.06
PLACES = {"胆囊结石": "胆囊内", "腹水": "腹腔内", "游离气体": "腹腔前部"}


def converse(
    truth: Truth,
    rng: np.random.Generator,
    default_question: str,
    *,
    hidden: tuple[str, ...] = (),
    signs: Sequence[str] | None = None,
) -> list[Exchange]:
    """Question and answer, one to four times; the first is nearly always a report.

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
        mode = rng.random()
        if mode < PLAIN_MODE_SHARE:
            _, answer = _family(scene, rng)
            turns.append((f"{question}\n{_prompts().plain}", answer))
        elif mode < PLAIN_MODE_SHARE + REPORT_MODE_SHARE:
            question = f"{question}\n{_prompts().report}"
            turns.append((question, report(truth, rng, hidden=hidden, signs=signs)))
        else:
            turns.append((question, report(truth, rng, hidden=hidden, signs=signs)))
    else:
        turns.append(_follow_up(scene, rng))
    more = int(rng.choice(4, p=[0.35, 0.3, 0.22, 0.13]))
    for _ in range(more):
        turn = _follow_up(scene, rng)
        if turn[0] not in {question for question, _ in turns}:
            turns.append(turn)
    return turns


@dataclass(frozen=True)
class Shown:
    """What a picture shows, what of it the window hides, and which further signs occur."""

    truth: Truth
    hidden: tuple[str, ...]
    signs: Sequence[str] | None


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
    """A conversation in which no picture was uploaded."""
    if rng.random() < 0.4:
        return [(pick(rng, questions.WHO), pick(rng, questions.I_AM))]
    asked = ((default_question,), questions.REPORT, questions.SIZE, questions.SIDE)
    return [(pick(rng, pick(rng, asked)), pick(rng, questions.NO_PICTURE))]


def _follow_up(shown: Shown, rng: np.random.Generator) -> Exchange:
    kinds: tuple[tuple[Callable[..., Exchange], float], ...] = (
        (_present, 0.26),
        (_side, 0.16),
        (_size, 0.14),
        (_next, 0.10),
        (_short, 0.08),
        (_normal, 0.08),
        (_region, 0.06),
        (_urgent, 0.05),
        (_family, 0.04),
        (_beyond, 0.02),
        (_who, 0.01),
    )
    share = np.array([weight for _, weight in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=share / share.sum()))][0]
    return kind(shown, rng)


def _present(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Is there X: the present ones and the absent ones of the region, about evenly."""
    here = {finding.sign: finding for finding in shown.truth.findings}
    names = known_signs(shown.truth.region, shown.signs)
    absent = [name for name in names if name not in here and name not in shown.hidden]
    if here and (rng.random() < 0.5 or not absent):
        sign = pick(rng, tuple(here))
    elif absent:
        sign = pick(rng, tuple(absent))
    else:
        broken = shown.truth.region == "盆腔" and "骨盆骨折" not in shown.hidden
        sign = "骨折" if broken else "肿块"
        return _ask(rng, sign), f"未见{sign}。"
    if sign in here:
        return _ask(rng, sign), f"有。{_statement(here[sign])}。"
    return _ask(rng, sign), pick(
        rng, (f"未见{sign}。", f"没有，未见{sign}。", f"图像上未见{sign}。")
    )


def _ask(rng: np.random.Generator, sign: str) -> str:
    return pick(rng, questions.PRESENT).format(sign)


def _statement(finding: Finding) -> str:
    """Sign with place and size, as short as it can be said."""
    size = f"，{size_text(finding.size_mm)}" if finding.size_mm is not None else ""
    if finding.sign == "中线移位":
        return f"中线结构向{finding.side}侧移位{size.removeprefix('，')}"
    return single_organ(f"{place_of(finding)}{_after_place(finding)}{size}")


def _after_place(finding: Finding) -> str:
    """结节 after 左肺上叶, 结石 after 左肾,囊肿 after 肝左叶, 骨折 after 左侧颞骨."""
    short = phrases.SIGNS[finding.sign].short
    if finding.sign == "肺气肿" or short:
        return short or finding.sign
    organ = finding.site[:1] if finding.site[:1] in ("肺", "肝") else ""
    return finding.sign.removeprefix(organ) if organ else finding.sign


def _side(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = pick(rng, questions.SIDE)
    if not shown.truth.observations:
        return question, "未见明确病灶。"
    parts = []
    for observation in shown.truth.observations:
        finding = observation.finding
        if finding.sign == "中线移位":
            parts.append(f"中线结构向{finding.side}侧移位")
        elif place := place_of(finding):
            parts.append(f"{finding.sign}位于{place}{'肾' if finding.sign in RENAL else ''}")
        elif place := PLACES.get(finding.sign) or where_of(observation):
            parts.append(f"{finding.sign}位于{place}")
    return question, "；".join(parts) + "。"


def _size(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = pick(rng, questions.SIZE)
    if not shown.truth.observations:
        return question, "未见明确病灶，无法测量。"
    parts = []
    for observation in shown.truth.observations:
        finding = observation.finding
        if finding.size_mm is not None:
            parts.append(f"{finding.sign}{size_text(finding.size_mm)}")
        else:
            grades = (t for t in observation.traits if t.endswith(("量", "%", "度")))
            extent = next(grades, phrases.SIGNS[finding.sign].extent)
            parts.append(f"{finding.sign}，{extent}")
    return question, "；".join(parts) + "。"


def _next(shown: Shown, rng: np.random.Generator) -> Exchange:
    return pick(rng, questions.NEXT), advice_of(shown.truth, rng) + "。"


def _short(shown: Shown, rng: np.random.Generator) -> Exchange:
    return pick(rng, questions.SHORT), _conclusion(shown, rng) + "。"


def _conclusion(shown: Shown, rng: np.random.Generator) -> str:
    if not shown.truth.observations:
        return clear_of(shown.truth, rng, shown.hidden)
    return "；".join(name_of(observation, rng) for observation in shown.truth.observations)


def _normal(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Is it normal, or is anything wrong: the answer turns round with the question."""
    asked, yes = (questions.NORMAL, "不正常") if rng.random() < 0.6 else (questions.WRONG, "有异常")
    said = _conclusion(shown, rng)
    return pick(rng, asked), f"{yes}，{said}。" if shown.truth.observations else f"{said}。"


def _region(shown: Shown, rng: np.random.Generator) -> Exchange:
    return pick(rng, questions.REGION), f"这是{shown.truth.region}CT图像。"


def _urgent(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = pick(rng, questions.URGENT)
    urgent = [finding for finding in shown.truth.findings if is_urgent((finding,))]
    if urgent:
        return question, f"需要。{_statement(urgent[0])}，属急症，请立即联系医生。"
    if shown.truth.observations:
        return question, "未见需紧急处理的征象，请按医嘱进一步检查。"
    return question, "未见需紧急处理的征象。"


def _family(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = pick(rng, questions.FAMILY)
    if not shown.truth.observations:
        return question, "这张图上没有看到明显问题，具体请听医生的意见。"
    parts = [phrases.SIGNS[finding.sign].plain for finding in shown.truth.findings]
    return question, f"片子上看到{'，'.join(parts)}，请听医生进一步安排。"


def _beyond(shown: Shown, rng: np.random.Generator) -> Exchange:
    return pick(rng, questions.BEYOND)


def _who(shown: Shown, rng: np.random.Generator) -> Exchange:
    return pick(rng, questions.WHO), pick(rng, questions.I_AM)
