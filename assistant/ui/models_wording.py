"""What the models tab says."""

from collections.abc import Mapping

TAB = "模型"
COLUMNS = ("模型", "格式", "在哪里运行", "大小", "占用内存", "速度", "")
IN_USE = "使用中"
DEMO_TAG = "演示"
NOT_MEASURED = "未测"
CHOOSE = "模型"
USE = "切换到它"
TRY = "试用并测速"
AGAINST = "对照模型"
NOBODY = "不对照"
QUANTIZE = "量化为 4 位"
FETCH = "获取"
FETCH_NAME = "获取模型：名称或本机文件夹"
FETCH_HINT = "例如 Qwen/Qwen2-VL-2B-Instruct，或 U 盘中的文件夹"
SOURCES = (("魔搭 ModelScope", "modelscope"), ("Hugging Face", "huggingface"))
STOP = "停止"
IDLE = "选择一个模型，可切换、试用测速或与另一个对照"
SWITCHING = "正在核对并加载模型…"
LOADING = "正在加载"
STEPS: Mapping[str, str] = {
    "convert": "正在转换（第 1 步，共 3 步）",
    "compress": "正在压缩为 4 位（第 2 步，共 3 步）",
    "verify": "正在核对（第 3 步，共 3 步）",
}
CASE = "示例"
UNKNOWN = "—"


def fetching(file: str, done: int, total: int) -> str:
    """How far a model has come."""
    return f"{file or '核对中'} · {done / 1e6:.0f}/{total / 1e6:.0f} MB"


def asking(model: str, number: int, total: int) -> str:
    """Which sample case a model reads."""
    return f"{model}：示例 {number}/{total}"


def switched(model: str) -> str:
    """Another model answers from now on."""
    return f"已切换到 {model}"


def ready(model: str) -> str:
    """A model has arrived or was made."""
    return f"{model} 可以使用"


def speed(first_s: float, tokens_per_s: float) -> str:
    """What was measured."""
    return f"首字 {first_s:.2f} 秒，{tokens_per_s:.0f} 词元/秒"


def size(size_bytes: float) -> str:
    """Bytes for people."""
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"
