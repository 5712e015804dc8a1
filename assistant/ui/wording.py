"""What the page says. Chinese, in one place; errors carry their own words."""

from collections.abc import Mapping, Sequence

TITLE = "CT 阅片助手"
DRAFT = "内容由模型生成，仅为供医师核对的草稿，不能作为诊断依据。"
DEMO = "演示模型：只见过合成影像，勿用于真实病例；正式的请到“模型”页获取。"

TAB_CHAT = "阅片"
TAB_BATCH = "批量"

ENGINES: Mapping[str, str] = {
    "openvino": "OpenVINO",
    "transformers": "Transformers",
    "remote": "远程引擎",
    "scripted": "脚本引擎",
}
LOADING = "模型加载中…"
LOADING_HINT = "模型加载中，准备好后立即回答…"
FAILED = "模型未能加载"
DEMO_TAG = "演示"

# 图像
DROP_TITLE = "拖入 CT 图像"
DROP_HINT = "DICOM、JPG、PNG；可多选，也可拖入整个序列文件夹"
OPEN = "打开文件"
SERIES = "序列"
SLICE = "层面"
PICTURE = "图片"
FRAME = "帧"
PRESET = "窗"
AUTO = "自动"
LEVEL = "窗位 L"
WIDTH = "窗宽 W"
NO_WINDOW = "原图"
READING = "正在读取…"
SAMPLES = "示例"
SEEN = "模型所见即此图"
ENLARGED = "画面已放大，模型看到的仍是整幅图"
ZOOM = (
    ("in", "+", "放大", "放大：按住 Shift 滚动滚轮"),
    ("out", "−", "缩小", "缩小：按住 Shift 滚动滚轮"),
    ("off", "⤢", "复位", "复位：双击图像。移动：按住 Shift 拖动"),
)
"""Buttons on the film: class, sign, name, hint."""
REMOVE = "移除图像"
UNCHANGED = "图像未更换，画面仍是原来的一幅。"

# 对话
ASK_HINT = "就这幅图像提问。Enter 发送，Shift+Enter 换行"
QUESTION_BOX = "提问"
SEND = "发送"
STOP = "停止"
NEW = "新对话"
CLEAR = "清空"
COPY = "复制"
EMPTY_TITLE = "从一幅 CT 开始"
EMPTY_HINT = "把图像拖到左侧，调好窗宽窗位，再提问。模型看到的与您看到的是同一幅图。"
LOOKING = "正在读图…"
THINKING = "正在作答…"
AGAIN = "重答"
EDIT = "修改"
STOPPED = "已停止"
INTERRUPTED = "程序中断，回答不完整"
CUT = "已达长度上限"
REPLACED = "已更换图像"
ATTACHES = "下一问将附上当前图像"
ATTACHED = "当前图像已在对话中"
ITS_OWN_PICTURE = "修改后仍问原来的图像"
NO_PICTURE = "尚无图像"
FORMER_PICTURE = "画面无图像，仍问对话中最近一幅"
MODE = "作答方式"
MODES: Mapping[str, str] = {"": "自由", "report": "报告", "plain": "患者版"}
SECTIONS = ("检查所见", "诊断意见", "建议")
ADVANCED = "高级"
TEMPERATURE = "温度"
LENGTH = "长度"
EDITING = "正在修改这一问，其后的内容将被替换"
CANCEL = "取消"

# 对话列表
SEARCH = "搜索对话"
LIST = "显示或收起对话列表"
TALKS_EMPTY = "还没有对话"
TALKS_NONE = "没有符合的对话"
RENAME = "改名"
DELETE = "删除"
DELETE_SURE = "永久删除？"
ANSWERING = "作答中"
ERRAND = "页面动作"  # of boxes that nobody sees
PULSE = "有变化"
DAYS = ("今天", "最近七天", "更早")


def leaves(address: str) -> str:
    """Of a remote engine, where everybody sees it."""
    return f"图像与提问会离开本机，发往 {address}。"


def page_ready(url: str) -> str:
    """In the terminal, once the page is up."""
    return f"页面已就绪：{url}（按 Ctrl+C 结束）"


def waiting(ahead: int) -> str:
    """The place in the queue."""
    return f"前面还有 {ahead} 位，请稍候…"


def slice_place(index: int, count: int) -> str:
    """Which slice of a series, from 0."""
    return f"第 {index + 1}/{count} 层"


def picture_place(index: int, count: int) -> str:
    """Which of several JPG or PNG, from 0."""
    return f"第 {index + 1}/{count} 幅"


def frame_place(frame: int, count: int) -> str:
    """Which frame of a file, from 0."""
    return f"第 {frame + 1}/{count} 帧"


def answer_note(window: str, seconds: float, tokens_per_s: float) -> str:
    """The quiet line below an answer."""
    speed = f" · {tokens_per_s:.0f} 词元/秒" if tokens_per_s > 0 else ""
    if not seconds:
        return window
    took = f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}"
    return f"{window} · {took} 秒{speed}"


def refused_files(count: int, message: str) -> str:
    """Some of the files could not be read."""
    return f"{count} 个文件未能读取，其余已显示。首个原因：{message}"


def series_name(number: int, slices: int, *, album: bool) -> str:
    """A series in the list, numbered from 1."""
    if album:
        return f"{PICTURE} · {slices} 幅"
    return f"序列 {number} · {slices} 层" if slices > 1 else f"图像 {number}"


def missing(sections: Sequence[str]) -> str:
    """Sections that a report should have had."""
    return f"模型未写{'、'.join(sections)}"


LABELS = (
    ("user's message", "提问"),
    ("bot's message", "回答"),
    ("chatbot conversation", "对话"),
    ("number input for ", ""),
    ("range slider for ", ""),
    ("Click to upload", OPEN),
    ("File upload", OPEN),
    ("More tabs", "更多"),
    ("Close", "关闭"),
)
"""English beginnings of accessible names in the framework, and what to say; "" keeps the rest."""
DARK = "切换深浅色"
BROWSER: Mapping[str, str] = {
    "notice": "提示",
    "tooLarge": "文件超过 {mb} MB，未上传。请拆分或压缩后再试。",
    "tooMany": "一次最多打开 {files} 个文件，未上传。请分批打开，或使用“批量”页。",
    "tooManyForBatch": "一次最多上传 {files} 个文件，未上传。请打包为 ZIP，或填写本机文件夹。",
    "unreadable": "{count} 个文件或文件夹浏览器无法读取，没有打开。请复制到较短的路径后再拖入。",
    "stillReading": "新的图像还在读取，显示出来之后再提问。",
    "lost": "与本机服务的连接中断，正在重新连接…若窗口已关闭，请重新启动程序。",
    "back": "已重新连接。",
    "failed": "[SYS-204] 这一步没有完成，请再试一次。",
    "copied": "已复制",
    "notCopied": "浏览器不允许复制，请选中文字后按 Ctrl+C。",
    "rename": RENAME,
    "delete": DELETE,
    "deleteSure": DELETE_SURE,
    "cancel": CANCEL,
}
"""Said by the browser itself; ``{…}`` is filled in there."""
