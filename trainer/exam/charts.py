"""A reliability curve, and shares as bars with their intervals, in SVG and HTML."""

from collections.abc import Iterable

from trainer.metrics.calibration import Calibration
from trainer.metrics.share import Measure, Share

SIDE, MARGIN = 260, 34


def percent(figure: Share | Measure) -> str:
    """A share as a percentage, — over nothing."""
    return f"{figure.value * 100:.1f}%" if figure.of else "—"


def interval(figure: Share | Measure) -> str:
    """Its 95 % interval, — over nothing."""
    low, high = figure.interval
    return f"{low * 100:.1f}–{high * 100:.1f}%" if figure.of else "—"


def reliability(found: Calibration) -> str:
    """Stated probability across, share of abnormal slices up, Wilson's intervals as whiskers."""
    marks = "".join(
        f'<line class="whisker" x1="{_x(one.mean)}" x2="{_x(one.mean)}" '
        f'y1="{_y(one.abnormal.interval[0])}" y2="{_y(one.abnormal.interval[1])}"/>'
        f'<circle cx="{_x(one.mean)}" cy="{_y(one.abnormal.value)}" r="4">'
        f"<title>P(异常) 平均 {one.mean:.2f}，实为异常 {one.abnormal.hits}/{one.abnormal.of}"
        f"</title></circle>"
        f'<text class="count" x="{_x(one.mean)}" y="{MARGIN - 22}">{one.abnormal.of}</text>'
        for one in found.bins
    )
    path = " ".join(f"{_x(one.mean)},{_y(one.abnormal.value)}" for one in found.bins)
    edge = SIDE + MARGIN
    ticks = "".join(
        f'<text class="count" x="{_x(tick)}" y="{edge + 16}">{tick:g}</text>'
        f'<text class="tick" x="{MARGIN - 6}" y="{_y(tick)}">{tick:g}</text>'
        f'<line x1="{MARGIN}" x2="{edge}" y1="{_y(tick)}" y2="{_y(tick)}"/>'
        for tick in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg class="curve" viewBox="0 0 {edge + 24} {edge + 40}" role="img" '
        f'aria-label="可靠性曲线">{ticks}'
        f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
        f'<polyline points="{path}"/>{marks}'
        f'<text class="count" x="{_x(0.5)}" y="{edge + 34}">P(异常)</text></svg>'
    )


def share_rows(rows: Iterable[tuple[str, Share]]) -> str:
    """A table of names (HTML), bars with intervals, and counts."""
    body = "".join(
        f'<tr><td class="name">{name}</td><td class="range"><i style="width:{share.value:.1%}">'
        f'</i><u style="left:{share.interval[0]:.1%};'
        f'width:{share.interval[1] - share.interval[0]:.1%}"></u></td>'
        f'<td class="count">{percent(share)}</td>'
        f'<td class="share">{share.hits}/{share.of}</td></tr>'
        for name, share in rows
    )
    return f"<table>{body}</table>"


def _x(value: float) -> str:
    return f"{MARGIN + value * SIDE:.1f}"


def _y(value: float) -> str:
    return f"{MARGIN + (1 - value) * SIDE:.1f}"
