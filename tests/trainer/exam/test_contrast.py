import numpy as np
import pytest

from assistant.imaging.slice import RenderedImage, SliceRef
from trainer.data.phantom.labels import Label
from trainer.exam.contrast import contrast_of


def shown(gray: np.ndarray) -> RenderedImage:
    return RenderedImage(np.repeat(gray[..., None], 3, axis=2), None, "", SliceRef(), "x")


@pytest.fixture
def labels() -> np.ndarray:
    labels = np.full((64, 64), Label.LUNG, np.uint8)
    labels[:, :8] = Label.BONE
    labels[20:30, 20:30] = Label.LUNG_NODULE
    return labels


def test_the_difference_to_the_tissue_around(labels: np.ndarray) -> None:
    gray = np.where(labels == Label.LUNG_NODULE, 140, 30).astype(np.uint8)
    gray[labels == Label.BONE] = 255
    assert contrast_of(shown(gray), labels, "肺结节") == 110


def test_only_what_is_near_counts(labels: np.ndarray) -> None:
    gray = np.where(labels == Label.LUNG_NODULE, 140, 30).astype(np.uint8)
    gray[46:] = 250
    assert contrast_of(shown(gray), labels, "肺结节") == 110


@pytest.mark.parametrize("sign", ["中线移位", "脑出血", "没有这个征象"])
def test_what_has_no_pixels_has_no_contrast(labels: np.ndarray, sign: str) -> None:
    assert contrast_of(shown(np.zeros((64, 64), np.uint8)), labels, sign) is None
