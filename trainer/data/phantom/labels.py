"""What every pixel of a phantom is: frozen classes for dense supervision."""

from enum import IntEnum
from types import MappingProxyType


class Label(IntEnum):
    """Class of a pixel. The numbers are stored in files: append, never renumber."""

    AIR = 0
    TABLE = 1
    FAT = 2
    MUSCLE = 3
    BONE = 4
    BODY_GAS = 5
    GREY_MATTER = 6
    WHITE_MATTER = 7
    CSF = 8
    HINDBRAIN = 9
    EYE = 10
    LUNG = 11
    BLOOD_VESSEL = 12
    HEART = 13
    SOFT_TISSUE = 14
    LIVER = 15
    SPLEEN = 16
    KIDNEY = 17
    PANCREAS = 18
    BOWEL = 19
    GALLBLADDER = 20
    BLADDER = 21
    BRAIN_HAEMORRHAGE = 22
    OEDEMA = 23
    SUBDURAL_HAEMATOMA = 24
    EPIDURAL_HAEMATOMA = 25
    INFARCT = 26
    LUNG_NODULE = 27
    LUNG_MASS = 28
    CONSOLIDATION = 29
    PLEURAL_EFFUSION = 30
    PNEUMOTHORAX = 31
    LIVER_MASS = 32
    LIVER_CYST = 33
    GALLSTONE = 34
    RENAL_STONE = 35
    ASCITES = 36
    FREE_GAS = 37


SIGN_LABELS = MappingProxyType(
    {
        "脑出血": Label.BRAIN_HAEMORRHAGE,
        "硬膜下血肿": Label.SUBDURAL_HAEMATOMA,
        "硬膜外血肿": Label.EPIDURAL_HAEMATOMA,
        "脑梗死": Label.INFARCT,
        "肺结节": Label.LUNG_NODULE,
        "肺肿块": Label.LUNG_MASS,
        "肺实变": Label.CONSOLIDATION,
        "胸腔积液": Label.PLEURAL_EFFUSION,
        "气胸": Label.PNEUMOTHORAX,
        "肝占位": Label.LIVER_MASS,
        "肝囊肿": Label.LIVER_CYST,
        "胆囊结石": Label.GALLSTONE,
        "肾结石": Label.RENAL_STONE,
        "腹水": Label.ASCITES,
        "游离气体": Label.FREE_GAS,
    }
)
"""Canonical sign to the class of its pixels; a midline shift has no pixels of its own."""
