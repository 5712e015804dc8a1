"""Whether a row is CT: by what its caption says and by what its picture looks like."""

import re
from dataclasses import dataclass

from PIL import Image

_MODALITIES: tuple[tuple[str, str], ...] = (
    ("核医学", r"\bPET[ /-]?CT\b|\bSPECT(?:[ /-]?CT)?\b|\bPET\b|scintigra|正电子|骨显像|核素"),
    ("CT", r"\b(?:HR|LD|NC|CE|MD|CB|DE|QC|CC)?CTA?\b|\bCTPA\b|\bCTU\b|"
           r"\bcomput(?:ed|er|erized) (?:axial )?tomogra|\bCAT scan|\bHounsfield|"
           r"计算机断层|电子计算机.{0,3}断层|(?<![磁光])断层扫描"),
    ("磁共振", r"\bMRI\b|magnetic[- ]resonance|\bMR (?:image|imaging|scan|sequence)|"
             r"\bT[12][- ]?w(?:eighted)?\b|\bFLAIR\b|\bDWI\b|diffusion[- ]weighted|"
             r"\bMRA\b|\bMRCP\b|磁共振|核磁"),
    ("X 线", r"\bX[- ]?rays?\b|\bradiographs?\b|radiographic (?:image|film|view)|plain film|"
            r"\bmammogra|X\s?线|X\s?光|平片|胸片|钼靶"),
    ("病理", r"histolog|histopatholog|patholog(?:y|ical|ic) (?:slide|image|section|specimen)|"
            r"\bH\s?&\s?E\b|h(?:a)?ematoxylin|microscop|micrograph|cytolog|immunohisto|"
            r"whole[- ]slide|病理切片|组织切片|染色|显微镜|镜下"),
    ("超声", r"ultraso|sonogra|echocardiogra|\bDoppler\b|超声|彩超|B超"),
    ("内镜", r"endoscop|colonoscop|gastroscop|laparoscop|bronchoscop|内镜|胃镜|肠镜|腹腔镜"),
    ("眼科", r"\bfundus (?:image|photo)|\bretinal (?:image|photo|fundus)|optical coherence|"
            r"(?-i:\bOCT\b)|眼底"),
    ("体表照片", r"dermoscop|dermatoscop|clinical photograph|skin photograph|皮肤镜|体表照片"),
)  # fmt: skip
# ASCII: a Chinese character beside "CT" ends the word.
_NAMED = re.compile(
    "|".join(f"(?P<m{n}>{words})" for n, (_, words) in enumerate(_MODALITIES)), re.I | re.A
)
# A comparison or a denial names a modality that this picture is not.
_DENIED = re.compile(
    r"(?:\bnot|\bnon|\bunlike|\brather than|\binstead of|并非|不是|非)[\s-]*(?:an?|the)?[\s-]*$",
    re.I,
)
# What is recommended, was done before or is compared with is not this picture.
_CLAUSE = re.compile(r"[,，。;；!！?？\n]|\.(?!\d)")
_ASIDE = re.compile(
    r"建议|进一步|必要时|复查|随访|结合|前次|上次|既往|原片|对照|术"
    r"|recommend|suggest|advis|further|correlat|compar|prior\b|previous|post-?operative",
    re.I,
)
_ASIDE_AFTER = re.compile(r"\b(?:is|are|was|be) (?:recommended|advised|suggested)|^引导")
_COMPARED = re.compile(r"[与较同和][^与较同和]*\0.{0,6}(?:比|对照)")
_SCOPE = re.compile(r"腹腔镜|laparoscop", re.I)
_OPERATION = re.compile(r"(?:(?<=镜)下?|(?<=镜下)).{0,12}?(?:术|切除|修补)")

COLOUR_MOST = 0.02
"""Share of coloured pixels above which a picture is no CT; a coloured rim of text stays below."""
_BRIGHT_EDGE = 215
_FLAT = 12


@dataclass(frozen=True)
class Stated:
    """The modality that a caption names first: "" where it names none; ``words`` as written."""

    modality: str = ""
    words: str = ""

    @property
    def is_ct(self) -> bool:
        """It says CT."""
        return self.modality == "CT"

    @property
    def is_other(self) -> bool:
        """It says something else."""
        return self.modality not in ("", "CT")


def stated_modality(text: str, *, vouched: bool = False) -> Stated:
    """What the caption says the picture is: the first modality named and not denied.

    Args:
        text: the caption.
        vouched: the owner says that it is CT; then what is recommended, compared with or done
            in an operation does not count.

    >>> stated_modality("The image is a CT scan; MRI is recommended.").modality
    'CT'
    >>> stated_modality("An axial T2-weighted image of the brain, not a CT scan.").modality
    '磁共振'
    """
    for match in _NAMED.finditer(text):
        if _DENIED.search(text, 0, match.start()) or (vouched and _is_aside(match)):
            continue
        number = int(str(match.lastgroup)[1:])
        return Stated(_MODALITIES[number][0], match[0])
    return Stated()


def _is_aside(match: re.Match[str]) -> bool:
    text = match.string
    before = _CLAUSE.split(text[: match.start()])[-1]
    after = _CLAUSE.split(text[match.end() :], maxsplit=1)[0]
    clause = before + match[0] + after
    return bool(
        _ASIDE.search(before)
        or _ASIDE_AFTER.search(after)
        or _COMPARED.search(f"{before}\0{after}")
        or _SCOPE.match(match[0])
        or _OPERATION.match(clause, len(before + match[0]))
    )


def unlike_ct(grey: Image.Image, coloured: float) -> str:
    """Why a picture cannot be a CT slice, in Chinese; "" where nothing speaks against it.

    Args:
        grey: mode L; may be reduced.
        coloured: share of coloured pixels of the whole picture, 0 to 1.
    """
    if coloured > COLOUR_MOST:
        return f"彩色像素占 {coloured:.0%}"
    if max(grey.size) > 4 * min(grey.size):
        return "画面过于狭长"
    small = grey.resize((32, 32), Image.Resampling.BOX)
    edge = sorted(
        value
        for box in ((0, 0, 32, 1), (0, 31, 32, 32), (0, 0, 1, 32), (31, 0, 32, 32))
        for value in small.crop(box).tobytes()
    )
    if edge[len(edge) // 2] > _BRIGHT_EDGE:
        return "四周为亮背景，不是 CT 的黑色空气"
    return ""


def is_blank(grey: Image.Image) -> bool:
    """Nothing is on it."""
    low, high = grey.getextrema()
    return bool(high - low < _FLAT)  # type: ignore[operator]
