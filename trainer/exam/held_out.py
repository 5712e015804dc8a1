"""The questions where real pictures trained the model: those that were held out from training.

What such a picture shows is known from the text that came with it, no better: findings are read
out of it as out of an answer. A text that states neither a finding nor that all is normal, or
no region of the body, tells too little and is not asked about; nor is one in English, nor a
dialogue, whose first answer may be about a part of the picture only.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import AssistantError
from assistant.report.findings import extract
from assistant.report.region import NOT_CT, UNSURE, region_of
from trainer.data.corpus.captions import is_chinese
from trainer.data.prepared import HELD_OUT, read_rows, rendered
from trainer.exam.paper import Case
from trainer.metrics.verdict import Known

_NORMAL = re.compile(
    r"(?:未见|未发现|没有|无)(?:任何|明显|明确)*的?(?:异常|病变)|(?<!不)(?<!非)正常"
)
_CLAUSE = re.compile(r"[，。；：！？、,;:!?\s]+")
_SOUND = re.compile(
    r"未见|未发现|未提示|没有|不见|无(?!法)|(?<!不)(?<!非)正常|(?<!不)(?:清晰|清楚|居中|通畅|光整|光滑|对称|完整|均匀|"
    r"自然|锐利)|阴性|^(?:建议|请)|复查|随访|随诊|结合临床|^(?:检查|影像|放射学?)?(?:所见|表现|描述)$|^(?:诊断|影像学?|检查)?(?:意见|印象|结论|诊断|提示|建议)$|"
    r"^[^余]{0,8}(?:CT|平扫|增强|扫描|图像|检查)(?:图像|检查|扫描|所见|示|平扫|增强)*$|^(?:气管|双肺|两肺|心脏|肝脏?|胆囊?|胰腺?|脾脏?|双肾|脑室|脑沟)$"
)
"""What a clause of a text that finds nothing may be: a heading, a denial, a sound organ, advice."""


def draw_held_out(data: Path, most: int) -> tuple[Case, ...]:
    """Pictures of ``mllm_med_test``, then of ``mllm_med_validation``, each once.

    Args:
        data: folder of prepared data.
        most: as many cases as wanted.

    Raises:
        AssistantError: TRN-603 when no text tells enough.
    """
    cases: dict[str, Case] = {}
    for case in _cases(data):
        cases.setdefault(case.picture.sha256, case)
        if len(cases) == most:
            break
    if not cases:
        raise AssistantError(
            "TRN-603",
            "留出的数据里没有一条能作考题：要有一幅图、一段写明部位与征象（或写明正常）的中文。",
            next_step="请在 prepare 的配置中写 language: zh 与 translate，或加大 split.test；"
            "也可以改写 evaluate.questions: phantoms。",
        )
    return tuple(cases.values())


def known_from(text: str) -> Known | None:
    """What a reference says of its picture; None when that is too little.

    >>> known_from("胸部CT：右侧胸腔积液。").findings[0].side
    '右'
    """
    region = region_of(text)
    if not is_chinese(text) or region in (UNSURE, NOT_CT):
        return None
    findings = tuple(finding for finding in extract(text) if finding.status != "无")
    return Known(region, findings) if findings or _all_is_normal(text) else None


def _all_is_normal(text: str) -> bool:
    """Not one organ alone, nor the rest beside something that no finding was read from."""
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    sound = all(_SOUND.search(one) and not re.search("其?余(?!韵)", one) for one in clauses)
    return sound and _NORMAL.search(text) is not None


def _cases(data: Path) -> Iterator[Case]:
    for row in read_rows(data, *HELD_OUT):
        if len(row.pictures) == 1 and len(row.answers) == 1:
            known = known_from(row.answers[0])
            if known is not None:
                contrasts = (None,) * len(known.findings)
                yield Case(known, rendered(row.pictures[0]), contrasts, row.answers[0])
