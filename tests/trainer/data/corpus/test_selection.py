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


def test_pictures_that_no_scanner_makes_are_told_apart() -> None:
    grey = Maker().slice()
    assert unlike_ct(grey, 0.0) == ""
    assert "彩色" in unlike_ct(grey, 0.3)
    assert "亮背景" in unlike_ct(ImageOps.invert(grey), 0.0)
    assert "狭长" in unlike_ct(grey.resize((600, 100)), 0.0)
    assert not is_blank(grey)
    assert is_blank(Image.new("L", (64, 64), 7))
