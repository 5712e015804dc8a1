from assistant.report.finding import Finding
from trainer.metrics.page import table
from trainer.metrics.share import Share
from trainer.metrics.summary import summarize
from trainer.metrics.verdict import Known

NODULE = Known("胸部", (Finding("肺结节", "肺上叶", "右", "有", 8.0),))
BLEED = Known("头颅", (Finding("脑出血", "基底节区", "左", "有", 30.0),))
NORMAL = Known("胸部")
SAYS_NODULE = "检查所见：胸部CT：右肺上叶见结节影，大小约10mm。\n诊断意见：右肺上叶结节。"
SAYS_LEFT = "检查所见：胸部CT：左肺上叶见结节影，大小约20mm。\n诊断意见：左肺上叶结节。"
SAYS_NORMAL = "检查所见：胸部CT平扫：未见异常。\n诊断意见：胸部CT未见明显异常。"
SAYS_BLEED = "检查所见：颅脑CT：左侧基底节区见出血，大小约31mm。\n诊断意见：左侧基底节区脑出血。"
NO_CT = "此图并非CT图像，无法据此诊断。"


def test_shares_and_controls() -> None:
    known = [NODULE, NODULE, NORMAL, BLEED]
    answers = [SAYS_NODULE, SAYS_LEFT, SAYS_NORMAL, SAYS_BLEED]
    summary = summarize(known, answers, SAYS_NORMAL, [NO_CT, SAYS_NORMAL])
    assert summary.right == Share(3, 4)
    assert summary.region == Share(4, 4)
    assert summary.normal == Share(1, 1)
    assert summary.urgent == Share(1, 1)
    assert summary.size == Share(2, 3)
    assert summary.majority == Share(2, 4)
    assert summary.blank == Share(1, 4)
    assert summary.shuffled == Share(0, 4)
    assert summary.not_ct == Share(1, 2)
    nodule = next(score for score in summary.signs if score.sign == "肺结节")
    assert (nodule.present, nodule.found, nodule.extra, nodule.wrong_side) == (2, 2, 0, 1)
    page = table(summary)
    assert "75.0%" in page
    assert "| 肺结节 | 2 | 2 | 0 | 1 | 1.00 |" in page


def test_silence_and_unreadable_words_call_nothing_normal() -> None:
    known = [NORMAL] * 4
    answers = ["", "A large left pneumothorax.", NO_CT, SAYS_NORMAL]
    assert summarize(known, answers, "", []).normal == Share(1, 4)


def test_neighbouring_slices_are_mixed_before_their_answers_are_swapped() -> None:
    known = [NODULE] * 20 + [BLEED] * 20  # two studies, slice by slice
    answers = [SAYS_NODULE] * 20 + [SAYS_BLEED] * 20
    shuffled = summarize(known, answers, "", []).shuffled
    assert shuffled.of == 40
    assert shuffled.hits < 32
    assert summarize([NODULE], [SAYS_NODULE], "", []).shuffled == Share(0, 0)
