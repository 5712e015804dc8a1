from types import MappingProxyType

import numpy as np
import pytest

from assistant.batch.row import Row
from assistant.imaging.window import Window
from assistant.report.finding import Finding
from assistant.report.findings import extract
from trainer.data import further_phrases, healthy_phrases
from trainer.data.healthy import can_show, clear_of, rest_of
from trainer.data.phantom.atlas import REGIONS
from trainer.data.phantom.labels import TIER_TWO
from trainer.data.phantom.truth import Observation, Truth
from trainer.data.viewing import unreadable
from trainer.data.wording import report

BRAIN, BONE = Window(40, 80), Window(600, 2800)
LUNG, MEDIASTINUM = Window(-600, 1500), Window(50, 350)
AIR = Observation(Finding("气胸", "", "左"), -900.0, ("压缩30%",))


def reports(truth: Truth, window: Window, count: int = 60):
    hidden = unreadable(truth.region, window)
    for seed in range(count):
        yield report(truth, np.random.default_rng(seed), hidden=hidden, signs=TIER_TWO)


@pytest.mark.parametrize(
    ("level", "sign"),
    [
        ("肝脾", "肾结石"),
        ("肝脾", "胆囊结石"),
        ("双肾", "肝占位"),
        ("双肾", "胆囊结石"),
        ("双肾", "脾大"),
        ("双肾", "脂肪肝"),
    ],
)
def test_what_a_level_does_not_show_is_not_denied(level, sign):
    fluid = Observation(Finding("腹水"), 8.0, ("少量",))
    assert not can_show(Truth("腹部", level), sign)
    for text in reports(Truth("腹部", level, False, (fluid,)), Window(50, 400)):
        assert sign not in {finding.sign for finding in extract(text)}, text


def test_a_sign_of_contrast_medium_is_denied_with_contrast_medium_only():
    assert can_show(Truth("胸部", "心脏", enhanced=True), "主动脉夹层")
    assert not can_show(Truth("胸部", "心脏"), "主动脉夹层")
    assert not can_show(Truth("腹部", "肝脾", enhanced=True), "脂肪肝")


@pytest.mark.parametrize("level", REGIONS["头颅"].levels)
def test_the_midline_and_the_ventricles_are_spoken_of_where_they_are(level):
    bleed = Observation(Finding("脑出血", "小脑", "左", size_mm=20.0), 66.0)
    texts = list(reports(Truth("头颅", level, False, (bleed,)), BRAIN))
    low = level in ("颌面", "颅底", "眼眶")
    assert any("中线" in text for text in texts) is not low
    if low:
        assert not any("脑积水" in text for text in texts)


@pytest.mark.parametrize("level", REGIONS["头颅"].levels)
def test_the_skull_is_spoken_of_in_a_bone_window_only(level):
    brain = "".join(reports(Truth("头颅", level), BRAIN))
    assert not any(word in brain for word in ("颅骨", "内板", "颅板", "骨质"))
    assert any("骨" in text for text in reports(Truth("头颅", level), BONE))


def test_vessels_of_the_mediastinum_are_not_spoken_of_in_a_lung_window():
    for region, level in (("胸部", "肺门"), ("胸部", "主动脉弓")):
        assert not any("血管" in t or "主动脉" in t for t in reports(Truth(region, level), LUNG))
    assert any("血管" in text for text in reports(Truth("胸部", "肺门"), MEDIASTINUM))
    assert "主动脉瘤" in unreadable("腹部", LUNG)


def test_the_lung_beside_a_pneumothorax_is_the_other_one():
    truth = Truth("胸部", "肺门", False, (AIR,))
    said = {rest_of(truth, np.random.default_rng(seed), ())[0] for seed in range(40)}
    assert "对侧肺野清晰" in said
    assert "余肺野清晰" not in said


def test_the_skull_is_not_called_sound_where_a_fracture_is_to_be_looked_for():
    blood = Observation(Finding("硬膜外血肿", "", "左", size_mm=18.0), 66.0)
    truth = Truth("头颅", "基底节", False, (blood,))
    said = {rest_of(truth, np.random.default_rng(seed), ())[0] for seed in range(40)}
    assert said
    assert not any("颅骨" in text for text in said)


def test_a_usual_window_is_no_reservation():
    head = Truth("头颅", "颅顶")
    said = {clear_of(head, np.random.default_rng(seed), ("颅骨骨折",)) for seed in range(9)}
    assert said == {"头颅CT平扫未见明显异常", "颅脑CT未见明显异常"}
    with_bone = clear_of(head, np.random.default_rng(0), unreadable("头颅", BONE))
    assert with_bone.startswith("所示窗位下")


@pytest.mark.parametrize("region", REGIONS)
def test_a_folder_of_normal_reports_is_routine(region):
    texts = {
        text
        for level in REGIONS[region].levels
        for enhanced in (False, True)
        for window in (BRAIN, BONE, LUNG, MEDIASTINUM)
        for text in reports(Truth(region, level, enhanced), window, 60)
    }
    assert len(texts) > 100
    for text in texts:
        row = Row.answered("a.dcm", "00", window="w", model="m", text=text)
        assert (row.code, row.urgency) == ("", "常规"), text


@pytest.mark.parametrize("region", REGIONS)
def test_every_phrase_about_the_healthy_is_routine(region):
    said = (*vars(healthy_phrases).values(), further_phrases.NORMAL)
    names = (region, *REGIONS[region].levels)
    tables = [table for table in said if isinstance(table, MappingProxyType)]
    phrases = [text for table in tables for name in names for text in table.get(name, ())]
    assert len(phrases) > 5
    for text in phrases:
        row = Row.answered("a.dcm", "00", window="w", model="m", text=f"{text}。")
        assert (row.code, row.urgency) == ("", "常规"), text
