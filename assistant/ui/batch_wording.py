"""What the batch tab says."""

from collections.abc import Mapping

from assistant.batch.estimate import in_words

FOLDER = "本机文件夹"
FOLDER_HINT = "例如 D:\\影像\\待读 或 /影像/待读"
PRESET_FULL = "窗宽窗位"
QUESTION = "提问（可分部位，每行写“头颅：问题”）"
BY = "怎么问"
BY_CHOICES = (("每幅问一次", "slice"), ("每个序列问一次", "series"))
PER_SERIES = "每个序列取几层"
OUT = "结果文件夹（可不填）"
OUT_HINT = "填写后结果写入该处，中断后可续作"
START = "开始"
COUNT = "先估计"
PAUSE = "暂停"
RESUME = "继续"
STOP = "停止"
DROP = "或拖入文件、文件夹、ZIP，即刻开始"
IDLE = "选择文件夹或文件后开始"
EMPTY = "每个文件一行，随完成随显示，紧急者在前；点一行即可打开图像继续追问"
COLUMNS = ("程度", "文件", "部位", "所见", "窗")
STATUS: Mapping[str, str] = {
    "done": "已完成",
    "refused": "未接受",
    "failed": "未完成",
    "skipped": "已跳过",
}
NOTHING_FOUND = "未提示异常征象"
FULL_TEXT = "全文"
DOWNLOADS: Mapping[str, str] = {
    "results.xlsx": "表格",
    "results.csv": "CSV",
    "results.html": "网页",
    "results.json": "JSON",
}
ORDER = "排序"
ORDERS = (("紧急在前", "urgency"), ("新完成在前", "arrival"), ("按文件名", "file"))
KIND = "筛选"
KINDS = (
    *(("全部", ""), ("紧急", "紧急"), ("需复核", "需复核")),
    *(("关注", "关注"), ("常规", "常规")),
    *(("未接受", "refused"), ("未完成", "failed"), ("已跳过", "skipped")),
)
FIND = "查找文件名、所见、全文"
CLICKED = "点开的行"  # of a box that nobody sees
NO_MATCH = "没有符合条件的行"

_PHASES = {
    "running": "进行中",
    "paused": "已暂停",
    "done": "已完成",
    "stopped": "已停止",
}


def standing(
    phase: str, done: int, total: int, *, urgent: int, review: int, left_s: float | None
) -> str:
    """How far a batch has come."""
    if phase == "running" and not total:
        return "正在清点文件，等待模型…"
    if phase == "counting":
        return "正在清点文件，并实测几个…"
    words = [f"{_PHASES[phase]} {done}/{total}"]
    if urgent:
        words.append(f"紧急 {urgent}")
    if review:
        words.append(f"需复核 {review}")
    if phase == "running" and left_s is not None:
        words.append(f"还需约 {in_words(left_s)}")
    return " · ".join(words)


def estimated(files: int, unread: int, series: int, odd: int, questions: int, known: int) -> str:
    """What a dry run counted."""
    gaps = f"（其中 {odd} 个缺层、重复或方向混杂）" if odd else ""
    return (
        f"{files} 个文件，{unread} 个不能读取；{series} 个序列{gaps}；"
        f"需提问 {questions} 次，可沿用 {known} 次"
    )


def takes(seconds_each: float, seconds: float) -> str:
    """What a dry run measured."""
    return f"实测每次 {seconds_each:.1f} 秒，共约 {in_words(seconds)}"


def more(shown: int, total: int) -> str:
    """Not every row is on the page."""
    return f"显示前 {shown} 行，共 {total} 行；可筛选或查找，全部结果见下载文件。"


def lies_in(folder: str) -> str:
    """Where the results are."""
    return f"结果在 {folder}"
