import pytest
from PIL import Image, ImageOps

from tests.trainer.medtrinity_rows import Maker
from trainer.data.corpus.selection import is_blank, stated_modality, unlike_ct

STATED = [
    ("The image is a CT scan of the chest.", "CT"),
    ("A contrast-enhanced computed tomography slice; MRI is recommended.", "CT"),
    ("An axial HRCT image of the lungs.", "CT"),
    ("胸部CT图像示右肺结节。", "CT"),
    ("Not an MRI: a CT scan of the brain.", "CT"),
    ("A magnetic resonance image of the brain; compare with CT.", "磁共振"),
    ("An axial T2-weighted image of the brain, not a CT scan.", "磁共振"),
    ("颅脑MRI示左侧额叶病灶。", "磁共振"),
    ("A chest X-ray in frontal view.", "X 线"),
    ("Frontal chest radiograph.", "X 线"),
    ("A histopathological slide stained with H&E.", "病理"),
    ("An ultrasound image of the thyroid.", "超声"),
    ("A fused PET/CT image.", "核医学"),
    ("OCT of the macula.", "眼科"),
    ("An endoscopic view of the colon.", "内镜"),
    ("There is a nodule in the left lung.", ""),
    ("An active process in an octogenarian.", ""),
]


@pytest.mark.parametrize(("text", "modality"), STATED)
def test_the_first_modality_that_is_not_denied_counts(text: str, modality: str) -> None:
    assert stated_modality(text).modality == modality


@pytest.mark.parametrize(
    "text",
    [
        "左侧基底节区见团片状高密度影，考虑脑出血，建议进一步行MRI检查。",
        "肝右叶见低密度占位，建议增强磁共振进一步检查。",
        "胆囊缺如，腹腔镜下胆囊切除术后改变。",
        "右肺上叶缺如，胸腔镜下肺叶切除术后。",
        "右肺上叶见结节，与前次X线胸片比较增大。",
        "右肺结节，与2020年胸片对比增大。",
        "超声引导下穿刺术后改变。",
        "A mass in the liver. Further evaluation with MRI.",
        "A mass in the liver; MRI is recommended.",
    ],
)
def test_what_is_recommended_or_compared_with_does_not_count_where_ct_is_vouched_for(
    text: str,
) -> None:
    assert stated_modality(text, vouched=True).modality == ""
    assert stated_modality(text).is_other


@pytest.mark.parametrize(
    "text",
    [
        "胸部X线片示右肺上叶结节。",
        "MRI T2WI示左侧额叶高信号，建议CT检查。",
        "建议手术，MRI示左侧额叶高信号。",
        "X线胸片与前次比较：右肺结节增大。",
        "胃镜示胃窦溃疡。",
        "An ultrasound image of the thyroid.",
    ],
)
def test_what_the_picture_is_counts_whoever_vouches(text: str) -> None:
    assert stated_modality(text, vouched=True).is_other


def test_pictures_that_no_scanner_makes_are_told_apart() -> None:
    grey = Maker().slice()
    assert unlike_ct(grey, 0.0) == ""
    assert "彩色" in unlike_ct(grey, 0.3)
    assert "亮背景" in unlike_ct(ImageOps.invert(grey), 0.0)
    assert "狭长" in unlike_ct(grey.resize((600, 100)), 0.0)
    assert not is_blank(grey)
    assert is_blank(Image.new("L", (64, 64), 7))
