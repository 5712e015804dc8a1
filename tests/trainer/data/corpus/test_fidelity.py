from pathlib import Path

import pytest

from trainer.data.corpus.fidelity import check
from trainer.data.corpus.terminology import load_terminology

TABLE = load_terminology()
FAITHFUL = [
    (
        "The image is a CT scan of the chest showing a 12 mm nodule in the left upper lobe, "
        "with no pleural effusion.",
        "这是一张胸部 CT 图像，左肺上叶可见一枚 12 mm 结节，未见胸腔积液。",
    ),
    ("No pneumothorax, pleural effusion, or consolidation is seen.", "未见气胸、胸腔积液及实变。"),
    (
        "There is a hyperdense area in the right basal ganglia measuring 3.5 cm, "
        "without midline shift.",
        "右侧基底节区可见一 3.5 cm 的高密度影，中线无移位。",
    ),
    (
        "Bilateral pleural effusions are present; there is no pneumothorax.",
        "双侧胸腔积液；未见气胸。",
    ),
    (
        "The left and right kidneys appear normal. No stone is identified.",
        "双肾形态正常。未见结石。",
    ),
    (
        "A lesion occupies 5.2% of the image in the lower left area. "
        "It may not be related to the liver.",
        "病灶位于图像左下区域，占 5.2%。它可能与肝脏无关。",
    ),
    (
        "A non-contrast axial CT of the head shows two hypodense lesions.",
        "头部 CT 平扫轴位图像显示 2 处低密度病灶。",
    ),
    ("There are 2 cysts in the liver.", "肝内可见两个囊肿。"),
    (
        "The heart is enlarged. There is no evidence of effusion, but a small nodule is seen "
        "in the right lung.",
        "心脏增大。未见积液，但右肺可见小结节。",
    ),
    ("An abscess cannot be excluded.", "不能除外脓肿。"),
    ("A 2 cm cyst is seen in the liver.", "肝内可见一 20mm 囊肿。"),
    ("A 12-mm nodule is seen in the lung.", "肺内可见一枚 1.2 厘米的结节。"),
    ("A two-centimeter cyst is seen in the liver.", "肝内可见一枚 2 cm 囊肿。"),
    ("A cyst of 2 centimetres is seen in the liver.", "肝内可见两厘米大小的囊肿。"),
    ("A mass measuring 3.5 x 2 cm is seen in the lung.", "肺内可见一 35 mm×20 mm 的肿块。"),
    ("Nodules of 3 to 5 mm are seen in the lung.", "肺内可见 3～5 毫米的结节。"),
    ("Nodules of 5 mm and 8 mm are seen in the lung.", "肺内可见 5 和 8 mm 的结节。"),
]
UNFAITHFUL = [
    (
        "number",
        "A 25 mm mass is in the left upper lobe and a 6 mm nodule in the right lower lobe.",
        "左肺上叶见 6 毫米肿块，右肺下叶见 25 毫米结节。",
    ),
    ("number", "There are two nodules in the lung.", "肺内可见五枚结节。"),
    ("number", "There are three masses in the liver.", "肝内可见一枚肿块。"),
    ("negation", "No pneumothorax is seen.", "可见气胸。"),
    ("negation", "A pneumothorax is seen on the left.", "左侧未见气胸。"),
    (
        "negation",
        "There is no pneumothorax, but a pleural effusion is present.",
        "未见胸腔积液，但可见气胸。",
    ),
    (
        "negation",
        "The liver is normal. No cyst is seen. The spleen is enlarged.",
        "肝脏正常。可见囊肿。脾脏无增大。",
    ),
    ("side", "A nodule in the left upper lobe of the lung.", "右肺上叶结节。"),
    ("side", "Left nodule and right pleural effusion.", "右侧结节和左侧胸腔积液。"),
    ("side", "A nodule in the left upper lobe.", "肺上叶可见结节影。"),
    ("side", "Bilateral pleural effusions are seen.", "左侧胸腔积液。"),
    ("number", "A 12 mm nodule is present in the lung.", "肺内可见一枚 21 mm 的结节。"),
    ("number", "A nodule of 1.5 cm is present in the lung.", "肺内可见结节影，大小待定。"),
    ("number", "A nodule is present in the lung.", "肺内可见 8 mm 结节。"),
    ("number", "A 2 cm nodule is present in the lung.", "肺内可见 2mm 结节。"),
    ("number", "A 2 mm nodule is present in the lung.", "肺内可见 2 厘米结节。"),
    ("number", "A 2 cm nodule is present in the lung.", "肺内可见 2 枚结节。"),
    ("number", "A 3 x 2 cm mass is present in the lung.", "肺内可见 3×2 mm 肿块。"),
    ("number", "A two centimeter cyst is seen in the liver.", "肝内可见 2 毫米囊肿。"),
    ("number", "A 2 cm cyst is seen in the liver.", "肝内可见两毫米囊肿。"),
    ("language", "A nodule is present.", "A nodule is present."),
    ("language", "A nodule is present in the lung of this patient.", "结节"),
]
# Of two findings one is there and one is not, or each is on a side of its own.
PAIRS = [
    line.split("\t")
    for line in Path(__file__).with_name("translations.tsv").read_text("utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(
    ("english", "chinese"), [*FAITHFUL, *(pair[1:] for pair in PAIRS if not pair[0])]
)
def test_a_faithful_translation_passes(english: str, chinese: str) -> None:
    assert check(english, chinese, TABLE) == ()


@pytest.mark.parametrize(
    ("kind", "english", "chinese"), [*UNFAITHFUL, *(pair for pair in PAIRS if pair[0])]
)
def test_what_was_lost_or_moved_is_named(kind: str, english: str, chinese: str) -> None:
    faults = check(english, chinese, TABLE)
    assert faults
    assert faults[0].kind == kind
    assert faults[0].detail
