"""Which region of the body a text speaks of, from its words alone."""

import re
from collections import Counter
from collections.abc import Mapping

from assistant.report.anatomy import ORGANS
from assistant.report.lexicon import SIGNS
from assistant.report.sections import normalize, split
from assistant.report.tokens import Token, tokenize

UNSURE = "不确定"
NOT_CT = "非CT"

_NOT_CT = re.compile(
    r"非\s*CT|(?:不是|并非|不属于|不像|不为)(?:一?[张幅]|标准|典型|真正|医学|的|\s)*CT"
    r"|(?:是|为)一?[张幅]?(?:普通|自然|风景|生活)?(?:照片|风景|截图|插图)|非医学(?:影像|图像)",
    re.I,
)
_OTHER_KIND = re.compile(
    r"(?:是|为)一?[张幅]?(?:普通)?(?:头颅|颅脑|[头颈胸腹盆]部|[颈胸腰]椎|乳腺|膝关节|四肢|[正侧]位)*的?"
    r"(?:X[线光](?:平片|片|摄影)|DR|胸片|MRI?|磁共振|超声|心电图)",
    re.I,
)
_OF_PICTURE = re.compile(
    r"[这此该本](?:一?[张幅]?[图片照]|次?(?:检查|扫描))|图[像片中]|影像(?!学|科|检查)"
)
_OF_ADVICE = re.compile(r"检查|复查|方法|方式|随访|进一步|选|推荐|敏感|准确|标准|[最更][佳优好]")
_CLAUSE = re.compile(r"[,。;!\n]")
_NAMED: Mapping[str, str] = {
    "头颅": r"头颅|颅脑|头部|脑部",
    "脊柱": r"脊柱|[颈胸腰骶]{1,2}椎|椎体|椎间盘",
    "颈部": r"颈部|甲状腺|喉部",
    "胸部": r"胸部|肺部|胸腹",
    "腹部": r"[上中下全]?腹部|上腹|中腹|下腹|肝胆|双肾CT",
    "盆腔": r"盆腔|盆部|骨盆",
}
_REGION_NAME = re.compile(
    r"(?<!不是)(?<!并非)(?<!非)(?:" + "|".join(f"(?P<{r}>{p})" for r, p in _NAMED.items()) + ")"
)


def region_of(text: str) -> str:
    """One of ``lexicon.REGIONS``.

    Words that say it is no CT win; then a region named in the first sentence; then the
    region that most organs and signs belong to, of equals the first; else 不确定.
    """
    text = normalize(text).strip()
    if _is_said_to_be_no_ct(text):
        return NOT_CT
    named = _REGION_NAME.search(re.split(r"[。;\n]", text, maxsplit=1)[0])
    if named is not None and named.lastgroup is not None:
        return named.lastgroup
    votes = Counter(filter(None, map(_region, tokenize(text))))
    return votes.most_common(1)[0][0] if votes else UNSURE


def _is_said_to_be_no_ct(text: str) -> bool:
    """Whether findings or impression say so; 首选检查为MRI is advice, not about the picture."""
    sections = split(text)
    for clause in _CLAUSE.split(f"{sections.findings}\n{sections.impression}"):
        said = clause.split("建议")[0]
        other = _OTHER_KIND.search(said)
        before = said[: other.start()] if other else ""
        if _NOT_CT.search(said):
            return True
        if other and (_OF_PICTURE.search(before) or not _OF_ADVICE.search(before)):
            return True
    return False


def _region(token: Token) -> str:
    if token.organ:
        return next(organ.region for organ in ORGANS if organ.name == token.organ)
    return next((s.region for s in SIGNS if token.kind == "sign" and s.name == token.value), "")
