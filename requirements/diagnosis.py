"""Why an installation stopped, told from what the installer's smallest request answered."""

import re
from pathlib import Path

from assistant.errors import AssistantError
from requirements.machine import free_gigabytes

# Less than this left after a failure means that the disk, not the network, was the cause.
FULL_GB = 0.2

_CERTIFICATE = re.compile(r"certificate|invalid peer|\bssl\b|\btls\b", re.IGNORECASE)
_PROXY = re.compile(r"proxy|\bsocks\b|\b407\b", re.IGNORECASE)
_NETWORK = re.compile(
    r"connect|resolv|resolution|\bdns\b|timed? ?out|unreachable|error sending request"
    r"|failed to fetch|\b50[234]\b",
    re.IGNORECASE,
)


def refuse_full_disk(folder: Path) -> None:
    """Raise ENV-105 when the disk has run full."""
    free = free_gigabytes(folder)
    if free < FULL_GB:
        raise AssistantError(
            "ENV-105",
            f"磁盘空间不足，安装中断：现余 {free:.1f} GB。",
            next_step="请清理磁盘，或把程序移到空间充足的磁盘后重试。",
        )


def refuse_unreachable(answer: str) -> None:
    """Raise ENV-107 or ENV-106 when ``answer``, an installer's output, shows why it cannot fetch.

    Returns quietly when the output shows neither.
    """
    if _CERTIFICATE.search(answer):
        raise AssistantError(
            "ENV-107",
            "软件源的证书校验未通过，已停止安装（不会跳过校验）。",
            next_step="若单位网络会检查加密流量，请向信息科索取根证书，"
            "运行 python -m pip config set global.cert 证书文件 后重试；也可用 --wheels 离线安装。",
            detail=answer,
        )
    if _PROXY.search(answer) or _NETWORK.search(answer):
        cause = "所设的代理不能使用" if _PROXY.search(answer) else "连不上软件源"
        raise AssistantError(
            "ENV-106",
            f"{cause}，无法下载所需组件。",
            next_step="请检查网络与代理（python -m pip config list 可查看现有设置；"
            "代理须为 http:// 或 https:// 地址，不支持 socks）；"
            "没有网络的机器请用 setup --wheels 目录 离线安装。",
            detail=answer,
        )


def incomplete_wheels(wheels: Path) -> AssistantError:
    """ENV-112: the folder for an installation without a network does not hold everything."""
    found = sum(1 for _ in wheels.glob("*.whl")) if wheels.is_dir() else 0
    return AssistantError(
        "ENV-112",
        f"离线安装目录不可用或不完整：找到 {found} 个安装包（.whl）。",
        next_step="请在系统与 Python 版本相同的联网机器上重新下载后复制过来，"
        "方法见 requirements/README.md。",
    )


def unexplained() -> AssistantError:
    """ENV-108: the installer's own output, which the person has seen, says more than we can."""
    return AssistantError(
        "ENV-108",
        "安装未完成，原因见上方输出。",
        next_step="请重试一次；仍失败时，请把上方输出与 python launcher.py doctor 的结果一并反馈。",
    )
