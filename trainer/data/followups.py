"""Questions about a slice after the first, answered from the truth."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.report.findings import is_urgent
from trainer.data import colloquial, phrases, questions
from trainer.data.chance import pick
from trainer.data.counsel import advice_of, is_suspicious
from trainer.data.healthy import can_show, clear_of, known_signs
from trainer.data.phantom.truth import Observation, Truth
from trainer.data.statements import extent_of, name_and_place, place_in_words
from trainer.data.wording import name_of, report

Exchange = tuple[str, str]
ENGLISH_SHARE = 0.05
BROADER_SHARE = 0.5


@dataclass(frozen=True)
class Shown:
    """What a picture shows, what of it the window hides, and which further signs occur."""

    truth: Truth
    hidden: tuple[str, ...]
    signs: Sequence[str] | None


def follow_up(shown: Shown, rng: np.random.Generator) -> Exchange:
    """A question of any kind, and its answer."""
    kinds: tuple[tuple[Callable[..., Exchange], float], ...] = (
        (_present, 0.28),
        (_organ, 0.10),
        (_state, 0.05),
        (_either, 0.04),
        (_side, 0.12),
        (_size, 0.10),
        (_of_one, 0.05),
        (_next, 0.08),
        (_decide, 0.03),
        (_short, 0.06),
        (_anew, 0.04),
        (_normal, 0.07),
        (_region, 0.05),
        (_urgent, 0.05),
        (_more, 0.03),
        (_why, 0.03),
        (_technique, 0.02),
        (family, 0.04),
        (_beyond, 0.06),
        (_untaught, 0.02),
        (_unknown, 0.04),
        (_manners, 0.02),
        (_who, 0.01),
    )
    share = np.array([weight for _, weight in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=share / share.sum()))][0]
    return kind(shown, rng)


def told_of_patient(region: str, question: str, rng: np.random.Generator) -> str:
    """The question after what somebody says of the patient."""
    complaint = pick(rng, questions.COMPLAINTS[region])
    return f"{pick(rng, questions.PATIENT)}{complaint}，{question}"


def family(shown: Shown, rng: np.random.Generator) -> Exchange:
    """In words that a family understands, which carry the urgency."""
    question = pick(rng, questions.FAMILY)
    if not shown.truth.observations:
        return question, "这张图上没有看到明显问题，具体请听医生的意见。"
    parts = map(_plain, shown.truth.observations)
    urgent = is_urgent(shown.truth.findings)
    then = "情况较急，请立即听从医生安排" if urgent else "请听医生进一步安排"
    return question, f"片子上看到{'，'.join(parts)}，{then}。"


def _anew(shown: Shown, rng: np.random.Generator) -> Exchange:
    """The report, asked for once more."""
    truth, question = shown.truth, pick(rng, questions.REPORT)
    if rng.random() < BROADER_SHARE:
        question = told_of_patient(truth.region, question, rng)
    return question, report(truth, rng, hidden=shown.hidden, signs=shown.signs)


def _plain(observation: Observation) -> str:
    if is_suspicious(observation):
        return "肺里有一个结节，需要进一步检查"
    return phrases.SIGNS[observation.finding.sign].plain


def _asked(rng: np.random.Generator, chinese: Sequence[str], english: Sequence[str]) -> str:
    return pick(rng, english if rng.random() < ENGLISH_SHARE else chinese)


def _present(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Is there X: the present ones and the absent ones of the region, about evenly."""
    here = {seen.finding.sign: seen for seen in shown.truth.observations}
    names = known_signs(shown.truth.region, shown.signs)
    words = _askable(shown, colloquial.WORDS)
    if words and rng.random() < BROADER_SHARE:
        return _broadly(shown, rng, words)
    absent = [name for name in names if name not in here and name not in shown.hidden]
    if here and (rng.random() < 0.5 or not absent):
        sign = pick(rng, tuple(here))
        question = _ask(rng, sign)
        return question, f"{_yes(question)}。{name_and_place(here[sign])}。"
    if absent:
        sign = pick(rng, tuple(absent))
        where = "" if can_show(shown.truth, sign) else "所示层面"
    else:
        return _unknown(shown, rng)
    question = _ask(rng, sign)
    return question, _denial(rng, question, where, sign)


def _broadly(
    shown: Shown, rng: np.random.Generator, words: Mapping[str, Sequence[str]]
) -> Exchange:
    """Is there 出血: any of the signs that the word means, about as often there as not."""
    true = [word for word, signs in words.items() if _among(shown, signs)]
    word = pick(rng, true if true and rng.random() < 0.45 else tuple(words))
    question = _with(rng, word)
    if found := _among(shown, words[word]):
        return question, f"{_yes(question)}。{'；'.join(map(name_and_place, found))}。"
    return question, _denial(rng, question, _here(shown, words[word]), word)


def _with(rng: np.random.Generator, word: str) -> str:
    """A question of presence with a word that people use."""
    happened = word in colloquial.HAPPENING and rng.random() < 0.3
    return pick(rng, questions.HAPPENED if happened else questions.PRESENT).format(word)


def _is_it(question: str) -> bool:
    return "是不是" in question or "会不会是" in question


def _yes(question: str) -> str:
    return "是" if _is_it(question) else "有"


def _denial(rng: np.random.Generator, question: str, where: str, name: str) -> str:
    if _is_it(question):
        return f"不是，{where}未见{name}。"
    return f"{pick(rng, (where, '没有，' + where, where or '图像上'))}未见{name}。"


def _askable(shown: Shown, words: colloquial.Words) -> dict[str, tuple[str, ...]]:
    """Words of the region that mean signs which are taught, none of them hidden."""
    names = known_signs(shown.truth.region, shown.signs)
    return {
        word: known
        for word, signs in words.get(shown.truth.region, {}).items()
        if not set(signs) & set(shown.hidden)
        and (known := tuple(sign for sign in signs if sign in names))
    }


def _among(shown: Shown, signs: Sequence[str]) -> list[Observation]:
    return [seen for seen in shown.truth.observations if seen.finding.sign in signs]


def _here(shown: Shown, signs: Sequence[str]) -> str:
    """What a denial begins with: nothing, or that it is of this slice only."""
    return "" if all(can_show(shown.truth, sign) for sign in signs) else "所示层面"


def _organ(shown: Shown, rng: np.random.Generator) -> Exchange:
    """How is an organ, or is anything wrong with it; elsewhere the question of presence."""
    organs = _askable(shown, colloquial.ORGANS)
    if not organs:
        return _present(shown, rng)
    ill = [organ for organ, signs in organs.items() if _among(shown, signs)]
    organ = pick(rng, ill if ill and rng.random() < 0.5 else tuple(organs))
    found = _among(shown, organs[organ])
    wrong = rng.random() < 0.5
    question = pick(rng, questions.ORGAN_WRONG if wrong else questions.ORGAN).format(organ)
    if found:
        said = "；".join(map(name_and_place, found))
        return question, f"有异常，{said}。" if wrong else f"{said}。"
    return question, f"{_here(shown, organs[organ])}{organ}未见明显异常。"


def _state(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Is the spleen large: an organ as it should be, or what it has instead."""
    names = set(known_signs(shown.truth.region, shown.signs)) - set(shown.hidden)
    states = [state for state in colloquial.STATES if state.sign in names]
    if not states:
        return _present(shown, rng)
    ill = [state for state in states if _among(shown, (state.sign,))]
    state = pick(rng, ill if ill and rng.random() < 0.5 else states)
    found = _among(shown, (state.sign,))
    if found:
        return pick(rng, state.asked), "；".join(map(name_and_place, found)) + "。"
    return pick(rng, state.asked), f"{_here(shown, (state.sign,))}{state.calm}。"


def _either(shown: Shown, rng: np.random.Generator) -> Exchange:
    """This or that: of two signs of the region the one that is there, or neither."""
    names = [n for n in known_signs(shown.truth.region, shown.signs) if n not in shown.hidden]
    if len(names) < 2:
        return _present(shown, rng)
    true = [name for name in names if _among(shown, (name,))]
    one = pick(rng, true if true and rng.random() < 0.8 else names)
    other = pick(rng, [name for name in names if name != one])
    pair = (one, other) if rng.random() < 0.5 else (other, one)
    question = pick(rng, questions.EITHER).format(*pair)
    if found := _among(shown, pair):
        return question, "；".join(map(name_and_place, found)) + "。"
    return question, f"{_here(shown, pair)}未见{pair[0]}，未见{pair[1]}。"


def _of_one(shown: Shown, rng: np.random.Generator) -> Exchange:
    """How large a named thing is, or where; it need not be there."""
    words = _askable(shown, colloquial.WORDS)
    words |= {n: (n,) for n in known_signs(shown.truth.region, shown.signs)
              if n not in shown.hidden}  # fmt: skip
    true = [word for word, signs in words.items() if _among(shown, signs)]
    if not true:
        return _side(shown, rng) if rng.random() < 0.5 else _size(shown, rng)
    word = pick(rng, true if rng.random() < 0.65 else tuple(words))
    found, where = _among(shown, words[word]), rng.random() < 0.5
    question = pick(rng, questions.SIDE_OF if where else questions.SIZE_OF).format(word)
    if not found:
        return question, f"{_here(shown, words[word])}未见{word}。"
    return question, "；".join(map(place_in_words if where else extent_of, found)) + "。"


def _ask(rng: np.random.Generator, sign: str) -> str:
    if sign in questions.SIGNS_IN_ENGLISH and rng.random() < ENGLISH_SHARE:
        return pick(rng, questions.PRESENT_IN_ENGLISH).format(questions.SIGNS_IN_ENGLISH[sign])
    return pick(rng, questions.PRESENT).format(sign)


def _side(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = _asked(rng, questions.SIDE, questions.SIDE_IN_ENGLISH)
    if not shown.truth.observations:
        return question, "未见明确病灶。"
    return question, "；".join(map(place_in_words, shown.truth.observations)) + "。"


def _size(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = _asked(rng, questions.SIZE, questions.SIZE_IN_ENGLISH)
    if not shown.truth.observations:
        return question, "未见明确病灶，无法测量。"
    return question, "；".join(map(extent_of, shown.truth.observations)) + "。"


def _next(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = _asked(rng, questions.NEXT, questions.NEXT_IN_ENGLISH)
    return question, advice_of(shown.truth, rng) + "。"


def _short(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = _asked(rng, questions.SHORT, questions.SHORT_IN_ENGLISH)
    return question, _conclusion(shown, rng) + "。"


def _decide(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Operations and admissions are others' to decide; looking again is advice."""
    advice = advice_of(shown.truth, rng)
    if rng.random() < 0.5:
        return pick(rng, questions.DECIDE), f"需由临床医生决定，{advice}。"
    return pick(rng, questions.AGAIN), f"{advice}。"


def _more(shown: Shown, rng: np.random.Generator) -> Exchange:
    said = "；".join(map(name_and_place, shown.truth.observations))
    rest = "未见其他明显异常" if said else "未见明显异常"
    return pick(rng, questions.MORE), f"{said}{'；' if said else ''}{rest}。"


def _why(shown: Shown, rng: np.random.Generator) -> Exchange:
    """The findings of a report, without its impression."""
    whole = report(shown.truth, rng, hidden=shown.hidden, signs=shown.signs)
    return pick(rng, questions.WHY), whole.splitlines()[0].split("：", 1)[1]


def _technique(shown: Shown, rng: np.random.Generator) -> Exchange:
    kind = "增强扫描" if shown.truth.enhanced else "平扫"
    return pick(rng, questions.TECHNIQUE), f"这是{kind}图像。"


def _untaught(shown: Shown, rng: np.random.Generator) -> Exchange:
    forms = pick(rng, (questions.ORGAN, questions.ORGAN_WRONG))
    question = pick(rng, forms).format(pick(rng, colloquial.UNTAUGHT))
    return question, pick(rng, questions.NOT_TAUGHT)


def _unknown(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Is there a fracture: what no phantom of the region shows is neither there nor absent."""
    region = shown.truth.region
    words = colloquial.unknown_words(region, known_signs(region, shown.signs))
    word = pick(rng, words)
    # Named again, it would be read as a finding.
    return _with(rng, word), pick(rng, questions.NOT_TAUGHT)


def _manners(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Greetings, thanks, and whether the answer can be relied on."""
    kind = rng.random()
    if kind < 0.2:
        return pick(rng, questions.HELLO), pick(rng, questions.HELLO_TO_YOU)
    if kind < 0.65:
        return pick(rng, questions.SURE), pick(rng, questions.UNSURE)
    return pick(rng, questions.THANKS), pick(rng, questions.WELCOME)


def _conclusion(shown: Shown, rng: np.random.Generator) -> str:
    if not shown.truth.observations:
        return clear_of(shown.truth, rng, shown.hidden)
    return "；".join(name_of(observation, rng) for observation in shown.truth.observations)


def _normal(shown: Shown, rng: np.random.Generator) -> Exchange:
    """Is it normal, or is anything wrong: the answer turns round with the question."""
    if rng.random() < 0.6:
        question, yes = _asked(rng, questions.NORMAL, questions.NORMAL_IN_ENGLISH), "不正常"
    else:
        question, yes = pick(rng, questions.WRONG), "有异常"
    said = _conclusion(shown, rng)
    return question, f"{yes}，{said}。" if shown.truth.observations else f"{said}。"


def _region(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = _asked(rng, questions.REGION, questions.REGION_IN_ENGLISH)
    return question, f"这是{shown.truth.region}CT图像。"


def _urgent(shown: Shown, rng: np.random.Generator) -> Exchange:
    question = _asked(rng, questions.URGENT, questions.URGENT_IN_ENGLISH)
    urgent = [seen for seen in shown.truth.observations if is_urgent((seen.finding,))]
    if urgent:
        return question, f"需要。{name_and_place(urgent[0])}，属急症，请立即联系医生。"
    if shown.truth.observations:
        return question, "未见需紧急处理的征象，请按医嘱进一步检查。"
    return question, "未见需紧急处理的征象。"


def _beyond(shown: Shown, rng: np.random.Generator) -> Exchange:
    """What no slice answers; of a sign only where it is seen."""
    seen = {finding.sign for finding in shown.truth.findings}
    groups = [group for group in questions.BEYOND if not group.about or seen & set(group.about)]
    group = pick(rng, groups)
    return pick(rng, group.asked), pick(rng, group.answers)


def _who(shown: Shown, rng: np.random.Generator) -> Exchange:
    return pick(rng, questions.WHO), pick(rng, questions.I_AM)
