import re

import numpy as np

from assistant.imaging.render import render
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Slice
from assistant.store.exchange import Picture
from assistant.ui import wording
from assistant.ui.stage import stage
from assistant.ui.study import Study, View, first_view, still

HU = np.zeros((8, 8), np.int16)
AXIAL = Slice(hu=HU, source="dicom", series_uid="s", orientation=(1, 0, 0, 0, 1, 0))
CORONAL = Slice(hu=HU, source="dicom", series_uid="t", orientation=(1, 0, 0, 0, 0, -1))
PHOTO = Slice(gray=np.zeros((8, 8), np.uint8))


def view_of(*slices: Slice) -> View:
    return first_view(Study(sort_series(slices), {}), "脑")


def letters(markup: str) -> dict[str, str]:
    return dict(re.findall(r'<div class="side (\w+)">(\w)</div>', markup))


def series(markup: str) -> str:
    found = re.search(r'data-of="([^"]+)"', markup)
    assert found
    return found[1]


def test_letters_stand_at_the_four_edges_of_what_has_an_orientation() -> None:
    axial = {"left": "R", "right": "L", "top": "A", "bottom": "P"}
    assert letters(stage(view_of(AXIAL))) == axial
    assert letters(stage(view_of(CORONAL))) == {**axial, "top": "H", "bottom": "F"}
    assert letters(stage(view_of(PHOTO))) == {}
    assert letters(stage(view_of(Slice(hu=HU, source="dicom")))) == {}


def test_the_letters_are_no_part_of_the_picture() -> None:
    """What the model gets of an even slice is even to its edges."""
    view = view_of(AXIAL)
    assert letters(stage(view))
    assert np.unique(view.image.pixels).size == 1


def test_a_kept_picture_has_the_letters_that_were_kept() -> None:
    image = render(AXIAL, "脑")
    assert len(letters(stage(still(Picture(image, sides="RLAP"))))) == 4
    before = letters(stage(still(Picture(image, sides="RL"))))  # of an earlier version
    assert before == {"left": "R", "right": "L"}
    assert letters(stage(still(Picture(image)))) == {}


def test_only_another_series_or_study_is_shown_whole_again() -> None:
    view = view_of(AXIAL, AXIAL, CORONAL)
    shown = series(stage(view))
    assert shown == series(stage(view.at(0))) == series(stage(view.through("骨")))
    assert shown != series(stage(view.of_series(1)))
    assert shown != series(stage(view_of(AXIAL)))


def test_an_enlarged_film_says_what_the_model_sees() -> None:
    markup = stage(view_of(AXIAL))
    assert f'<span class="part">{wording.ENLARGED}</span>' in markup
    assert [name for name in ("in", "out", "off") if f'class="{name}"' in markup] == [
        "in", "out", "off",
    ]  # fmt: skip
