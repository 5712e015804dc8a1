"""The loss of a training as a picture."""

import math
from collections.abc import Sequence

from trainer.progress import Step

_WIDTH, _HEIGHT, _LEFT, _FOOT, _TOP = 720, 360, 56, 40, 28
_SMOOTH = 0.9


def draw(steps: Sequence[Step], title: str) -> str:
    """An SVG: the loss at every logged step, and an exponential mean of it.

    Steps without a loss, or with one that is no number, are left out.
    """
    points = [(s.step, s.loss) for s in steps if s.loss is not None and math.isfinite(s.loss)]
    if not points:
        return _frame(title, '<text x="360" y="180" text-anchor="middle">还没有数据</text>')
    most = max(loss for _, loss in points) * 1.05 or 1.0
    last = max(points[-1][0], 1)

    def place(step: float, loss: float) -> str:
        x = _LEFT + step / last * (_WIDTH - _LEFT - 16)
        y = _HEIGHT - _FOOT - loss / most * (_HEIGHT - _FOOT - _TOP)
        return f"{x:.1f},{y:.1f}"

    mean, smooth = points[0][1], []
    for step, loss in points:
        mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
        smooth.append(place(step, mean))
    raw = " ".join(place(step, loss) for step, loss in points)
    body = _axes(most, last)
    body += f'<polyline points="{raw}" fill="none" stroke="#9db8d9"/>'
    body += f'<polyline points="{" ".join(smooth)}" fill="none" stroke="#1f5fa8" stroke-width="2"/>'
    return _frame(f"{title}：第 {points[-1][0]} 步，损失 {points[-1][1]:.3f}", body)


def _axes(most: float, last: int) -> str:
    lines = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _HEIGHT - _FOOT - share * (_HEIGHT - _FOOT - _TOP)
        x = _LEFT + share * (_WIDTH - _LEFT - 16)
        lines.append(f'<line x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share * most:.2f}')
        lines.append(
            f'</text><text x="{x:.1f}" y="{_HEIGHT - 18}" text-anchor="middle">'
            f"{round(share * last)}</text>"
        )
    return f'<g stroke="#e3e8ee" stroke-width="1">{"".join(lines)}</g>'.replace(
        "<text", '<text stroke="none"'
    )


def _frame(title: str, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#3a4652">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
        f'<text x="{_LEFT}" y="18" font-size="14">{title}</text>{body}</svg>\n'
    )
