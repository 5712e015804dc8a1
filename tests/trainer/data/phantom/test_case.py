import numpy as np
import pytest
from PIL import Image, ImageFilter

from assistant.report.lexicon import REGIONS as NAMES
from trainer.data.phantom.atlas import REGIONS
from trainer.data.phantom.case import _draw_request, make_case
from trainer.data.phantom.chest.lungs import clear_of_vessels
from trainer.data.phantom.labels import SIGN_LABELS, TIER_ONE, TIER_TWO, Label
from trainer.data.phantom.spectrum import FAINT_HU, SMALL_MM
from trainer.data.phantom.truth import Phantom

SIGNS = [(name, sign) for name, region in REGIONS.items() for sign in region.sign_levels]
LESIONS = [int(label) for label in SIGN_LABELS.values()]
FOCAL = {
    *("脑出血", "硬膜下血肿", "硬膜外血肿", "脑梗死", "肺结节", "肺肿块"),
    *("肝占位", "肝囊肿", "胆囊结石", "肾结石"),
}


def whole(phantom: Phantom) -> bool:
    """Nothing of the body is cut off by the picture's edge."""
    labels = phantom.labels
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return bool((edge <= Label.TABLE).all())


def test_same_seed_same_pixels_and_other_seed_others():
    first, again, other = make_case(7), make_case(7), make_case(8)
    assert np.array_equal(first.hu, again.hu)
    assert np.array_equal(first.labels, again.labels)
    assert first.truth == again.truth or np.isnan(first.truth.observations[0].hu)
    assert not np.array_equal(first.hu, other.hu)


@pytest.mark.parametrize("region", list(REGIONS))
def test_a_normal_slice_has_no_lesion_and_plausible_hu(region):
    for seed in range(4):
        phantom = make_case(seed, region, (), size=128)
        assert phantom.hu.dtype == np.int16
        assert phantom.labels.dtype == np.uint8
        assert phantom.hu.shape == phantom.labels.shape == (128, 128)
        assert phantom.truth.region == region
        assert region in NAMES
        assert phantom.truth.findings == ()
        assert not np.isin(phantom.labels, LESIONS).any()
        assert 0.2 < phantom.spacing_mm < 8
        if whole(phantom):
            assert np.median(phantom.hu[phantom.labels == Label.BONE]) > 150


@pytest.mark.parametrize(("region", "sign"), SIGNS)
def test_every_sign_is_painted_where_and_as_the_truth_says(region, sign):
    for seed in range(3):
        phantom = make_case(seed, region, (sign,), size=128)
        first = phantom.truth.observations[0]
        assert first.finding.sign == sign
        mask = phantom.labels == SIGN_LABELS[sign]
        assert mask.sum() >= 6
        assert first.hu == pytest.approx(float(phantom.hu[mask].mean()))


@pytest.mark.parametrize(
    "sign",
    ["脑出血", "硬膜下血肿", "脑梗死", "肺结节", "胸腔积液", "肾结石", "颅骨骨折", "肾积水",
     "骨转移", "骨盆骨折"],
)  # fmt: skip
def test_left_is_on_the_right_of_the_picture(sign):
    region = next(name for name, known in SIGNS if known == sign)
    checked = 0
    for seed in range(12):
        phantom = make_case(seed, region, (sign,), size=128)
        side = phantom.truth.findings[0].side
        if side not in ("左", "右") or not whole(phantom):
            continue
        body = np.flatnonzero((phantom.labels > Label.TABLE).any(axis=0))
        middle = (body[0] + body[-1]) / 2
        lesion = np.argwhere(phantom.labels == SIGN_LABELS[sign])[:, 1].mean()
        assert (lesion > middle) == (side == "左")
        checked += 1
    assert checked >= 4


@pytest.mark.parametrize("sign", ["肺结节", "肺肿块", "肝囊肿", "脑出血"])
def test_size_is_the_largest_diameter_of_the_lesion(sign):
    region = next(name for name, known in SIGNS if known == sign)
    for seed in range(4):
        phantom = make_case(seed, region, (sign,), size=160)
        observation = phantom.truth.observations[0]
        if "多发" in observation.traits:
            continue
        points = np.argwhere(phantom.labels == SIGN_LABELS[sign]) * phantom.spacing_mm
        apart = max(np.linalg.norm(points - point, axis=1).max() for point in points)
        stated = observation.finding.size_mm
        assert stated == pytest.approx(apart + 0.6 * phantom.spacing_mm, abs=2.5, rel=0.08)


def test_haematomas_are_denser_than_brain_and_cysts_are_water():
    for seed in range(4):
        bleed = make_case(seed, "头颅", ("脑出血",), size=128)
        assert 48 < bleed.truth.observations[0].hu < 90
        cyst = make_case(seed, "腹部", ("肝囊肿",), size=128)
        assert -12 < cyst.truth.observations[0].hu < 30
        gas = make_case(seed, "腹部", ("游离气体",), size=128)
        assert gas.truth.observations[0].hu < -600


def test_a_midline_shift_points_away_from_the_haematoma():
    seen = 0
    for seed in range(16):
        findings = {
            f.sign: f for f in make_case(seed, "头颅", ("硬膜外血肿",), size=64).truth.findings
        }
        if "中线移位" in findings:
            seen += 1
            assert {findings["中线移位"].side, findings["硬膜外血肿"].side} == {"左", "右"}
            assert 3 <= findings["中线移位"].size_mm <= 16
    assert seen >= 2


def test_drawn_cases_are_normal_about_as_often_as_asked():
    draws = [
        _draw_request(np.random.default_rng(seed), None, None, 0.45, None) for seed in range(400)
    ]
    assert 0.4 < np.mean([not draw.signs for draw in draws]) < 0.56
    assert {draw.region.name for draw in draws} == set(REGIONS)
    assert {sign for draw in draws for sign in draw.signs} == set(TIER_ONE) - {"中线移位"}


def test_only_the_signs_asked_for_are_drawn():
    among = ("气胸", "肝囊肿")
    rngs = [np.random.default_rng(seed) for seed in range(200)]
    draws = [_draw_request(rng, None, None, 0.3, among) for rng in rngs]
    assert {sign for draw in draws for sign in draw.signs} == set(among)


def test_every_sign_is_of_one_tier():
    assert len(TIER_ONE) == 16
    assert len(TIER_TWO) == 12
    assert {*TIER_ONE, *TIER_TWO} == {*SIGN_LABELS, "中线移位"}


def test_the_second_tier_is_drawn_where_it_is_named_also_together():
    rngs = [np.random.default_rng(seed) for seed in range(900)]
    draws = [_draw_request(rng, None, None, 0.0, (*TIER_ONE, *TIER_TWO)) for rng in rngs]
    drawn = {draw.signs for draw in draws}
    assert {sign for signs in drawn for sign in signs} == {*TIER_ONE, *TIER_TWO} - {"中线移位"}
    assert ("蛛网膜下腔出血", "脑积水") in drawn
    for draw in draws:
        if "主动脉夹层" in draw.signs:
            assert draw.enhanced
        if "脂肪肝" in draw.signs:
            assert not draw.enhanced


def test_the_second_tier_can_be_rarer_than_the_first():
    every = (*TIER_ONE, *TIER_TWO)
    shares = {}
    for rare in (1.0, 0.3):
        rngs = [np.random.default_rng(seed) for seed in range(600)]
        draws = [_draw_request(rng, None, None, 0.0, every, rare) for rng in rngs]
        shares[rare] = np.mean([bool(set(draw.signs) & set(TIER_TWO)) for draw in draws])
    assert 0.15 < shares[0.3] < shares[1.0] * 0.7


def test_a_sign_can_be_drawn_more_often():
    shares = {}
    for weight in (1.0, 3.0):
        rngs = [np.random.default_rng(seed) for seed in range(600)]
        often = {"肺结节": weight}
        draws = [_draw_request(rng, "胸部", None, 0.4, None, often=often) for rng in rngs]
        shares[weight] = np.mean(["肺结节" in draw.signs for draw in draws])
        assert 0.35 < np.mean([not draw.signs for draw in draws]) < 0.45
    assert shares[3.0] > shares[1.0] * 1.5


@pytest.mark.parametrize(
    ("region", "sign", "low", "high"),
    [
        ("头颅", "蛛网膜下腔出血", 42, 85),
        ("头颅", "脑积水", -5, 16),
        ("胸部", "肺气肿", -1000, -880),
        ("腹部", "脂肪肝", 2, 46),
        ("腹部", "肾积水", -8, 24),
    ],
)
def test_further_signs_have_the_density_of_their_tissue(region, sign, low, high):
    for seed in range(3, 6):
        hu = make_case(seed, region, (sign,), size=192).truth.observations[0].hu
        assert low < hu < high, seed


def test_wide_organs_have_the_size_that_the_truth_says():
    for seed in range(3):
        spleen = make_case(seed, "腹部", ("脾大",), size=128).truth.findings[0]
        assert spleen.size_mm > 100
        aorta = make_case(seed, "腹部", ("主动脉瘤",), size=128).truth.findings[0]
        assert 30 < aorta.size_mm < 100
        bowel = make_case(seed, "腹部", ("肠梗阻",), size=128).truth.findings[0]
        assert 30 <= bowel.size_mm <= 55


def test_a_stone_and_the_water_behind_it_are_on_one_side():
    for seed in range(4):
        stone, water = make_case(seed, "腹部", ("肾结石", "肾积水"), size=160).truth.findings
        assert stone.side == "双侧" or stone.side == water.side


def test_a_fracture_lies_over_the_epidural_haematoma():
    for seed in range(3):
        found = make_case(seed, "头颅", ("硬膜外血肿", "颅骨骨折"), size=192).truth.findings
        sides = {finding.sign: finding.side for finding in found}
        assert sides["硬膜外血肿"] == sides["颅骨骨折"]


def test_a_prone_patient_lies_on_a_couch_in_front_and_keeps_the_sides():
    checked = 0
    for seed in range(24):
        supine = make_case(seed, "腹部", ("肾结石",), size=128)
        prone = make_case(seed, "腹部", ("肾结石",), size=128, prone=1.0)
        assert (supine.prone, prone.prone) == (False, True)
        table = np.argwhere(prone.labels == Label.TABLE)[:, 0]
        bone = np.argwhere(prone.labels == Label.BONE)[:, 0]
        if len(table) < 200 or not whole(prone):
            continue
        assert np.median(table) < np.median(bone)
        side = prone.truth.findings[0].side
        if side in ("左", "右"):
            body = np.flatnonzero((prone.labels > Label.TABLE).any(axis=0))
            stone = np.argwhere(prone.labels == SIGN_LABELS["肾结石"])[:, 1].mean()
            assert (stone > (body[0] + body[-1]) / 2) == (side == "左")
            checked += 1
    assert checked >= 4


def test_what_sinks_is_never_shown_prone_and_nobody_is_without_being_asked():
    for sign in ("胸腔积液", "气胸"):
        assert not make_case(1, "胸部", (sign,), size=64, prone=1.0).prone
    assert not make_case(1, "头颅", (), size=64, prone=1.0).prone
    assert not any(make_case(seed, "胸部", (), size=64).prone for seed in range(4))


def test_an_impossible_request_is_refused():
    with pytest.raises(ValueError, match="颈部"):
        make_case(0, "颈部")
    with pytest.raises(ValueError, match="肝囊肿"):
        make_case(0, "头颅", ("肝囊肿",))


def test_a_nodule_has_30_mm_at_most_and_a_mass_more():
    for seed in range(12):
        nodule = make_case(seed, "胸部", ("肺结节",), size=96).truth.findings[0]
        mass = make_case(seed, "胸部", ("肺肿块",), size=96).truth.findings[0]
        assert nodule.size_mm <= 30 < mass.size_mm


def test_a_close_view_still_shows_several_tissues():
    for seed in range(60):
        phantom = make_case(seed, size=64)
        shares = np.bincount(phantom.labels.ravel()) / phantom.labels.size
        assert (shares > 0.01).sum() >= 3


def test_an_aorta_may_be_calcified_and_no_aneurysm_and_an_aneurysm_may_not_be():
    native = [make_case(seed, "腹部", (), size=96) for seed in range(40)]
    hard = [
        ((one.labels == Label.BLOOD_VESSEL) & (one.hu > 180)).sum() > 3
        for one in native
        if not one.truth.enhanced
    ]
    assert 0.1 < np.mean(hard) < 0.9
    wide = [make_case(seed, "腹部", ("主动脉瘤",), size=96).truth for seed in range(24)]
    assert {"壁钙化" in truth.observations[0].traits for truth in wide} == {True, False}


def test_the_uppermost_chest_lies_between_the_shoulders():
    """They reach far beyond the lungs, and further down they do not."""

    def beyond(level: str) -> float:
        shares = []
        for seed in range(60):
            phantom = make_case(seed, "胸部", (), size=96)
            if phantom.truth.level == level and whole(phantom):
                body = np.ptp(np.argwhere(phantom.labels > Label.TABLE)[:, 1])
                shares.append(body / np.ptp(np.argwhere(phantom.labels == Label.LUNG)[:, 1]))
        return float(np.mean(shares))

    assert beyond("肺尖") > 1.25 * beyond("主动脉弓")


def test_the_top_of_the_head_is_mostly_bone_at_times():
    crowns = [make_case(seed, "头颅", (), size=96) for seed in range(160)]
    shares = [
        (one.labels == Label.BONE).sum() / (one.labels > Label.TABLE).sum()
        for one in crowns
        if one.truth.level == "颅顶"
    ]
    assert min(shares) < 0.35 < 0.5 < max(shares)


def test_the_uppermost_heads_are_often_small_in_a_picture_set_for_the_whole_head():
    shares = []
    for seed in range(150):
        phantom = make_case(seed, "头颅", (), size=96)
        if phantom.truth.level == "颅顶":
            across = np.flatnonzero((phantom.labels > Label.TABLE).any(axis=0))
            shares.append((across[-1] - across[0] + 1) / 96)
    assert len(shares) >= 8
    assert min(shares) < 0.5 < max(shares)


def test_a_slice_through_liver_and_spleen_may_or_may_not_cut_the_pancreas():
    seen = []
    for seed in range(60):
        phantom = make_case(seed, "腹部", (), size=96)
        if phantom.truth.level == "肝脾":
            seen.append(bool((phantom.labels == Label.PANCREAS).any()))
    assert 3 <= sum(seen) <= len(seen) - 3


def faintness(phantom: Phantom, sign: str) -> float:
    """HU between a lesion and what lies about it, bone and air aside; partial volume left out."""
    mask = phantom.labels == SIGN_LABELS[sign]
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    less, more, most = (
        np.asarray(image.filter(shape)) > 0
        for shape in (ImageFilter.MinFilter(3), ImageFilter.MaxFilter(3), ImageFilter.MaxFilter(9))
    )
    inside = less if less.sum() >= 6 else mask
    ring = most & ~more & ~np.isin(phantom.labels, (Label.BONE, Label.AIR))
    return abs(float(np.median(phantom.hu[inside]) - np.median(phantom.hu[ring])))


def test_half_of_the_focal_lesions_are_small_or_faint():
    hard = []
    for seed in range(240):
        phantom = make_case(seed, normal=0.0, size=160)
        for finding in phantom.truth.findings:
            if finding.sign in FOCAL:
                small = finding.size_mm is not None and finding.size_mm <= SMALL_MM
                hard.append(small or faintness(phantom, finding.sign) <= FAINT_HU)
    assert len(hard) >= 120
    assert np.mean(hard) >= 0.5


def test_renal_stones_are_shown_without_contrast():
    assert not any(
        make_case(seed, "腹部", ("肾结石",), size=96).truth.enhanced for seed in range(12)
    )


def test_of_stones_in_both_kidneys_each_can_be_seen():
    pairs = 0
    for seed in range(120):
        phantom = make_case(seed, "腹部", ("肾结石",), size=192)
        if phantom.truth.findings[0].side == "双侧":
            columns = np.sort(np.argwhere(phantom.labels == Label.RENAL_STONE)[:, 1])
            parted = int(np.diff(columns).argmax()) + 1
            widths = [np.ptp(part) + 1 for part in (columns[:parted], columns[parted:])]
            assert min(widths) * phantom.spacing_mm >= 2.5, (seed, widths)
            pairs += 1
    assert pairs >= 5


def test_far_from_the_hilum_no_vessel_is_as_wide_as_a_nodule():
    looked = 0
    for seed in range(60):
        phantom = make_case(seed, "胸部", (), size=224)
        if phantom.truth.level not in ("主动脉弓", "肺门", "心脏") or not whole(phantom):
            continue
        bright = (phantom.labels == Label.LUNG) & (phantom.hu > -300)
        wide = int(6 / phantom.spacing_mm) | 1
        image = Image.fromarray(bright.astype(np.uint8) * 255).filter(ImageFilter.MinFilter(wide))
        columns = np.flatnonzero((phantom.labels > Label.TABLE).any(axis=0)).mean()
        away = np.abs(np.arange(224) - columns) * phantom.spacing_mm
        lungs = away[(phantom.labels == Label.LUNG).any(axis=0)].max()
        hilum = 0.35 * lungs
        assert not np.asarray(image)[:, away > hilum + clear_of_vessels(6)].any(), seed
        looked += 1
    assert looked >= 15


def test_livers_differ_in_their_fissures_and_what_rises_through_the_diaphragm_in_size():
    fat, domes = [], []
    for seed in range(140):
        belly = make_case(seed, "腹部", (), size=128)
        if belly.truth.level == "肝脾" and whole(belly):
            fat.append((belly.hu[belly.labels == Label.LIVER] < -20).mean())
        chest = make_case(seed, "胸部", (), size=96)
        if chest.truth.level == "膈顶" and whole(chest):
            liver, lung = ((chest.labels == one).sum() for one in (Label.LIVER, Label.LUNG))
            domes.append(liver / (liver + lung))
    assert min(fat) < 0.002 < 0.02 < max(fat)
    assert min(domes) < 0.08 < 0.2 < max(domes)


def test_behind_a_kidney_lies_fat_and_at_most_a_rim_of_the_liver():
    looked = 0
    for seed in range(90):
        belly = make_case(seed, "腹部", (), size=128)
        kidney = np.argwhere(belly.labels == Label.KIDNEY)
        if not len(kidney) or not whole(belly):
            continue
        # The patient's right lies on the left: of two kidneys, that beside the liver.
        right = kidney[kidney[:, 1] < np.flatnonzero(belly.labels.any(axis=0)).mean()]
        if len(right):
            column = int(np.median(right[:, 1]))
            behind = belly.labels[right[:, 0].max() + 1 :, column]
            assert (behind == Label.LIVER).sum() * belly.spacing_mm < 8, seed
            looked += 1
    assert looked >= 25


def test_emphysema_is_of_both_lungs():
    for seed in range(24):
        phantom = make_case(seed, "胸部", ("肺气肿",), size=96)
        assert [finding.side for finding in phantom.truth.findings] == ["双侧"]
        columns = np.argwhere(phantom.labels == Label.EMPHYSEMA)[:, 1]
        lung = np.argwhere(phantom.labels == Label.LUNG)[:, 1]
        assert (columns < lung.mean()).any()
        assert (columns > lung.mean()).any()
