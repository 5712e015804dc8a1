"""Bars and columns for the data card, in HTML and SVG."""

from collections import Counter

from trainer.data.corpus.tally import LENGTH_STEP

_LONGEST = 400


def bars(rows: list[tuple[str, int]]) -> str:
    """A table of names (HTML), bars, counts and shares."""
    most = max((count for _, count in rows), default=1) or 1
    total = sum(count for _, count in rows)
    body = "".join(
        f'<tr><td class="name">{name}</td>'
        f'<td class="bar"><i style="width:{100 * count / most:.2f}%"></i></td>'
        f'<td class="count">{count:,}</td><td class="share">{share(count, total)}</td></tr>'
        for name, count in rows
    )
    return f"<table>{body}</table>"


def histogram(counts: Counter[str]) -> str:
    """Columns of ``LENGTH_STEP`` by their lower edge; the last holds all beyond."""
    last = min(max(map(int, counts)), _LONGEST)
    columns = [
        sum(counts[key] for key in counts if min(int(key), _LONGEST) == start)
        for start in range(0, last + 1, LENGTH_STEP)
    ]
    most = max(columns)
    width, height, foot = 480, 120, 18
    step = width / len(columns)
    every = max(1, len(columns) // 8)
    bars = []
    for place, count in enumerate(columns):
        tall = height * count / most
        bars.append(
            f'<rect x="{place * step + 1:.1f}" y="{height - tall:.1f}" rx="2" '
            f'width="{max(step - 2, 1):.1f}" height="{tall:.1f}"><title>{count:,}</title></rect>'
        )
        if place % every == 0:
            plus = "+" if place * LENGTH_STEP == _LONGEST else ""
            bars.append(
                f'<text x="{place * step:.1f}" y="{height + 14}">{place * LENGTH_STEP}{plus}</text>'
            )
    return (
        f'<svg viewBox="0 0 {width} {height + foot}" role="img">'
        f'<line x1="0" x2="{width}" y1="{height}" y2="{height}"/>{"".join(bars)}</svg>'
    )


def share(part: int, whole: int) -> str:
    """A percentage."""
    percent = 100 * part / max(whole, 1)
    return "&lt;0.1%" if 0 < percent < 0.05 else f"{percent:.1f}%"
