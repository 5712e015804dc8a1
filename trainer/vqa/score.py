"""Is an answer right? In Chinese without splitting at spaces, in English word by word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.report.sections import normalize
from trainer.metrics.share import Measure, Share, ratio
from trainer.metrics.yesno import polarity
from trainer.vqa.question import Question

_SEPARATORS = re.compile(r"[,、;/]|\band\b|和|及|与")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = re.compile(r"[\s.。!?:\"'“”‘’()\[\]-]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"[,，。;；!?！？\n]|\.(?!\d)|\bbut\b|但")
_DENIAL = re.compile(r"\b(?:no|not|without|absent|negative)\b|n['’]t\b|未见|没有|不是|无(?!名)|非")
_OPTIONS = re.compile(r"\bor\b|还是|或")


@dataclass(frozen=True)
class Score:
    """How a set, or part of it, was answered.

    Attributes:
        closed, open: right answers of each kind.
        words: mean F1 of words (characters in Chinese) of the open ones.
    """

    closed: Share
    open: Share
    words: Measure


def score(questions: Sequence[Question], answers: Sequence[str]) -> Score:
    """Judge every answer."""
    pairs = list(zip(questions, answers, strict=True))
    shut = [is_right(question, answer) for question, answer in pairs if question.closed]
    free = [(q, a) for q, a in pairs if not q.closed]
    overlap = [words_f1(question.answer, answer) for question, answer in free]
    return Score(
        Share.among(shut),
        Share.among(is_right(question, answer) for question, answer in free),
        ratio(overlap, [1.0] * len(overlap)),
    )


def is_right(question: Question, answer: str) -> bool:
    """Yes or no by what it means; else what was asked for and nothing else that was offered.

    An open answer may be a sentence, if it names every item that is expected.
    """
    expected = polarity(question.text, question.answer)
    if question.closed and expected is not None:
        return polarity(question.text, answer) is expected
    wanted, said = items(question.answer), items(answer)
    if wanted == said:
        return bool(wanted)
    if question.closed and _offered_otherwise(question, answer):
        return False
    return bool(wanted) and all(_names(answer, item) for item in wanted)


def items(text: str) -> frozenset[str]:
    """What an answer lists, bare of case, articles, spaces and punctuation."""
    return frozenset(filter(None, map(_bare, _SEPARATORS.split(normalize(text).lower()))))


def words_f1(expected: str, said: str) -> float:
    """F1 over the multiset of words, of characters where they are Chinese."""
    one, other = Counter(_words(expected)), Counter(_words(said))
    shared = (one & other).total()
    return 2 * shared / (one.total() + other.total()) if shared else 0.0


def _bare(text: str) -> str:
    """One form for one answer; Chinese has no spaces to split at, so none are kept."""
    plain = _PUNCTUATION.sub(" ", _ARTICLES.sub(" ", text)).strip()
    return plain.replace(" ", "") if _HAN.search(plain) else " ".join(plain.split())


def _names(answer: str, item: str) -> bool:
    """Whether some clause of the answer names the item, and does not deny it."""
    clauses = _CLAUSE.split(normalize(answer).lower())
    return any(_mentions(clause, item) and not _denies(clause, item) for clause in clauses)


def _mentions(clause: str, item: str) -> bool:
    whole = _bare(clause)
    if _HAN.search(whole):  # where Latin letters stand beside Chinese no spaces are kept
        item = item.replace(" ", "")
    if _HAN.search(item):
        return item in whole.replace(" ", "")
    return re.search(rf"(?<![a-z0-9]){re.escape(item)}(?![a-z0-9])", whole) is not None


def _denies(clause: str, item: str) -> bool:
    return _DENIAL.search(clause) is not None and _DENIAL.search(item) is None


def _offered_otherwise(question: Question, answer: str) -> bool:
    """The answer names another of 左侧 or 右侧, CT or MRI, that the question offers."""
    wanted = items(question.answer)
    before, *after = map(_bare, _OPTIONS.split(normalize(question.text).lower()))
    if not after:
        return False
    length = max(map(len, wanted), default=0)
    if _HAN.search(question.answer):  # 病灶在左侧 or 右侧吗: as long as the answer is
        offered = {before[-length:], *(part[:length] for part in after)}
    else:
        offered = {before.rpartition(" ")[2], *(part.partition(" ")[0] for part in after)}
    return any(_names(answer, one) for one in offered - wanted if one)


def _words(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]|[a-z0-9.]+", normalize(text).lower())
