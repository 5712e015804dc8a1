"""Why a child ended: from its exit code and the end of its log to what to try next."""

from collections.abc import Mapping
from pathlib import Path

from assistant.errors import AssistantError
from trainer.child import Ending

_DISK = ("No space left on device", "Errno 28", "enough space", "os error 28")
_MEMORY = (
    *("out of memory", "can't allocate memory", "bad allocation", "MemoryError"),
    *("not enough memory", "std::bad_alloc", "CUBLAS_STATUS_ALLOC_FAILED"),
    "Signal 9 (SIGKILL) received",  # torchrun, of one of its processes
)
_TAIL = 6000


def refuse(
    ending: Ending, log: Path, *, what: str, arguments: Mapping[str, object] | None = None
) -> None:
    """Do nothing when it ended well.

    Args:
        what: the child, Chinese, as it is spoken of.
        arguments: of LLaMA-Factory, to advise which of them to change.

    Raises:
        AssistantError: TRN-302 out of memory, TRN-303 disk full, TRN-304 anything else.
    """
    if ending.returncode != 0:
        raise explain(
            ending.returncode, log, what=what, arguments=arguments, start=ending.log_start
        )


def explain(
    returncode: int,
    log: Path,
    *,
    what: str,
    arguments: Mapping[str, object] | None = None,
    start: int = 0,
) -> AssistantError:
    """The error for an exit code other than 0.

    Args:
        start: bytes of the log that earlier runs wrote; what they died of explains nothing.
    """
    try:
        with log.open("rb") as file:
            file.seek(start)
            tail = file.read().decode("utf-8", errors="replace")[-_TAIL:]
    except OSError:
        tail = ""
    last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
    detail = f"exit {returncode}; {tail[-1500:]}"
    if any(sign in tail for sign in _DISK):
        return AssistantError(
            "TRN-303",
            f"{what}中止：磁盘空间不足，最后的文件没有写完。",
            next_step="请清出空间，或用 --out 换一个磁盘，再次运行会从上一个完整的检查点继续。",
            detail=detail,
        )
    if returncode in (-9, 137) or any(sign in tail for sign in _MEMORY):
        return AssistantError(
            "TRN-302",
            f"{what}中止：内存或显存不足。",
            next_step=_less_memory(arguments),
            detail=detail,
        )
    return AssistantError(
        "TRN-304",
        f"{what}异常退出（{returncode}）：{last[:200]}",
        next_step=f"请查看输出文件夹中的 {log.name}，按最后的报错改正后再运行。",
        detail=detail,
    )


def _less_memory(arguments: Mapping[str, object] | None) -> str:
    """The first thing that is not used yet, in the order of what it costs."""
    if arguments is None:
        return "请关闭占用内存的其他程序后再次运行，已完成的部分不会重做。"
    batch = _number(arguments.get("per_device_train_batch_size"), 8)
    if batch > 1:
        steps = _number(arguments.get("gradient_accumulation_steps"), 1)
        advice = (
            f"请把 per_device_train_batch_size 从 {batch} 改为 {batch // 2}，"
            f"gradient_accumulation_steps 从 {steps} 改为 {steps * 2}（总批量不变）"
        )
    elif arguments.get("disable_gradient_checkpointing"):
        advice = "请去掉 disable_gradient_checkpointing"
    elif "image_max_pixels" not in arguments:
        advice = "请加上 image_max_pixels: 200704"
    elif arguments.get("quantization_bit"):
        advice = f"请把 image_max_pixels 从 {arguments['image_max_pixels']} 减小"
    else:
        advice = "请改用 configs/train/qwen2vl_2b_qlora_8gb.yaml 的 4 位训练"
    return f"{advice}，再次运行。"


def _number(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default
