import re
from itertools import product

import numpy as np
import pytest

from assistant.report.finding import Finding
from assistant.report.findings import extract
from assistant.report.lexicon import SIGNS
from assistant.report.region import region_of
from trainer.data import colloquial, dialogue, phrases, questions
from trainer.data.followups import Shown, family
from trainer.data.phantom.labels import TIER_TWO
from trainer.data.phantom.truth import Observation, Truth
from trainer.data.statements import extent_of, name_and_place, place_in_words
from trainer.metrics.yesno import polarity

DEFAULT = "请使用中文描述下这个图像并给出你的诊断结果"
RNG = np.random.default_rng(0)
BLEED = Truth(
    "头颅",
    "基底节",
    False,
    (
        Observation(Finding("脑出血", "基底节区", "左", size_mm=40.4), 66.0, ("水肿",)),
        Observation(Finding("中线移位", "", "右", size_mm=8.0), float("nan")),
    ),
)
CLEAR = Truth("胸部", "肺门")
FURTHER = Truth(
    "腹部",
    "双肾",
    False,
    (
        Observation(Finding("主动脉瘤", size_mm=61.7), 44.0, ("附壁血栓",)),
        Observation(Finding("肾积水", "", "左", size_mm=22.0), 6.0, ("中度",)),
        Observation(Finding("肠梗阻", size_mm=40.4), 10.0),
    ),
)


def many(truth: Truth, count: int = 250, hidden: tuple[str, ...] = (), signs=None):
    for seed in range(count):
        rng = np.random.default_rng(seed)
        yield from dialogue.converse(truth, rng, DEFAULT, hidden=hidden, signs=signs)


def test_the_default_question_is_asked_often_and_answered_with_a_report():
    asked = [answer for question, answer in many(BLEED) if question == DEFAULT]
    assert len(asked) > 60
    assert all("所见：" in answer and "诊断意见：" in answer for answer in asked)


def test_a_question_of_presence_is_answered_by_the_truth():
    present = {"脑出血", "中线移位"}
    for question, answer in many(BLEED):
        match = re.fullmatch(r"(?:有没有|是否存在|能看到|有)(.+?)(?:吗)?？", question)
        if match and match[1] in phrases.SIGNS:
            assert answer.startswith("有。") == (match[1] in present), (question, answer)
            assert polarity(question, answer) is (match[1] in present), (question, answer)
            stated = {f.sign for f in extract(answer) if f.status == "有"}
            assert (match[1] in stated) == (match[1] in present), (question, answer)


@pytest.mark.parametrize("truth", [BLEED, CLEAR, FURTHER])
def test_no_answer_contradicts_the_truth(truth):
    known = {finding.sign: finding for finding in truth.findings}
    for question, answer in many(truth, signs=TIER_TWO):
        for finding in extract(answer):
            if finding.status == "无":
                assert finding.sign not in known, (question, answer)
            else:
                assert finding.sign in known, (question, answer)
                assert finding.side in ("", known[finding.sign].side), (question, answer)
                if finding.size_mm is not None:
                    size = known[finding.sign].size_mm
                    assert finding.size_mm == pytest.approx(size, abs=0.5), (question, answer)


def test_is_it_is_answered_with_is():
    asked = [turn for turn in many(BLEED, 1000) if "是不是" in turn[0] or "会不会是" in turn[0]]
    asked = [turn for turn in asked if turn[1] not in questions.NOT_TAUGHT]
    assert {answer[0] for _, answer in asked} == {"是", "不"}
    for question, answer in asked:
        name = re.split("是不是|会不会是", question)[1].removesuffix("？").removesuffix("了")
        meant = colloquial.WORDS["头颅"].get(name, (name,))
        there = bool({"脑出血", "中线移位"} & set(meant))
        assert answer.startswith("是。") is there, (question, answer)
        assert polarity(question, answer) is there, (question, answer)


def test_every_word_and_organ_means_signs_of_its_region():
    region = {sign.name: sign.region for sign in SIGNS}
    for words in (colloquial.WORDS, colloquial.ORGANS):
        for where, meant in words.items():
            for word, signs in meant.items():
                assert {region[sign] for sign in signs} == {where}, word
    assert {state.sign for state in colloquial.STATES} <= set(phrases.SIGNS)


def test_a_state_is_denied_in_its_own_words_or_told():
    told: dict[str, set[str]] = {}
    for truth in (BLEED, Truth("头颅", "基底节")):
        for question, answer in many(truth, 600):
            for state in colloquial.STATES:
                if question in state.asked:
                    told.setdefault(state.sign, set()).add(answer)
    assert told == {"中线移位": {"中线结构向右侧移位约8mm。", "中线居中。"}}


def test_of_two_signs_that_which_is_there_is_named_or_neither():
    asked = [turn for turn in many(BLEED, 900) if "还是" in turn[0] and "出血" in turn[0]]
    asked = [turn for turn in asked if "边还是" not in turn[0] and turn[0] not in questions.SIDE]
    both = [answer for question, answer in asked if "脑出血" in question]
    assert len(both) > 5
    assert all("左侧基底节区脑出血，约40mm" in answer for answer in both)
    none = [a for q, a in many(Truth("头颅", "基底节"), 900) if "脑出血还是脑梗死" in q]
    assert none
    assert set(none) == {"未见脑出血，未见脑梗死。"}


def test_what_was_never_taught_is_said_to_be_so():
    forms = (*questions.ORGAN, *questions.ORGAN_WRONG)
    untaught = {form.format(organ) for form in forms for organ in colloquial.UNTAUGHT}
    answers = {answer for question, answer in many(CLEAR, 900) if question in untaught}
    assert answers == set(questions.NOT_TAUGHT)


@pytest.mark.parametrize("truth", [BLEED, CLEAR, Truth("盆腔", "髋臼")])
def test_a_word_for_what_was_never_taught_is_neither_affirmed_nor_denied(truth):
    asked = [turn for turn in many(truth, 3000) if "骨折" in turn[0] or "胰腺炎" in turn[0]]
    assert len(asked) > 5
    assert {answer for _, answer in asked} == set(questions.NOT_TAUGHT)


def test_unknown_words_are_those_that_mean_nothing_taught_in_the_region():
    words = colloquial.unknown_words("腹部", ("胆囊结石", "腹水", "肾积水", "主动脉夹层"))
    assert {"出血", "骨折", "结节"} <= set(words)
    assert not {"结石", "积水", "夹层", "腹腔积液"} & set(words)


def test_what_has_happened_is_asked_as_with_a_verb():
    asked = [turn for turn in many(BLEED, 2000) if "出血了" in turn[0] and "颅" not in turn[0]]
    assert len(asked) > 3
    assert all(re.match("[是有]。左侧基底节区脑出血", answer) for _, answer in asked)


def test_a_complaint_before_the_question_changes_no_answer():
    asked = [turn for turn in many(BLEED, 900) if re.search("头痛，|外伤后，", turn[0])]
    assert len(asked) > 10
    for _, answer in asked:
        assert {f.sign for f in extract(answer) if f.status == "有"} <= {"脑出血", "中线移位"}
    assert set(questions.COMPLAINTS) == {"头颅", "胸部", "腹部", "盆腔"}


def test_why_is_answered_with_the_findings_alone():
    asked = [answer for question, answer in many(BLEED, 900) if question in questions.WHY]
    assert len(asked) > 5
    assert all(re.search(r"基底节区.*4(?:0mm|\.0cm)", answer) for answer in asked)
    assert not any("诊断意见" in answer for answer in asked)


def test_an_organ_is_described_by_what_lies_in_it():
    told: dict[str, set[str]] = {}
    for question, answer in many(FURTHER, 1500, signs=TIER_TWO):
        for form in (*questions.ORGAN, *questions.ORGAN_WRONG):
            for organ in ("肝脏", "肾脏", "胆囊"):
                if question == form.format(organ):
                    told.setdefault(organ, set()).add(answer.removeprefix("有异常，"))
    assert told == {
        "肝脏": {"所示层面肝脏未见明显异常。"},
        "胆囊": {"所示层面胆囊未见明显异常。"},
        "肾脏": {"左肾积水，肾盂前后径约22mm。"},
    }


def test_a_broader_word_asks_for_everything_that_it_means():
    stone = Observation(Finding("胆囊结石", size_mm=9.0), 300.0)
    stones = Truth("腹部", "胰腺胆囊", False, (stone,))
    kidneys = Truth("腹部", "双肾")
    there = {answer for question, answer in many(stones, 600) if "有结石吗" in question}
    assert len(there) == 1
    assert "胆囊结石" in there.pop()
    none = [answer for question, answer in many(kidneys, 1200) if "有结石吗" in question]
    assert none
    # Of a slice below the gallbladder nobody can say that there is no stone at all.
    assert all("所示层面未见结石" in answer for answer in none)
    hidden = [question for question, _ in many(CLEAR, 400, hidden=("肺结节",))]
    assert not any("结节" in question for question in hidden)


def test_what_a_level_does_not_show_is_denied_of_the_level_only():
    kidneys = Truth("腹部", "双肾")
    asked = [a for q, a in many(kidneys, 300) if "胆囊结石" in q and "还是" not in q]
    assert asked
    assert all("所示层面未见胆囊结石" in answer for answer in asked)


def test_nothing_is_asked_about_what_the_window_hides():
    asked = [question for question, _ in many(CLEAR, hidden=("气胸",))]
    assert not any("气胸" in question for question in asked)


def test_further_signs_are_asked_about_only_where_they_occur():
    usual = "".join(question for question, _ in many(CLEAR))
    taught = "".join(question for question, _ in many(CLEAR, signs=TIER_TWO))
    assert "肺气肿" not in usual
    assert "肺气肿" in taught
    assert "主动脉夹层" in taught


def test_further_signs_are_placed_and_measured():
    turns = list(many(FURTHER, signs=TIER_TWO))
    places = [answer for question, answer in turns if question in questions.SIDE]
    sizes = [answer for question, answer in turns if question in questions.SIZE]
    assert set(places) == {"主动脉瘤位于腹主动脉；肾积水位于左肾；肠梗阻位于小肠。"}
    assert set(sizes) == {
        "主动脉瘤，最大径约62mm；肾积水，肾盂前后径约22mm；肠梗阻，肠管最宽处约40mm。"
    }


@pytest.mark.parametrize(
    ("sign", "side", "traits", "place"),
    [
        ("硬膜下血肿", "双侧", (), "双侧均见硬膜下血肿"),
        ("胸腔积液", "双侧", ("少量",), "双侧均见胸腔积液"),
        ("肺气肿", "双侧", ("轻度",), "双肺均见肺气肿"),
        ("肾结石", "双侧", (), "双肾均见结石"),
        ("肾积水", "左", (), "肾积水位于左肾"),
        ("脑积水", "", ("轻度",), "脑积水为脑室系统改变"),
        ("脂肪肝", "", ("轻度",), "脂肪肝弥漫累及肝脏"),
        ("脾大", "", (), "脾脏弥漫性增大"),
        ("胆囊结石", "", (), "胆囊结石位于胆囊内"),
        ("游离气体", "", (), "游离气体位于前腹壁下"),
    ],
)
def test_places_are_said_as_of_the_sign(sign, side, traits, place):
    observation = Observation(Finding(sign, "", side), 0.0, traits)
    assert place_in_words(observation) == place
    stated = [(f.sign, f.side) for f in extract(place) if f.status == "有"]
    assert stated == [(sign, side)]


@pytest.mark.parametrize(
    ("sign", "traits", "extent"),
    [
        ("游离气体", (), "游离气体，为前腹壁下弧形积气，单层图像不以直径计量"),
        ("肺实变", ("支气管充气",), "肺实变，呈片状，单层图像不以直径计量"),
        ("脑梗死", (), "脑梗死，呈片状，单层图像不以直径计量"),
        ("气胸", ("压缩30%",), "气胸，肺压缩约30%"),
        ("腹水", ("少量",), "腹水，少量"),
    ],
)
def test_extents_are_said_as_of_the_sign(sign, traits, extent):
    assert extent_of(Observation(Finding(sign), 0.0, traits)) == extent
    assert [(f.sign, f.status) for f in extract(extent)] == [(sign, "有")]


def test_of_several_the_largest_is_measured():
    stones = Observation(Finding("胆囊结石", size_mm=7.0), 200.0, ("多发",))
    assert name_and_place(stones) == "胆囊多发结石，大者约7mm"
    assert extent_of(stones) == "胆囊结石大者约7mm"


def test_plain_words_name_no_other_sign():
    region = {sign.name: sign.region for sign in SIGNS}
    for one, other in product(phrases.SIGNS, repeat=2):
        if region[one] == region[other]:
            both = tuple(Observation(Finding(sign), 0.0) for sign in (one, other))
            answer = family(Shown(Truth(region[one], "", False, both), (), None), RNG)[1]
            assert {finding.sign for finding in extract(answer)} <= {one, other}, answer


def test_an_amount_is_said_where_nothing_is_measured():
    fluid = Observation(Finding("胸腔积液", "", "双侧"), 8.0, ("少量",))
    assert name_and_place(fluid) == "双侧胸腔积液，少量"
    air = Observation(Finding("气胸", "", "左"), -900.0, ("压缩30%",))
    assert name_and_place(air) == "左侧气胸，肺压缩约30%"


def test_a_suspicious_nodule_is_not_made_small_for_the_family():
    nodule = Observation(Finding("肺结节", "肺上叶", "右", size_mm=22.0), 40.0)
    answer = family(Shown(Truth("胸部", "肺门", False, (nodule,)), (), None), RNG)[1]
    assert "小结节" not in answer
    assert "进一步检查" in answer


def test_the_family_is_told_that_it_is_urgent():
    scene = Shown(BLEED, (), None)
    assert "立即" in family(scene, np.random.default_rng(0))[1]
    calm = Truth("腹部", "肝脾", False, (Observation(Finding("肝囊肿", "肝左叶"), 5.0),))
    assert "急" not in family(Shown(calm, (), None), np.random.default_rng(0))[1]


def test_english_is_asked_at_any_turn_and_answered_in_chinese():
    english = [(q, a) for q, a in many(BLEED, 500) if q.isascii()]
    assert len({question for question, _ in english} - set(questions.ENGLISH)) >= 10
    assert any(question in questions.ENGLISH for question, _ in english)
    assert not any(re.search("[a-z]{4}", answer) for _, answer in english)


def test_every_sign_can_be_asked_for_in_english():
    assert set(questions.SIGNS_IN_ENGLISH) == set(phrases.SIGNS)


def test_what_no_slice_answers_has_many_questions_and_more_than_one_answer():
    assert sum(len(group.asked) for group in questions.BEYOND) >= 12
    for group in questions.BEYOND:
        assert len(group.answers) in (2, 3)
        assert all(extract(answer) == () for answer in group.answers)


def test_whether_it_is_malignant_is_asked_of_lumps_only():
    assert not any("恶性" in question for question, _ in many(CLEAR, 500))
    lump = Truth("胸部", "肺门", False, (Observation(Finding("肺肿块", "肺上叶", "右"), 40.0),))
    assert any("恶性" in question for question, _ in many(lump, 900))


def test_urgent_is_said_of_urgent_findings_only():
    urgent = [answer for question, answer in many(BLEED) if question in questions.URGENT]
    calm = [answer for question, answer in many(CLEAR) if question in questions.URGENT]
    assert urgent
    assert calm
    assert all(answer.startswith("需要") for answer in urgent)
    assert all(answer.startswith("未见") for answer in calm)


def test_no_question_is_asked_twice_and_lengths_vary():
    lengths = set()
    for seed in range(120):
        turns = dialogue.converse(BLEED, np.random.default_rng(seed), DEFAULT)
        asked = [question for question, _ in turns]
        assert len(asked) == len(set(asked))
        lengths.add(len(turns))
    assert lengths == {1, 2, 3, 4, 5, 6}


def test_what_is_no_ct_is_refused_every_time():
    for seed in range(60):
        for _, answer in dialogue.refuse(np.random.default_rng(seed), DEFAULT):
            assert region_of(answer) == "非CT"
            assert extract(answer) == ()


def test_without_a_picture_one_is_asked_for_or_it_says_what_it_is():
    talks = [dialogue.without_picture(np.random.default_rng(seed), DEFAULT) for seed in range(80)]
    assert {len(turns) for turns in talks} == {1, 2}
    for turn in (0, -1):
        answers = {turns[turn][1] for turns in talks}
        assert any("演示模型" in answer for answer in answers)
        assert any("上传" in answer for answer in answers)


def test_every_sign_with_phrases_is_in_the_lexicon():
    assert set(phrases.SIGNS) <= {sign.name for sign in SIGNS}


def test_asked_again_after_a_word_about_the_patient_the_report_is_told_anew():
    complaints = questions.COMPLAINTS["头颅"]
    seen = 0
    for seed in range(400):
        turns = dialogue.converse(BLEED, np.random.default_rng(seed), DEFAULT)
        for question, answer in turns[1:]:
            if any(f"{complaint}，" in question for complaint in complaints):
                assert "所见：" in answer, question
                assert "诊断意见：" in answer, question
                seen += 1
    assert seen > 5
