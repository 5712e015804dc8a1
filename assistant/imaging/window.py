"""CT display windows: what they are, the presets, and how a person writes one."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import AssistantError

AUTO = "auto"
FILE_WINDOW = "DICOM 默认"
PRESETS_FILE = Path(__file__).resolve().parents[2] / "configs" / "windows.yaml"

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_CENTER_WIDTH = re.compile(rf"(?:c|l|wl)?\s*({_NUMBER})\s*[/,\s]\s*(?:w|ww)?\s*({_NUMBER})", re.I)
_AUTO_WORDS = frozenset({"auto", "自动", ""})
_FILE_WORDS = frozenset({"dicom 默认", "dicom默认", "dicom", "默认", "default", "file"})
_PLAIN = str.maketrans("－−–／，：（）　", "---/,:() ")


@dataclass(frozen=True)
class Window:
    """Window center (level) and width in HU, DICOM PS3.3 C.11.2.1.2 linear formula."""

    center: float
    width: float

    @property
    def label(self) -> str:
        """How the window is written beside a picture, for example ``C-600/W1500``."""
        return f"C{self.center:g}/W{self.width:g}"


@dataclass(frozen=True)
class Preset:
    """A named window.

    Attributes:
        name: Chinese name shown on the page.
        window: center and width in HU.
        aliases: other spellings understood, English among them.
    """

    name: str
    window: Window
    aliases: tuple[str, ...] = ()


def check_window(window: Window) -> Window:
    """The window itself, or ``USE-112`` when the linear formula has no meaning for it."""
    good = math.isfinite(window.center) and math.isfinite(window.width)
    if not good or window.width < 1 or max(abs(window.center), window.width) > 1e6:
        raise AssistantError(
            "USE-112",
            "窗宽必须不小于 1 HU，窗位和窗宽都必须是有限的数值。",
            next_step="请写成“窗位/窗宽”，例如 -600/1500。",
        )
    return window


def load_presets(path: Path = PRESETS_FILE) -> tuple[Preset, ...]:
    """The presets of ``configs/windows.yaml``, in its order.

    Raises:
        AssistantError: ``CFG-121`` unreadable, ``CFG-122`` with every fault at once.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise AssistantError(
            "CFG-121",
            "找不到窗宽窗位配置文件 configs/windows.yaml。",
            next_step="请从发布包中恢复该文件。",
            detail=type(error).__name__,
        ) from error
    return _load(path, changed)


def find_preset(text: str, path: Path = PRESETS_FILE) -> Preset | None:
    """The preset of this name or alias, upper and lower case alike."""
    wanted = _fold(text)
    for preset in load_presets(path):
        if wanted in {_fold(word) for word in (preset.name, *preset.aliases)}:
            return preset
    return None


def parse_window(text: str) -> Window | str:
    """What a person wrote, as a value that ``render`` understands.

    Args:
        text: "auto", "DICOM 默认", a preset's name or alias, or center/width
            such as "-600/1500" or "C40 W80".

    Returns:
        "auto", "DICOM 默认", the preset's canonical name, or a Window.

    Raises:
        AssistantError: ``USE-111`` not understood, ``USE-112`` impossible width.
    """
    plain = text.translate(_PLAIN).strip()
    if plain.lower() in _AUTO_WORDS:
        return AUTO
    if plain.lower() in _FILE_WORDS:
        return FILE_WINDOW
    if match := _CENTER_WIDTH.fullmatch(plain):
        return check_window(Window(float(match[1]), float(match[2])))
    if preset := find_preset(plain):
        return preset.name
    names = "、".join(preset.name for preset in load_presets())
    raise AssistantError(
        "USE-111",
        f"不认识窗“{text[:20]}”。",
        next_step=f"可用 auto、{FILE_WINDOW}、{names}，或“窗位/窗宽”，例如 -600/1500。",
    )


@lru_cache(maxsize=4)
def _load(path: Path, changed_ns: int) -> tuple[Preset, ...]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AssistantError(
            "CFG-121",
            "窗宽窗位配置文件 configs/windows.yaml 无法读取或不是有效的 YAML。",
            next_step="请检查缩进和标点，或从发布包中恢复该文件。",
            detail=type(error).__name__,
        ) from error
    presets, faults = _check(content)
    if faults:
        raise AssistantError(
            "CFG-122",
            "窗宽窗位配置有误：" + "；".join(faults) + "。",
            next_step="请按文件开头的说明修改 configs/windows.yaml。",
        )
    return presets


def _check(content: Any) -> tuple[tuple[Preset, ...], list[str]]:
    if not isinstance(content, list) or not content:
        return (), ["最外层应为非空列表，每项一个窗"]
    presets: list[Preset] = []
    faults: list[str] = []
    seen: set[str] = set(_AUTO_WORDS | _FILE_WORDS)
    for number, entry in enumerate(content, start=1):
        problems = _entry_faults(entry)
        if not problems:
            words = [entry["name"], *entry.get("aliases", [])]
            problems = [f"名称“{word}”重复或保留" for word in words if _fold(word) in seen]
            seen.update(_fold(word) for word in words)
            window = Window(float(entry["center"]), float(entry["width"]))
            presets.append(Preset(words[0], window, tuple(words[1:])))
        faults += [f"第 {number} 项{problem}" for problem in problems]
    return tuple(presets), faults


def _entry_faults(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return ["应为 name/center/width/aliases 的键值"]
    faults = [f"有未知的键“{key}”" for key in entry.keys() - {"name", "center", "width", "aliases"}]
    if not isinstance(entry.get("name"), str) or not entry["name"].strip():
        faults.append("缺少 name")
    for key, lowest in (("center", -1e5), ("width", 1)):
        value = entry.get(key)
        if type(value) not in (int, float) or not lowest <= float(value or 0) <= 1e5:
            faults.append(f"的 {key} 应为不小于 {lowest:g} 的数")
    aliases = entry.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(word, str) for word in aliases):
        faults.append("的 aliases 应为文字列表")
    return faults


def _fold(text: str) -> str:
    return text.strip().casefold().removesuffix("窗")
