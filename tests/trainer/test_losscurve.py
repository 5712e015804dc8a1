import re
from itertools import pairwise
from xml.etree import ElementTree

from trainer.losscurve import draw
from trainer.progress import Step


def lines(svg: str) -> list[list[tuple[float, float]]]:
    ElementTree.fromstring(svg)
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in points.split())]
        for points in re.findall(r'<polyline points="([^"]+)"', svg)
    ]


def test_a_falling_loss_falls_on_the_picture_and_its_mean_lags() -> None:
    steps = [Step(n, 40, 4.0 - n / 10, n) for n in range(1, 31)]
    raw, mean = lines(draw(steps, "sft/x"))
    assert len(raw) == len(mean) == 30
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(raw))
    assert all(above[1] <= below[1] + 0.1 for above, below in zip(mean, raw, strict=True))
    assert "第 30 步，损失 1.000" in draw(steps, "sft/x")


def test_a_diverged_loss_shows_what_came_before() -> None:
    svg = draw([Step(1, 3, 2.0, 1), Step(2, 3, float("nan"), 2), Step(3, 3, None, 3)], "x")
    assert [len(line) for line in lines(svg)] == [1, 1]


def test_nothing_yet() -> None:
    assert lines(draw([], "x")) == []
