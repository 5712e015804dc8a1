"""HU of healthy tissue, drawn once per case.

Ranges are those commonly tabulated at 120 kVp (Hofer, CT Teaching Manual;
Kalender, Computed Tomography; Lev and Gonzalez for grey and white matter):
fat -120...-80, muscle 40...65, unenhanced blood 35...50, liver 50...68, spleen
42...55, kidney 28...40, grey matter 35...42, white matter 24...31, CSF 0...12,
inflated lung -850...-700 and down to -890 in deep inspiration, contrast medium in vessels
150...400, cancellous bone 150...400, cortical bone 700...1500.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tissues:
    """Mean HU of each tissue of one person."""

    fat: float
    muscle: float
    cortical: float
    cancellous: float
    grey: float
    white: float
    csf: float
    lung: float
    blood: float
    aorta: float
    vein: float
    heart: float
    liver: float
    spleen: float
    kidney: float
    medulla: float
    pancreas: float
    bowel_wall: float
    bile: float
    urine: float


def draw_tissues(rng: np.random.Generator, *, enhanced: bool) -> Tissues:
    """The tissues of a person, ``enhanced`` by contrast medium in a random phase."""
    u = rng.uniform
    blood = u(36, 48)
    boost = u(0.85, 1.15) if enhanced else 0.0
    arterial = u(0, 1)
    return Tissues(
        fat=u(-115, -90),
        muscle=u(45, 62) + 8 * boost,
        cortical=u(750, 1300),
        cancellous=u(150, 350),
        grey=u(35.5, 40.5) + 3 * boost,
        white=u(25.5, 30.5) + 2 * boost,
        csf=u(2, 10),
        lung=u(-885, -735),
        blood=blood,
        aorta=blood + boost * (135 + 170 * arterial),
        vein=blood + boost * (135 + 25 * arterial),
        heart=blood + boost * (100 + 110 * arterial),
        liver=u(50, 66) + boost * (50 - 25 * arterial),
        spleen=u(43, 54) + boost * (65 + 20 * arterial),
        kidney=u(29, 38) + boost * (130 + 30 * arterial),
        medulla=u(27, 33) + boost * (110 - 70 * arterial),
        pancreas=u(38, 50) + boost * (45 + 15 * arterial),
        bowel_wall=u(35, 48) + boost * 45,
        bile=u(2, 14),
        urine=u(0, 10),
    )
