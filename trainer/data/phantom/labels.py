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
    SUBARACHNOID_HAEMORRHAGE = 38
    HYDROCEPHALUS = 39
    SKULL_FRACTURE = 40
    EMPHYSEMA = 41
    AORTIC_DISSECTION = 42
    AORTIC_ANEURYSM = 43
    FATTY_LIVER = 44
    HYDRONEPHROSIS = 45
    SPLENOMEGALY = 46
    BOWEL_OBSTRUCTION = 47
    BONE_METASTASIS = 48
    PELVIC_FRACTURE = 49


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
        "蛛网膜下腔出血": Label.SUBARACHNOID_HAEMORRHAGE,
        "脑积水": Label.HYDROCEPHALUS,
        "颅骨骨折": Label.SKULL_FRACTURE,
        "肺气肿": Label.EMPHYSEMA,
        "主动脉夹层": Label.AORTIC_DISSECTION,
        "主动脉瘤": Label.AORTIC_ANEURYSM,
        "脂肪肝": Label.FATTY_LIVER,
        "肾积水": Label.HYDRONEPHROSIS,
        "脾大": Label.SPLENOMEGALY,
        "肠梗阻": Label.BOWEL_OBSTRUCTION,
        "骨转移": Label.BONE_METASTASIS,
        "骨盆骨折": Label.PELVIC_FRACTURE,
    }
)
"""Canonical sign to the class of its pixels; a midline shift has no pixels of its own.

Of a fracture it is the gap, of a dissection the flap, of hydrocephalus the ventricles, of
fatty liver and splenomegaly the organ.
"""

TIER_ONE = (*tuple(SIGN_LABELS)[:15], "中线移位")
"""Signs that occur when a config names none."""

TIER_TWO = tuple(SIGN_LABELS)[15:]
"""Signs that occur only where a config names them."""
