"""Captions: cleaning, which language they are in, how long, and of which region they speak."""

import re
import unicodedata
from collections import Counter

from assistant.report.region import UNSURE, region_of

_SPECIAL = re.compile(r"<\|[^|<>]{1,40}\|>|<(?:image|video|audio)>", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9.'’/%-]*")
_REGIONS: tuple[tuple[str, str], ...] = (
    ("头颅", r"brain|head\b|skull|crani|cerebr|cerebell|intracran|basal ganglia|"
            r"sinus(?:es)?\b|orbit"),
    ("颈部", r"neck\b|thyroid|larynx|laryn|pharyn|cervical lymph"),
    ("胸部", r"chest|thora|lung|pulmon|pleura|mediastin|bronch|trachea|heart|cardiac|pericard|"
            r"aortic arch"),
    ("腹部", r"abdom|liver|hepat|kidney|renal|spleen|splen|pancrea|gallbladder|bowel|colon|stomach|"
            r"adrenal|mesent|biliary"),
    ("盆腔", r"pelvi|bladder|prostat|uter(?:us|ine)|rect(?:um|al)|ovar|femoral head|sacr"),
    ("脊柱", r"spine|spinal|vertebra|lumbar|intervertebral"),
)  # fmt: skip
_REGION_WORD = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _REGIONS) + ")", re.I
)


def clean(text: str) -> str:
    """Without control and template characters, white space single, in NFC.

    >>> clean("<image> A  CT\\u200b scan<|im_end|>")
    'A CT scan'
    """
    text = _SPECIAL.sub(" ", _CONTROL.sub(" ", unicodedata.normalize("NFC", text)))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def is_chinese(text: str) -> bool:
    """More Chinese characters than Latin words."""
    return len(_CHINESE.findall(text)) > len(_WORD.findall(text))


def length(text: str) -> int:
    """Characters of a Chinese text, words of any other."""
    return len(_CHINESE.findall(text)) if is_chinese(text) else len(_WORD.findall(text))


def region(text: str) -> str:
    """One of ``assistant.report.lexicon.REGIONS``, for Chinese and English text.

    >>> region("A CT scan of the chest shows a nodule in the left lung.")
    '胸部'
    """
    if is_chinese(text):
        return region_of(text)
    # The first sentence names the examination; it weighs as much as all organs after it.
    opening = len(text.split(".", 1)[0])
    votes = Counter(dict.fromkeys((name for name, _ in _REGIONS), 0))
    for word in _REGION_WORD.finditer(text):
        votes[str(word.lastgroup)] += 4 if word.start() < opening else 1
    name, count = votes.most_common(1)[0]
    return name if count else UNSURE
