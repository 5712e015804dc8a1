"""A healthy liver has what was once taken for lesions; each part is painted by the whole."""

import numpy as np
import pytest

from tests.trainer.data.phantom.painted_parts import changes_of
from trainer.data.phantom.abdomen import liver
from trainer.data.phantom.abdomen.build import draw_abdomen


@pytest.mark.parametrize("level", liver.UPPER)
@pytest.mark.parametrize(
    ("part", "brighter"),
    [("_veins", True), ("_sections", True), ("_porta", True), ("_round_ligament", False)],
)
def test_a_part_of_the_liver_is_painted_at_its_levels(
    monkeypatch: pytest.MonkeyPatch, level: str, part: str, brighter: bool
) -> None:
    changes = changes_of(monkeypatch, liver, part, draw_abdomen, level)
    assert len(changes) >= 2
    seen = [change.max() if brighter else -change.min() for change in changes]
    assert sum(most > 15 for most in seen) >= 2
    assert all((change != 0).mean() < 0.12 for change in changes)  # details, and not the organ


def test_veins_cut_across_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = changes_of(monkeypatch, liver, "_sections", draw_abdomen, "肝脾")
    shares = [float((change > 10).mean()) for change in changes]
    assert max(shares) > 0.0005
    assert np.median(shares) < 0.02
