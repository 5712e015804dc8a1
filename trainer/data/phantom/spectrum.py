"""How large and how dense findings are, from the literature.

At least half of the focal lesions are no larger than 15 mm or no further than 30 HU from what
they lie in (:data:`FAINT_HU`; tests draw and count them). The bounds changed with the stages of
the embedded model, docs/training.md says when; each stage was examined with its own.

Sizes are the largest diameter on the slice, or the greatest thickness of an
extra-axial or pleural collection, in mm, drawn log-uniformly. HU is absolute
unless the name says relative. Sources for the ranges:

- intracerebral haemorrhage 50...85 HU and volumes of 2...80 ml (diameters of
  12...60 mm): Broderick et al., Stroke 1993; Hofer, CT Teaching Manual;
- subdural thickness 4...25 mm with surgery advised from 10 mm or 5 mm of shift:
  Bullock et al., Neurosurgery 2006; hyperacute to subacute 45...80 HU;
- epidural lenses of 8...38 mm, 55...85 HU: Bullock et al., Neurosurgery 2006;
- infarct 8...16 HU under the healthy parenchyma after 6...72 h: Lev, Radiology 1999;
- nodule up to and mass above 30 mm: Fleischner Society glossary, Hansell 2008;
- pleural effusion -5...22 HU: Abramowitz, AJR 2009;
- simple hepatic cyst -5...15 HU; solid lesions 12...40 HU under the liver: Hofer;
- gallstones 3...25 mm, 80...700 HU by calcium; renal stones 3...20 mm,
  250...1300 HU: Nakada, J Endourol 2000.

Signs that only the configs which name them show:

- subarachnoid blood 50...80 HU in cisterns and sulci: Fisher, Neurosurgery 1980; van Gijn
  and Rinkel, Brain 2001;
- hydrocephalus from an Evans index of 0.32, healthy up to 0.3: Evans, Arch Neurol
  Psychiatry 1942; Gyldensted, Neuroradiology 1977;
- skull fracture gaps of 1.6...4.5 mm, what is narrower is lost in a slice of 5 mm; fragments
  driven in by 3...9 mm, surgery advised beyond the thickness of the skull: Bullock et al.,
  Neurosurgery 2006;
- emphysema under -950 HU in holes of 3...14 mm, bullae from 10 mm: Müller, Chest 1988;
  Lynch (Fleischner Society), Radiology 2015;
- abdominal aortic aneurysm from 30 mm, repair advised from 55 mm: Wanhainen (ESVS), Eur J
  Vasc Endovasc Surg 2019; mural thrombus 25...45 HU;
- dissected aortas 38...52 mm wide with a flap of 1.5...3 mm: McMahon, Radiographics 2010;
- fatty liver by the ratio of its HU to the spleen's, mild up to 1.0, moderate to 0.7, severe
  to 0.5: guideline of the Chinese Society of Hepatology 2010; Kodama, AJR 2007;
- hydronephrosis from 12 mm of renal pelvis, front to back: Society for Fetal Urology
  grading as used in adults, Onen, Front Pediatr 2020;
- splenomegaly from 112 mm in the slice, healthy lengths reach about 100: Bezerra, AJR 2005;
- obstructed small bowel from 30 mm: Paulson and Thompson, Radiology 2015;
- metastases lytic (30...75 HU) or sclerotic (550...1100 HU), 10...45 mm: O'Sullivan, World J
  Radiol 2015; pelvic fracture gaps of 2...7 mm with a step of up to 8 mm: Khurana,
  Radiographics 2014.
"""

import math
from dataclasses import dataclass

import numpy as np

SMALL_MM, FAINT_HU = 15.0, 30.0


@dataclass(frozen=True)
class Range:
    """An interval; ``draw`` is uniform, ``draw_log`` uniform in the logarithm."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        """A value, every one as likely."""
        return float(rng.uniform(self.low, self.high))

    def draw_log(self, rng: np.random.Generator) -> float:
        """A value, small ones likelier; the interval must be positive."""
        return math.exp(rng.uniform(math.log(self.low), math.log(self.high)))


@dataclass(frozen=True)
class Spectrum:
    """Sizes in mm and densities in HU of every finding."""

    haemorrhage_mm: Range = Range(12, 60)
    haemorrhage_hu: Range = Range(56, 84)
    subdural_mm: Range = Range(6, 24)
    subdural_hu: Range = Range(50, 80)
    epidural_mm: Range = Range(9, 36)
    epidural_hu: Range = Range(56, 84)
    infarct_relative: Range = Range(-16, -9)
    shift_mm: Range = Range(5, 15)
    nodule_mm: Range = Range(6, 29)
    nodule_hu: Range = Range(-30, 70)
    mass_mm: Range = Range(34, 85)
    mass_hu: Range = Range(20, 60)
    consolidation_hu: Range = Range(15, 55)
    effusion_mm: Range = Range(18, 75)
    effusion_hu: Range = Range(0, 20)
    pneumothorax_mm: Range = Range(15, 60)
    liver_mass_mm: Range = Range(12, 90)
    liver_mass_relative: Range = Range(-36, -15)
    cyst_mm: Range = Range(9, 70)
    cyst_hu: Range = Range(-3, 14)
    gallstone_mm: Range = Range(5, 25)
    gallstone_hu: Range = Range(110, 600)
    renal_stone_mm: Range = Range(4, 20)
    renal_stone_hu: Range = Range(250, 1200)
    ascites_mm: Range = Range(12, 35)
    ascites_hu: Range = Range(0, 18)
    free_gas_mm: Range = Range(6, 30)
    subarachnoid_hu: Range = Range(56, 80)
    evans: Range = Range(0.33, 0.50)
    skull_gap_mm: Range = Range(1.6, 4.5)
    skull_depth_mm: Range = Range(3, 9)
    emphysema_mm: Range = Range(3, 14)
    emphysema_hu: Range = Range(-992, -955)
    dissection_mm: Range = Range(38, 52)
    flap_mm: Range = Range(1.5, 3)
    aneurysm_mm: Range = Range(34, 85)
    thrombus_hu: Range = Range(25, 45)
    fatty_ratio: Range = Range(0.15, 0.85)
    hydronephrosis_mm: Range = Range(12, 45)
    spleen_mm: Range = Range(112, 150)
    obstruction_mm: Range = Range(30, 55)
    lytic_hu: Range = Range(30, 75)
    sclerotic_hu: Range = Range(550, 1100)
    metastasis_mm: Range = Range(10, 45)
    pelvic_gap_mm: Range = Range(2, 7)
    pelvic_step_mm: Range = Range(0, 8)


FIRST_LIGHT = Spectrum()
"""The moderate difficulty of the first demonstration model."""
