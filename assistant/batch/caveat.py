"""What an answer leaves open, so that a doctor has to look: never taken for "nothing found"."""

import re
from collections.abc import Iterable

from assistant.imaging.slice import Notice
from assistant.report.anatomy import LESIONS
from assistant.report.findings import Finding, is_urgent
from assistant.report.region import NOT_CT as NO_CT_REGION
from assistant.report.region import region_of
from assistant.report.sections import split

CUT = Notice("BAT-122", "回答到词元上限时还没有写完，请医师看图像，或调大 max_tokens 后重新运行。")
EMPTY = Notice("BAT-123", "模型没有写出回答，请医师看图像。")
FRAMES = Notice("BAT-124", "文件有多帧，只问了其中一帧，请医师看其余各帧。")
NOT_CT = Notice("BAT-125", "这不是 CT 图像，回答不作准，请医师看图像。")
LOCALIZER = Notice("BAT-126", "这是定位像，不是断层图像，请医师看断层图像。")
UNREAD = Notice("BAT-127", "回答里有本软件没有读成征象的病变字样，请医师看原文与图像。")
NO_VERDICT = Notice("BAT-128", "回答说不是 CT、无法判断，或没有说出结论，请医师看图像。")
CAVEATS = {
    notice.code: notice.message
    for notice in (CUT, EMPTY, FRAMES, NOT_CT, LOCALIZER, UNREAD, NO_VERDICT)
}
"""Messages by code."""

_GAP = "[^未无不没]{0,6}"
_ALARMING = (
    *("破裂", "血胸", "脑疝", "挫裂伤", "穿孔", "壁内血肿", "积血", "骨折", "栓塞", "梗阻"),
    *("脱位", "梗[死塞]", "出血", "血肿", "夹层", "气胸", "充盈缺损", "内膜片(?![状样])"),
    *("撕裂", "下疝", "(?<!附壁)血栓", "脓肿", "套叠", "扭转", "填塞", "异位妊娠", "轴索损伤"),
    *(f"动脉{_GAP}闭塞", f"[颅脑]{_GAP}积气", "气颅", "剂外溢"),
    *("残[余留]有?(?:少[量许]|部分)", "(?:少[量许]|部分)残[余留]"),
)
_UNNAMED = (
    *(*LESIONS, "占位(?!效应)", "团块", "肿物", "肿块", "充盈缺损", "异常强化", "结节", "肿大"),
    *("增厚", "狭窄", "癌", "瘤", "转移", "病变", "增宽", "增大", "扩大", "变窄", "变浅", "血栓"),
    *("扩张(?!良好|正常)", "疝", "闭塞", "受压", "移位", "偏移", "滑脱", "损伤", "挫伤", "肿胀"),
    *("水肿", "渗出", "坏死", "缺血", "空洞", "溃疡", "积液", "积水", "结石", "囊肿", "萎缩"),
    *("(?<!抗)感染", "(?<![抗消])炎", "(?<!体外)异物", "气液平面", "破坏", "中断", "断裂"),
    *("不连续", "纤维化", "膨胀不全", "变扁", f"密度{_GAP}(?:[增减]|降低)"),
    *(f"椎间盘{_GAP}[突膨]出", f"阑尾{_GAP}增粗"),
    rf"(?:纵隔|静脉|胆[管道]|肠壁|腹膜后|椎管|皮下){_GAP}积气",  # in the bowel it is no sign
)
_CLAUSE = re.compile(r"[，。；,;!\n]|(?<!\d)\.(?!\d)|但")
_SUSPECTED = re.compile(r"(?:不能|不可|难以|无法|未能|不|待)(?:完全|确切)?(?:除外|排除|排)")
_DENIED_BEFORE = re.compile(
    r"未(?!破裂的?(?:动脉)?$)|无(?!移位)|没有|不[伴见存考支符]|不(?:明显)?$|看不到|排除|除外|否认"
    r"|并非|不是|术后|病史|既往|建议|必要时|注意|警惕|有无|是否"
)
_OVER_AFTER = re.compile(
    r"^\s*[:：]\s*(?:无|未见|阴性|否)|排除|除外|阴性|术后|病史|消失|^(?:征象|表现)?不明显"
    r"|(?<!未)(?<!未完全)(?<!部分)(?<!较前)吸收"
    r"|未见(?:明显|明确|确切|显示)?\s*$|\(-\)|（-）"
)
_NO_VERDICT = re.compile(
    r"(?:无法|不能|难以)[^，。；,;\n]{0,6}(?:诊断|判断|评估|评价|辨认|识别|观察|分析)"
    r"|图像质量[^，。；,;\n]{0,2}[差佳低]|重新(?:扫描|上传|检查)"
)
_HEALTHY = re.compile(
    r"正常|未见|未发现|没有|无[^，。；,;\n]{0,6}(?:异常|改变|扩张|增宽|移位)|清晰|清楚|通畅|完整|对称"
    r"|居中|光整|均匀|阴性|健康"
)


def caveat_of(text: str, findings: Iterable[Finding]) -> Notice | None:
    """What an answer that was written to its end leaves open; None where it settles its row.

    Something urgent that was read needs no caveat: it stands first anyway. Else a clause that
    affirms what alarms, and of which no finding was read, is one; and where nothing at all was
    read as present, so are any words for a lesion, for a picture that cannot be judged, and an
    answer that does not say that anything is healthy.
    """
    findings = tuple(findings)
    if is_urgent(findings):
        return None
    present = [finding for finding in findings if finding.status != "无"]
    stated = "".join(finding.sign for finding in present)
    sections = split(text)
    said = f"{sections.findings}\n{sections.impression}"
    if _affirmed(said, [word for word in _ALARMING if not re.search(word, stated)]):
        return UNREAD
    if present:
        return None
    if region_of(text) == NO_CT_REGION or _NO_VERDICT.search(text):
        return NO_VERDICT
    if _affirmed(said, _UNNAMED):
        return UNREAD
    return None if findings or _HEALTHY.search(text) else NO_VERDICT


def _affirmed(text: str, words: Iterable[str]) -> bool:
    """Whether a clause says one of the words without denying it.

    A denial counts before the word (未见骨折), not behind it (骨折无移位); 不除外 is a doubt.
    """
    named = re.compile("|".join(words))
    for clause in _CLAUSE.split(_SUSPECTED.sub("", text)):
        for found in named.finditer(clause):
            before, after = clause[: found.start()], clause[found.end() :]
            if not _DENIED_BEFORE.search(before) and not _OVER_AFTER.search(after):
                return True
    return False
