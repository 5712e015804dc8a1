from pathlib import Path

import numpy as np
import pytest

from assistant.imaging.intake import read_slice
from assistant.imaging.render import render
from assistant.imaging.window import Window
from trainer.data.dicom import Place, write_dicom
from trainer.data.phantom.case import make_case
from trainer.data.viewing import (
    AGAINST,
    OF_BONE,
    STRAY_WINDOWS,
    WINDOWS,
    as_slice,
    draw_window,
    look,
    show,
    windows_of,
)

LUNG, MEDIASTINUM = Window(-600, 1500), Window(50, 350)


@pytest.mark.parametrize("seed", [3, 11])
def test_the_picture_is_what_the_dicom_file_shows(tmp_path: Path, seed: int):
    phantom = make_case(seed, size=96)
    path = tmp_path / "phantom.dcm"
    write_dicom(phantom, path, Place("T1"))
    for window in (LUNG, Window(40, 80), "auto"):
        through_file = render(read_slice(path), window)
        directly = render(as_slice(phantom), window)
        assert np.array_equal(through_file.pixels, directly.pixels)
        assert through_file.window == directly.window


def test_a_pneumothorax_is_true_in_a_lung_window_only():
    for seed in range(4):
        phantom = make_case(seed, "胸部", ("气胸",))
        lung = look(phantom, render(as_slice(phantom), LUNG))
        narrow = look(phantom, render(as_slice(phantom), MEDIASTINUM))
        assert [f.sign for f in lung.truth.findings] == ["气胸"]
        assert narrow.truth.findings == ()
        assert narrow.hidden == ("气胸",)


def test_a_haemorrhage_is_true_in_a_brain_window_and_not_in_a_lung_window():
    phantom = make_case(5, "头颅", ("脑出血",))
    assert look(phantom, render(as_slice(phantom), Window(40, 80))).hidden == ()
    assert look(phantom, render(as_slice(phantom), LUNG)).hidden == ("脑出血",)


def test_show_mostly_chooses_windows_in_which_everything_is_seen():
    hidden = 0
    for seed in range(16):
        view = show(make_case(seed, size=128), np.random.default_rng(seed))
        hidden += bool(view.hidden)
        assert view.picture.pixels.shape == (128, 128, 3)
    assert hidden <= 4


def test_windows_stay_near_those_of_the_region():
    rng = np.random.default_rng(0)
    for region, known in WINDOWS.items():
        for _ in range(30):
            window = draw_window(rng, region)
            assert any(
                0.79 * w.width <= window.width <= 1.37 * w.width
                and abs(window.center - w.center) <= 0.15 * w.width
                for w, _ in known
            )


def test_bone_is_looked_at_with_its_own_windows_where_it_is_taught():
    phantom = make_case(2, "头颅", ("颅骨骨折",))
    assert look(phantom, render(as_slice(phantom), Window(600, 2800))).hidden == ()
    assert look(phantom, render(as_slice(phantom), Window(40, 80))).hidden == ("颅骨骨折",)
    assert windows_of("头颅") == windows_of("头颅", ("脑出血", "骨转移")) == WINDOWS["头颅"]
    assert len(windows_of("头颅", ("颅骨骨折",))) > len(WINDOWS["头颅"])


def test_a_lung_window_can_hide_a_dissection():
    phantom = make_case(3, "胸部", ("主动脉夹层",))
    assert look(phantom, render(as_slice(phantom), MEDIASTINUM)).hidden == ()
    assert look(phantom, render(as_slice(phantom), LUNG)).hidden == ("主动脉夹层",)


def test_every_painted_sign_has_a_background():
    from trainer.data.phantom.labels import SIGN_LABELS

    assert set(AGAINST) == set(SIGN_LABELS)


def test_stray_looks_are_through_other_windows_and_hide_what_they_hide():
    for region in WINDOWS:
        own = {window for window, _ in windows_of(region, tuple(OF_BONE))}
        assert not own & set(STRAY_WINDOWS[region])
        phantom = make_case(3, region, (), size=96)
        view = show(phantom, np.random.default_rng(0), stray=1.0)
        assert view.picture.window in STRAY_WINDOWS[region]
    bleeding = make_case(5, "头颅", ("脑出血",))
    seen = [show(bleeding, np.random.default_rng(seed), stray=1.0) for seed in range(12)]
    lung = [view for view in seen if view.picture.window == LUNG]
    assert lung
    assert all(view.hidden == ("脑出血",) for view in lung)
