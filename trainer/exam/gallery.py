"""Thumbnails of an examination: the best, the worst, the most confident mistakes."""

import base64
import io
from collections import Counter
from collections.abc import Sequence
from html import escape

from PIL import Image

from assistant.imaging.slice import RenderedImage
from assistant.report.finding import Finding
from trainer.exam.result import Examination
from trainer.metrics.details import Graded

SHOWN = 10
EDGE = 224
_UNKNOWN = 1000.0


def galleries(found: Examination) -> str:
    """Three sections; one without pictures says why."""
    best = sorted(_where(found, right=True), key=lambda place: _ease(found.answers[place]))
    worst = sorted(_where(found, right=False), key=lambda place: -errors(found.answers[place]))
    sections = [
        _section(
            "最好的回答",
            "完全正确；五项全对的征象多者在前，其次对比低者在前；各种真值轮流列出。",
            found,
            best,
        ),
        _section(
            "最差的回答", "漏报、多报各算一处错，侧别错算两处，部位认错算一处。", found, worst
        ),
    ]
    if found.sheet.abnormal:
        sure = sorted(
            (place for place in range(len(found.answers)) if _surely_wrong(found, place) > 0.5),
            key=lambda place: -_surely_wrong(found, place),
        )
        note = "对“是否异常”给出的概率最离谱的层面：正常而 P(异常) 高，或异常而 P(异常) 低。"
        sections.append(_section("最自信的错误", note, found, sure))
    return "\n".join(sections)


def errors(one: Graded) -> int:
    """Mistakes in an answer."""
    matched = one.matched
    region = one.verdict.region != one.known.region
    return len(matched.missed) + len(matched.extra) + 2 * len(matched.wrong_side) + region


def thumbnail(picture: RenderedImage) -> str:
    """A JPG as a data address."""
    image = Image.fromarray(picture.pixels)
    image.thumbnail((EDGE, EDGE))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(target.getvalue()).decode()}"


def in_words(findings: Sequence[Finding]) -> str:
    """Findings as a reader says them, 正常 for none."""
    return "；".join(_say(finding) for finding in findings) or "正常"


def _say(finding: Finding) -> str:
    doubt = "可疑" if finding.status == "可疑" else ""
    size = "" if finding.size_mm is None else f" {finding.size_mm:g}mm"
    return f"{doubt}{finding.side}{finding.site}{finding.sign}{size}"


def _where(found: Examination, *, right: bool) -> list[int]:
    return [place for place, one in enumerate(found.answers) if one.right is right]


def _ease(one: Graded) -> tuple[int, float]:
    known = [contrast for contrast in one.contrasts if contrast is not None]
    return -one.matched.exact.hits, min(known, default=_UNKNOWN)


def _surely_wrong(found: Examination, place: int) -> float:
    return abs(found.sheet.abnormal[place] - bool(found.answers[place].known.findings))


def _section(title: str, note: str, found: Examination, places: Sequence[int]) -> str:
    kind = "gallery small" + ("" if title.startswith("最好") else " left")
    figures = "".join(_figure(found, place) for place in _varied(found, places)[:SHOWN])
    body = f'<div class="{kind}">{figures}</div>' if figures else "<p>没有这样的层面。</p>"
    return f'<section><h2>{title}</h2><p class="quiet">{note}</p>{body}</section>'


def _varied(found: Examination, places: Sequence[int]) -> list[int]:
    """The same order, but each kind of truth once before any comes again."""
    seen: Counter[object] = Counter()
    turns: list[tuple[int, int]] = []
    for place in places:
        kind = found.answers[place].known.key
        turns.append((seen[kind], place))
        seen[kind] += 1
    return [place for _, place in sorted(turns, key=lambda turn: turn[0])]


def _figure(found: Examination, place: int) -> str:
    one, picture = found.answers[place], found.cases[place].picture
    chance = ""
    if found.sheet.abnormal:
        chance = f"<p>P(异常) {found.sheet.abnormal[place]:.2f}</p>"
    return (
        f'<figure><div class="frame"><img alt="考题 {place + 1}" src="{thumbnail(picture)}"></div>'
        f"<figcaption><b>第 {place + 1} 题 · {escape(one.known.region)}</b>"
        f"<p>真值：{escape(in_words(one.known.findings))}</p>"
        f"<p>回答：{escape(one.verdict.region)}，{escape(in_words(one.verdict.stated))}</p>{chance}"
        "</figcaption></figure>"
    )
