"""Which processor a torch model runs on, and why not the NVIDIA card."""

import ctypes
import importlib.util
import sys
from dataclasses import dataclass

SETUP = "python launcher.py setup cuda"


@dataclass(frozen=True)
class Card:
    """What was found of an NVIDIA card.

    Attributes:
        usable: torch computes on it.
        title: its name, or "".
        memory_bytes: its memory, 0 when it is not usable.
        reason: in Chinese, why it is not usable and what to do, or "".
    """

    usable: bool
    title: str = ""
    memory_bytes: int = 0
    reason: str = ""


def torch_installed() -> bool:
    """Whether the environment has what the transformers engine needs; imports nothing."""
    names = ("torch", "transformers", "accelerate")
    return all(importlib.util.find_spec(name) is not None for name in names)


def driver_version() -> int | None:
    """The newest CUDA version the NVIDIA driver knows, 12040 for 12.4, or None without one."""
    library = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        driver = ctypes.CDLL(library)
        version = ctypes.c_int()
        if driver.cuInit(0) != 0 or driver.cuDriverGetVersion(ctypes.byref(version)) != 0:
            return None
    except (OSError, AttributeError):
        return None
    return version.value


def find_card() -> Card:
    """Look for an NVIDIA card that torch can use; takes a second when torch is installed."""
    version = driver_version()
    if version is None:
        return Card(False, reason="没有找到可用的 NVIDIA 显卡或驱动。")
    if not torch_installed():
        return Card(
            False,
            reason=f"找到了 NVIDIA 显卡，但没有安装 GPU 组件；需要时请运行 {SETUP}。",
        )
    import torch

    built = torch.version.cuda
    if built is None:
        return Card(
            False,
            reason="找到了 NVIDIA 显卡，但安装的 PyTorch 是 CPU 版；"
            "请安装同版本的 CUDA 版 PyTorch。",
        )
    if version // 1000 < int(built.split(".")[0]):
        return Card(
            False,
            reason=f"NVIDIA 驱动过旧：只支持到 CUDA {version // 1000}.{version % 1000 // 10}，"
            f"程序需要 CUDA {built}；请升级显卡驱动。",
        )
    return _tried()


def _tried() -> Card:
    """Compute once on the card, which is the only proof that it can."""
    import torch

    try:
        properties = torch.cuda.get_device_properties(0)
        torch.ones(8, device="cuda").sum().item()
    except (RuntimeError, AssertionError) as error:
        return Card(
            False, reason=f"NVIDIA 显卡不能用于计算（{type(error).__name__}），请检查驱动。"
        )
    return Card(True, properties.name, properties.total_memory)
