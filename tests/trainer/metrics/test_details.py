from assistant.report.finding import Finding
from trainer.metrics.details import detail, grade
from trainer.metrics.share import Share
from trainer.metrics.verdict import Known

EFFUSION = Known("胸部", (Finding("胸腔积液", "", "右", "有", 15.0),))
BLEED = Known("头颅", (Finding("脑出血", "丘脑", "左", "有", 30.0),))
NORMAL = Known("胸部")
SAYS_RIGHT = "检查所见：胸部CT：右侧胸腔见积液，厚约16mm。\n诊断意见：右侧胸腔积液。"
SAYS_LEFT = "检查所见：胸部CT：左侧胸腔见积液，厚约16mm。\n诊断意见：左侧胸腔积液。"
DENIES = "检查所见：颅脑CT：脑实质未见出血，左侧额部见硬膜下血肿。\n诊断意见：左侧硬膜下血肿。"
INVENTS = "检查所见：胸部CT：右侧气胸，左侧气胸，右肺上叶结节。"


def answers():
    return [
        grade(EFFUSION, (25.0,), SAYS_RIGHT),
        grade(EFFUSION, (90.0,), SAYS_LEFT),
        grade(BLEED, (10.0,), DENIES),
        grade(NORMAL, (), INVENTS),
    ]


def test_tuples_inventions_and_denials() -> None:
    found = detail(answers())
    assert found.sides.recall.value == 1 / 3
    assert found.sides.precision.value == 1 / 6  # 1 of 右, 左, 硬膜下, 气胸左右, 结节
    assert found.exact.f1.value == 2 / 9
    assert found.wrong_side == Share(1, 2)
    assert found.invented.value == 3 / 4  # 硬膜下血肿, 气胸, 肺结节; the wrong side is no invention
    assert found.denied == Share(1, 3)


def test_bins_count_what_was_found_on_the_right_side() -> None:
    found = detail(answers())
    assert dict(found.sizes) == {"10–20 mm": Share(1, 2), "20–40 mm": Share(0, 1)}
    assert dict(found.contrasts) == {
        "< 20 灰阶": Share(0, 1),
        "20–40 灰阶": Share(1, 1),
        "≥ 80 灰阶": Share(0, 1),
    }
    assert dict(found.regions) == {"头颅": Share(0, 1), "胸部": Share(1, 3)}


def test_a_midline_shift_has_no_contrast_and_is_left_out_of_its_bins() -> None:
    shift = Known("头颅", (Finding("中线移位", "", "右", "有", 5.0),))
    found = detail([grade(shift, (None,), "头颅CT：中线结构向右移位约5mm。")])
    assert found.contrasts == ()
    assert dict(found.sizes) == {"< 10 mm": Share(1, 1)}
    assert found.exact.f1.value == 1


def test_by_sign() -> None:
    rows = {row.sign: row for row in detail(answers()).signs}
    effusion = rows["胸腔积液"]
    assert (effusion.known, effusion.hits, effusion.extra, effusion.wrong_side) == (2, 1, 0, 1)
    assert effusion.agreement.f1.value == 0.5
    assert rows["气胸"].extra == 2
    assert rows["脑出血"].agreement.recall.value == 0


def test_a_denial_that_the_impression_takes_back_is_none() -> None:
    text = "检查所见：未见出血。\n诊断意见：左侧丘脑出血。"
    assert grade(BLEED, (10.0,), text).denied == frozenset()
