from itertools import product

import numpy as np
import pytest

from assistant.report.finding import Finding
from assistant.report.findings import extract
from assistant.report.lexicon import SIGNS
from assistant.report.region import region_of
from trainer.data import phrases
from trainer.data.counsel import advice_of
from trainer.data.phantom.atlas import REGIONS
from trainer.data.phantom.labels import TIER_ONE, TIER_TWO
from trainer.data.phantom.truth import Observation, Truth
from trainer.data.wording import place_of, report, seen_of, size_text

REGION = {sign.name: sign.region for sign in SIGNS}
SITES = {
    "脑出血": ("基底节区", "丘脑", "小脑", "额叶"),
    "脑梗死": ("颞叶", "枕叶", "小脑"),
    "肺结节": ("肺上叶", "肺中叶", "肺下叶"),
    "肺肿块": ("肺上叶", "肺下叶"),
    "肺实变": ("肺下叶",),
    "肝占位": ("肝右叶", "肝左叶"),
    "肝囊肿": ("肝右叶", "肝左叶"),
    "颅骨骨折": ("额骨", "颞骨", "顶骨", "枕骨"),
    "肺气肿": ("肺上叶", ""),
    "骨转移": ("髂骨", "骶骨", "髋臼", "股骨头"),
    "骨盆骨折": ("髂骨", "骶骨", "髋臼", "耻骨"),
}
SIZED = {
    "脑出血",
    "硬膜下血肿",
    "硬膜外血肿",
    "中线移位",
    "肺结节",
    "肺肿块",
    "肝占位",
    "肝囊肿",
} | {
    "胆囊结石",
    "肾结石",
    "主动脉瘤",
    "肾积水",
    "脾大",
    "肠梗阻",
    "骨转移",
}
TRAITS = {
    "胸腔积液": ("中量",),
    "腹水": ("少量",),
    "气胸": ("压缩30%",),
    "肺肿块": ("分叶",),
    "蛛网膜下腔出血": ("于鞍上池、环池及双侧侧裂池",),
    "脑积水": ("中度",),
    "颅骨骨折": ("凹陷", "头皮肿胀"),
    "肺气肿": ("重度", "肺大疱"),
    "主动脉夹层": ("于升主动脉及降主动脉", "A型"),
    "主动脉瘤": ("附壁血栓", "壁钙化"),
    "脂肪肝": ("轻度",),
    "肾积水": ("重度", "皮质变薄"),
    "骨转移": ("溶骨性", "软组织"),
    "骨盆骨折": ("移位",),
}
UNSIDED = {"肝占位", "肝囊肿", "胆囊结石", "腹水", "游离气体", "主动脉瘤", "主动脉夹层", "脂肪肝"}
UNSIDED |= {"脾大", "肠梗阻", "蛛网膜下腔出血", "脑积水"}
BOTH = {"硬膜下血肿", "胸腔积液", "肾结石", "肾积水", "肺气肿"}


def observations():
    for sign in phrases.SIGNS:
        sides = ("",) if sign in UNSIDED else ("左", "右", *(("双侧",) if sign in BOTH else ()))
        for side, site in product(sides, SITES.get(sign, ("",))):
            if site == "肺中叶" and side == "左":
                continue
            for size in (6.4, 24.7) if sign in SIZED else (None,):
                finding = Finding(sign, site, side, size_mm=size)
                yield Observation(finding, 50.0, TRAITS.get(sign, ()))
                if phrases.SIGNS[sign].several:
                    yield Observation(finding, 50.0, ("多发",))


def stated(text: str) -> dict[str, Finding]:
    return {finding.sign: finding for finding in extract(text) if finding.status != "无"}


@pytest.mark.parametrize(
    "observation", list(observations()), ids=lambda o: f"{o.finding}{o.traits}"
)
def test_the_truth_can_be_read_back_from_every_phrase(observation):
    for seed in range(20):
        truth = Truth(REGION[observation.finding.sign], "", seed % 2 == 1, (observation,))
        text = report(truth, np.random.default_rng(seed), signs=TIER_TWO)
        found = stated(text)
        assert list(found) == [observation.finding.sign], text
        got, wanted = found[observation.finding.sign], observation.finding
        assert (got.side, got.site) == (wanted.side, wanted.site), text
        if wanted.size_mm is None:
            assert got.size_mm is None, text
        else:
            assert got.size_mm == pytest.approx(wanted.size_mm, abs=0.5), text
        assert region_of(text) == truth.region, text
        assert "{" not in text
        assert "，，" not in text
        assert "。。" not in text


@pytest.mark.parametrize(
    ("region", "level"), [(r.name, level) for r in REGIONS.values() for level in r.levels]
)
def test_a_normal_report_states_no_finding(region, level):
    for seed in range(12):
        text = report(Truth(region, level), np.random.default_rng(seed))
        assert stated(text) == {}, text
        assert region_of(text) == region, text


def test_a_normal_report_speaks_of_what_is_taught():
    usual = {report(Truth("腹部", "胰腺胆囊"), np.random.default_rng(s)) for s in range(60)}
    taught = {
        report(Truth("腹部", "胰腺胆囊"), np.random.default_rng(s), signs=TIER_TWO)
        for s in range(60)
    }
    assert not any("腹主动脉" in text for text in usual)
    assert any("腹主动脉" in text for text in taught)


def test_what_occurs_nowhere_is_never_denied():
    truth = Truth("腹部", "", False, (Observation(Finding("胆囊结石", size_mm=9.0), 200.0),))
    for seed in range(60):
        text = report(truth, np.random.default_rng(seed))
        assert not {f.sign for f in extract(text)} & set(TIER_TWO), text


@pytest.mark.parametrize("sign", TIER_TWO)
def test_nothing_that_is_hidden_is_denied_in_other_words(sign):
    healthy = {"头颅": "颅骨", "盆腔": "骨"}.get(REGION[sign], "")
    for seed in range(40):
        truth = Truth(REGION[sign], "")
        text = report(truth, np.random.default_rng(seed), hidden=(sign,), signs=TIER_TWO)
        assert sign not in {f.sign for f in extract(text)}, text
        if "骨" in sign:
            assert healthy not in text, text


def test_a_large_aneurysm_is_urgent_and_a_small_one_is_followed_up():
    advice = {}
    for size in (38.0, 62.0):
        one = Observation(Finding("主动脉瘤", size_mm=size), 44.0, ("壁钙化",))
        truth = Truth("腹部", "双肾", False, (one,))
        advice[size] = {advice_of(truth, np.random.default_rng(seed)) for seed in range(20)}
    assert advice[38.0].isdisjoint(advice[62.0])


def advised(*observations: Observation, enhanced: bool = False) -> set[str]:
    truth = Truth(REGION[observations[0].finding.sign], "", enhanced, observations)
    return {advice_of(truth, np.random.default_rng(seed)) for seed in range(40)}


def test_the_gravest_finding_decides_what_to_do():
    cyst = Observation(Finding("肝囊肿", "肝左叶", size_mm=20.0), 5.0)
    stone = Observation(Finding("胆囊结石", size_mm=9.0), 200.0)
    gas = Observation(Finding("游离气体"), -900.0)
    fluid = Observation(Finding("腹水"), 8.0, ("少量",))
    for others in ((cyst, stone), (stone, cyst)):
        assert advised(*others) == set(phrases.SIGNS["胆囊结石"].advice)
    assert advised(cyst, stone, gas) == set(phrases.SIGNS["游离气体"].advice)
    assert advised(stone, fluid) == set(phrases.SIGNS["腹水"].advice)


def test_nobody_is_told_to_look_for_what_is_found():
    blood = Observation(Finding("硬膜外血肿", "", "左", size_mm=18.0), 66.0)
    spread = Observation(Finding("蛛网膜下腔出血"), 60.0)
    broken = Observation(Finding("颅骨骨折", "颞骨", "左"), 40.0)
    assert any("骨折" in text for text in advised(blood))
    assert not any("骨" in text for text in advised(blood, broken))
    assert any("动脉瘤" in text for text in advised(spread))
    assert not any("动脉瘤" in text for text in advised(spread, broken))
    stone = Observation(Finding("肾结石", "", "左", size_mm=9.0), 400.0)
    water = Observation(Finding("肾积水", "", "左", size_mm=20.0), 6.0)
    assert advised(stone, water) == {"建议泌尿外科随诊，复查肾功能"}


def test_a_nodule_is_followed_up_unless_it_is_large_or_has_spicules():
    def nodule(size: float, *traits: str) -> Observation:
        return Observation(Finding("肺结节", "肺上叶", "右", size_mm=size), 40.0, traits)

    said = phrases.SIGNS["肺结节"]
    assert advised(nodule(6.0)) == set(said.advice)
    assert advised(nodule(15.0)) == advised(nodule(8.0, "毛刺")) == set(said.alarm)
    assert not any("增强" in text for text in advised(nodule(18.0), enhanced=True))


@pytest.mark.parametrize("sign", ["肝占位", "肝囊肿"])
def test_an_enhanced_lesion_of_the_liver_is_described_by_its_enhancement(sign):
    one = Observation(Finding(sign, "肝右叶", size_mm=23.0), 40.0)
    for enhanced in (False, True):
        texts = {seen_of(one, np.random.default_rng(seed), enhanced=enhanced) for seed in range(20)}
        words = ("强化", "增强")
        assert all(any(word in text for word in words) is enhanced for text in texts), texts


def test_the_cerebellum_has_hemispheres_and_no_grey_white_border():
    here = Observation(Finding("脑梗死", "小脑", "左"), 25.0)
    there = Observation(Finding("脑梗死", "颞叶", "左"), 25.0)
    said = {seen_of(here, np.random.default_rng(seed)) for seed in range(40)}
    assert any("小脑半球" in text for text in said)
    assert not any("灰白质" in text for text in said)
    assert not any("半球" in seen_of(there, np.random.default_rng(seed)) for seed in range(40))


def test_several_stones_are_said_to_be_several():
    stones = Observation(Finding("胆囊结石", size_mm=7.0), 200.0, ("多发",))
    for seed in range(20):
        text = report(Truth("腹部", "胰腺胆囊", False, (stones,)), np.random.default_rng(seed))
        assert "胆囊多发结石" in text
        assert "大者" in text


def test_one_number_is_no_size_in_two_dimensions():
    for said in phrases.SIGNS.values():
        assert not any("大小{size}" in text for text in (*said.seen, *said.several))


def test_every_usual_sign_is_said_in_three_ways():
    for sign in TIER_ONE:
        assert len(phrases.SIGNS[sign].seen) >= 3
        assert len(phrases.SIGNS[sign].named) >= 3
        assert len(phrases.SIGNS[sign].advice) >= 3


def test_two_findings_are_both_said_in_order():
    first = Observation(Finding("肺肿块", "肺上叶", "左", size_mm=52.0), 40.0, ("分叶",))
    second = Observation(Finding("胸腔积液", "", "左"), 8.0, ("少量",))
    for seed in range(20):
        text = report(Truth("胸部", "", True, (first, second)), np.random.default_rng(seed))
        assert set(stated(text)) == {"肺肿块", "胸腔积液"}, text
        assert text.index("肿块") < text.index("诊断意见")


def test_what_the_window_hides_is_not_denied():
    for seed in range(60):
        text = report(Truth("胸部", ""), np.random.default_rng(seed), hidden=("气胸",))
        assert "气胸" not in text
        assert "积气" not in text


def test_wording_varies():
    truth = Truth("腹部", "", False, (Observation(Finding("胆囊结石", size_mm=9.0), 200.0),))
    assert len({report(truth, np.random.default_rng(seed)) for seed in range(60)}) > 40


def test_sizes_are_told_roughly_and_cross_no_threshold():
    for tenths in range(60, 1520):
        measured = tenths / 10
        told = int(size_text(measured).removeprefix("约").removesuffix("mm"))
        assert abs(told - measured) <= 0.1 * measured
        assert measured in (30.0, 55.0) or (told > 30) == (measured > 30)
        assert measured in (30.0, 55.0) or (told > 55) == (measured > 55)


def test_sizes_and_places_are_written_as_in_reports():
    assert size_text(22.4) == "约22mm"
    assert size_text(22.4, centimetres=True) == "约2.2cm"
    assert size_text(6.2, centimetres=True) == "约6mm"
    assert place_of(Finding("脑出血", "基底节区", "左")) == "左侧基底节区"
    assert place_of(Finding("肺结节", "肺上叶", "右")) == "右肺上叶"
    assert place_of(Finding("肾结石", "", "双侧")) == "双"
    assert place_of(Finding("肝囊肿", "肝左叶")) == "肝左叶"
