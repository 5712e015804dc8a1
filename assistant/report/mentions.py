"""Every mention of a sign in a report, with its place, side, size and status."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from assistant.report.context import Context, after
from assistant.report.finding import Side
from assistant.report.lexicon import SIGNS, Sign
from assistant.report.mention import Mention
from assistant.report.places import Place, joined_before, places_of
from assistant.report.sections import normalize
from assistant.report.status import statuses
from assistant.report.tokens import HEADS, Token, tokenize

_SENTENCE = re.compile(
    r"[。;!\n]|(?<!\d)\.(?!\d)"
    r"|(?:^|(?<=[\s:]))\(?\d{1,2}[.、)](?!\d)|\(\d{1,2}\)|(?<=\S)\s+(?=[左右双两]侧)"
)
_ADVICE = re.compile(r"建议|请结合|必要时|定期复查")
_OF_ADVICE = re.compile(r"\s*(?:除外|排除|明确|以|并)")
_ANEW = re.compile(r"新发|新鲜|急性|另见")
_LENGTH = re.compile(r"(?:长度?|范围|上下径|纵径)(?:大?约|为|达|\s)*$")
_SIZE_OF_NEXT = re.compile(r"(?:大小|左右|直径|类圆形|圆形|的|之|一|个|枚|\s)*")


def mentions(text: str, region: str) -> Iterator[Mention]:
    """Mentions in order; advice and what is said of the past are left out.

    ``region`` decides what a bare 结节 or 占位 is when no organ is near.
    """
    context = Context(region)
    for sentence in _SENTENCE.split(normalize(text)):
        found: list[Mention] = []
        for index, clause in enumerate(_without_advice(sentence)):
            words = tuple(tokenize(clause))
            places = places_of(clause, words)
            context = replace(context, same_sentence=index > 0)
            said = _in_clause(clause, words, places, context)
            if not said and not (found and not places and _is_aneurysm(found[-1])):
                said = _measured(clause, words, places, context)
            if not said and not places and _doubts(words) and found and found[-1].status == "无":
                found[-1] = replace(found[-1], status="可疑")
            if not said and found and all(place.is_in([context.organ]) for place in places):
                found[-1] = _sized(found[-1], clause, words)
            found += said
            context = after(clause, places, said, context)
        yield from (mention for mention in found if mention.status != "问")


def _without_advice(sentence: str) -> Iterator[str]:
    """Clauses up to where one gives advice, without those that go on with it."""
    advised = False
    for clause in sentence.split(","):
        if advised and _OF_ADVICE.match(clause):
            continue
        said, *advice = _ADVICE.split(clause, maxsplit=1)
        advised = bool(advice)
        yield said


def _doubts(words: Sequence[Token]) -> bool:
    """未见脑梗死,不能除外: the doubt has a clause of its own."""
    return any(word.kind == "cue" and word.value == "可疑" for word in words)


def _is_aneurysm(mention: Mention) -> bool:
    """Or may be one: an aorta of which a size matters, named or not."""
    if mention.status == "无":
        return False
    if mention.sign is None:
        return mention.place.organ == "主动脉"
    return mention.sign.urgent_mm is not None


def _measured(
    clause: str, words: Sequence[Token], places: Sequence[Place], context: Context
) -> list[Mention]:
    """The width of the aorta, where nothing but it is said: a nameless lesion."""
    spoken_of = places or (context.places if context.same_sentence else ())
    if not spoken_of or spoken_of[-1].organ != "主动脉":
        return []
    width = _sized(Mention(None, "有", spoken_of[-1]), clause, words)
    return [] if width.size_mm is None else [width]


def _in_clause(
    clause: str, words: Sequence[Token], places: Sequence[Place], context: Context
) -> list[Mention]:
    status_of = statuses(clause, words)
    if not places and "无" in status_of.values():  # what is denied is denied everywhere
        context = replace(context, places=(Place(organ=context.organ),))
    heads = [word for word in words if word.kind in HEADS]
    sizes: dict[Token, list[Token]] = {head: [] for head in heads}
    if heads:
        for word in words:
            if word.kind == "size":
                sizes[_owner(word, heads, clause)].append(word)
    return [
        _sized(Mention(sign, status_of[head.start], place), clause, sizes[head])
        for head in heads
        for sign, place in _readings(head, clause, places, context)
    ]


def _readings(
    head: Token, clause: str, places: Sequence[Place], context: Context
) -> Iterator[tuple[Sign | None, Place]]:
    """What a word says and where; more than one in 肝、左肾囊肿 and 左侧额叶及右侧颞叶出血."""
    if _ANEW.search(clause[: head.start]):  # 急性梗死 after 腔隙性脑梗死 is another one
        context = replace(context, sign=None)
    signs = [sign for sign in SIGNS if head.value in (sign.name, *sign.nouns)]
    if head.kind == "noun" and context.sign and context.means(head, places):
        signs = [context.sign]
    organs = {organ for sign in signs for organ in sign.organs}
    nearest = _nearest(head, places, organs)
    if signs and signs[0].directed:
        yield signs[0], Place(side=_direction(head.text))
    elif nearest is not None:
        for place in reversed(list(joined_before(clause, places, nearest))):
            yield from _reading(head, signs, place, context)
    elif not places and (context.same_sentence or head.kind != "sign"):
        inherited = [place for place in context.places if place.is_in(organs)]
        for place in inherited or [Place()]:
            yield from _reading(head, signs, place, context)
    elif head.kind != "noun":
        yield (signs[0] if signs else None), Place()


def _nearest(head: Token, places: Sequence[Place], organs: Container[str]) -> int | None:
    """The last fitting place before a head, else the first after it."""
    fitting = [i for i, place in enumerate(places) if head.kind == "lesion" or place.is_in(organs)]
    before = [i for i in fitting if places[i].start < head.start]
    return before[-1] if before else fitting[0] if fitting else None


def _direction(text: str) -> Side:
    return "左" if "左" in text else "右" if "右" in text else ""


def _reading(
    head: Token, signs: Sequence[Sign], place: Place, context: Context
) -> Iterator[tuple[Sign | None, Place]]:
    if head.kind == "lesion":
        yield None, place
    elif head.kind == "noun":
        organ = place.organ or context.organ
        fits = (s for s in signs if (organ in s.organs if organ else s.region == context.region))
        yield from ((sign, place) for sign in islice(fits, 1))
    elif place.is_in(signs[0].organs):
        yield signs[0], place
    else:  # 肝 in 肝、肾囊肿
        shared = (s for s in SIGNS if place.organ in s.organs and head.text.endswith(s.nouns))
        yield from ((sign, place) for sign in islice(shared, 1))


def _owner(size: Token, heads: Sequence[Token], clause: str) -> Token:
    """8mm结节 is the size of what follows, 结节约8mm of what precedes."""
    later = [head for head in heads if head.start >= size.end]
    earlier = [head for head in heads if head.start < size.start]
    if later and (not earlier or _SIZE_OF_NEXT.fullmatch(clause[size.end : later[0].start])):
        return later[0]
    return earlier[-1]


def _sized(mention: Mention, clause: str, words: Iterable[Token]) -> Mention:
    """With the largest size of the words; an aneurysm is as large as it is wide, however long."""
    if _is_aneurysm(mention):
        words = [word for word in words if not _is_length(word, clause)]
    sizes = [mention.size_mm, *(word.size_mm for word in words)]
    known = [size for size in sizes if size is not None]
    return mention if not known or mention.status == "无" else replace(mention, size_mm=max(known))


def _is_length(size: Token, clause: str) -> bool:
    """长约80mm; of 范围约62mm×58mm nobody knows which is across."""
    across = re.search("[×x*]", size.text)
    return not across and _LENGTH.search(clause[: size.start]) is not None
