"""How far a finding stands out of its surroundings in the picture that is shown."""

import numpy as np
from numpy.typing import NDArray

from assistant.imaging.slice import RenderedImage
from trainer.data.phantom.labels import SIGN_LABELS
from trainer.data.viewing import AGAINST, NEAR

LEAST_PIXELS = 12
"""With fewer pixels of healthy tissue nearby, that of the whole slice is taken."""


def contrast_of(picture: RenderedImage, labels: NDArray[np.uint8], sign: str) -> float | None:
    """Difference of median grey levels, 0 to 255, between a sign and the tissue it lies in.

    Args:
        picture: as shown, pixels uint8 (H, W, 3).
        labels: what every pixel is, uint8 (H, W).
        sign: canonical name; None is returned for one without pixels, a midline shift.
    """
    label = SIGN_LABELS.get(sign)
    if label is None or not (mask := labels == label).any():
        return None
    gray = picture.pixels[..., 0].astype(np.float32)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    healthy = np.isin(labels, AGAINST[sign])
    near = np.zeros_like(mask)
    near[
        max(rows[0] - NEAR, 0) : rows[-1] + NEAR + 1,
        max(columns[0] - NEAR, 0) : columns[-1] + NEAR + 1,
    ] = True
    around = healthy & near
    if around.sum() < LEAST_PIXELS:
        around = healthy
    if not around.any():
        return None
    return abs(float(np.median(gray[mask])) - float(np.median(gray[around])))
