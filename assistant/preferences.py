"""What a department sets on the page: its own windows, the words to the model, how long to keep.

Everything left empty stays as configs/ has it.
"""

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from assistant.dialogue.prompts import Prompts
from assistant.dialogue.suggestion import Suggestion
from assistant.errors import AssistantError
from assistant.imaging.window import Preset, Window, find_preset, parse_window

FILE = "settings.json"
MOST_SUGGESTIONS = 8
SENTENCES = ("system", "default_question", "report", "plain")
"""Words to the model, each of which stays as shipped where it is left empty."""

Look = Literal["light", "dark", "system"]

_WINDOW_LINE = re.compile(r"(\S.*?)[\s:：]+(-?\d+(?:\.\d+)?)\s*[/／]\s*(\d+(?:\.\d+)?)")
_FIELDS: Mapping[str, str] = {
    "windows": "窗",
    "system": "系统提示词",
    "suggestions": "提问建议",
    "default_question": "默认提问",
    "report": "报告的要求",
    "plain": "患者版的要求",
    "keep_days": "保留天数",
    "look": "外观",
}
_REASONS: Mapping[str, str] = {
    "string_too_long": "不能超过 {max_length} 个字",
    "string_too_short": "不能为空",
    "too_long": "不能超过 {max_length} 条",
    "greater_than_equal": "不能小于 {ge:g}",
    "less_than_equal": "不能大于 {le:g}",
    "int_from_float": "应为整数",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "extra_forbidden": "没有这个设置项",
    "window_line": "应写成“名称 窗位/窗宽”，例如 胰腺 40/200",
    "window_taken": "名称已有，请换一个",
}


class OwnWindow(BaseModel):
    """A window of the department's own; center and width in HU."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=12)]
    center: Annotated[float, Field(ge=-1e5, le=1e5)]
    width: Annotated[float, Field(ge=1, le=1e5)]

    @property
    def line(self) -> str:
        """As a person writes it."""
        return f"{self.name} {self.center:g}/{self.width:g}"


class Preferences(BaseModel):
    """What was set; the defaults change nothing.

    Attributes:
        windows: shown after those of configs/windows.yaml.
        system: system prompt, "" for the one of configs/prompts.zh.yaml.
        suggestions: questions that are always suggested, none for those of configs/prompts.zh.yaml.
        default_question: that 描述并诊断 and a batch ask, "" for the shipped one.
        report: added to a question in report mode, "" for the shipped sentence.
        plain: added to a question in patients' mode, "" for the shipped sentence.
        keep_days: how long conversations stay, 0 for ever, None as configs/assistant.yaml.
        look: of the page in a browser that has not chosen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    windows: Annotated[tuple[OwnWindow, ...], Field(max_length=20)] = ()
    system: Annotated[str, Field(max_length=2000)] = ""
    suggestions: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...],
        Field(max_length=MOST_SUGGESTIONS),
    ] = ()
    default_question: Annotated[str, Field(max_length=500)] = ""
    report: Annotated[str, Field(max_length=500)] = ""
    plain: Annotated[str, Field(max_length=500)] = ""
    keep_days: Annotated[int, Field(ge=0, le=36500)] | None = None
    look: Look = "light"

    @field_validator("windows")
    @classmethod
    def _names_are_new(cls, windows: tuple[OwnWindow, ...]) -> tuple[OwnWindow, ...]:
        names = [window.name.casefold().removesuffix("窗") for window in windows]
        for place, window in enumerate(windows):
            if names[place] in names[:place] or _is_taken(window.name):
                raise PydanticCustomError("window_taken", "taken", {"line": window.name})
        return windows

    def prompts(self, shipped: Prompts) -> Prompts:
        """The words to the model, where nothing was set as they are ``shipped``."""
        asked = {shipped.default_question: self.default_question or shipped.default_question}
        own = tuple(Suggestion.fixed(question) for question in self.suggestions) or tuple(
            one.model_copy(update={"ask": asked.get(one.ask, one.ask)})
            for one in shipped.suggestions
        )
        said = {name: getattr(self, name) or getattr(shipped, name) for name in SENTENCES}
        return shipped.model_copy(update={**said, "suggestions": own})

    def presets(self, shipped: Iterable[Preset]) -> tuple[Preset, ...]:
        """The ``shipped`` windows, then the department's own."""
        own = (Preset(one.name, Window(one.center, one.width)) for one in self.windows)
        return (*shipped, *own)


class PreferenceFile:
    """The preferences in force, kept in the data folder.

    Args:
        data_dir: the data folder.

    Raises:
        AssistantError: CFG-131 the file is there and cannot be used.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._lock = Lock()
        self._now = _read(self._path)

    @property
    def now(self) -> Preferences:
        """What is set."""
        return self._now

    def save(self, preferences: Preferences) -> None:
        """Keep it, and use it from now on.

        Raises:
            AssistantError: CFG-133 it cannot be written; what was set stays in force.
        """
        draft = self._path.with_name(f"{FILE}.{secrets.token_hex(4)}")
        text = preferences.model_dump_json(indent=1, exclude_defaults=True)
        with self._lock:
            try:
                handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8") as out:
                    out.write(text)
                draft.replace(self._path)
            except OSError as error:
                raise AssistantError(
                    "CFG-133",
                    "设置无法保存。",
                    next_step="请检查数据文件夹的权限与磁盘空间；原来的设置仍然有效。",
                    detail=type(error).__name__,
                ) from error
            finally:
                draft.unlink(missing_ok=True)
            self._now = preferences


def from_form(
    windows: str, suggestions: str, keep_days: object, look: str, **sentences: str
) -> Preferences:
    """What a person wrote, one window and one question a line, and :data:`SENTENCES` by name.

    Raises:
        AssistantError: CFG-132 naming everything that is wrong at once.
    """
    lines = _lines(windows)
    parsed = [_WINDOW_LINE.fullmatch(line) for line in lines]
    problems = [
        f"{_FIELDS['windows']}“{line[:20]}”：{_REASONS['window_line']}"
        for line, found in zip(lines, parsed, strict=True)
        if found is None
    ]
    values = {
        "windows": [
            {"name": found[1], "center": float(found[2]), "width": float(found[3])}
            for found in parsed
            if found is not None
        ],
        **{name: written.strip() for name, written in sentences.items()},
        "suggestions": _lines(suggestions),
        "keep_days": None if keep_days in (None, "") else keep_days,
        "look": look,
    }
    try:
        preferences = Preferences.model_validate(values)
    except ValidationError as error:
        problems += [_describe(problem) for problem in error.errors()]
    if problems:
        raise AssistantError(
            "CFG-132",
            f"设置有 {len(problems)} 处不对，没有保存。{'；'.join(problems)}。",
            next_step="请改正后再保存。",
        )
    return preferences


def _read(path: Path) -> Preferences:
    try:
        return Preferences.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValidationError) as error:
        raise AssistantError(
            "CFG-131",
            f"数据文件夹中的设置文件 {FILE} 读不出来，或其中有不对的值。",
            next_step="请改正它；或删除它，恢复为出厂设置后在“设置”页重新填写。",
            detail=type(error).__name__,
        ) from error


def _describe(problem: ErrorDetails) -> str:
    place = [part + 1 for part in problem["loc"] if isinstance(part, int)]
    name = _FIELDS.get(str(problem["loc"][0]), str(problem["loc"][0]))
    where = f"{name}第 {place[0]} 条" if place else name
    context = problem.get("ctx", {})
    if "line" in context:
        where = f"{name}“{context['line']}”"
    return f"{where}：{_REASONS.get(problem['type'], '取值不合规').format(**context)}"


def _is_taken(name: str) -> bool:
    """Whether the name means something already: a shipped window, or a word for one."""
    if find_preset(name) is not None:
        return True
    try:
        parse_window(name)
    except AssistantError:
        return False
    return True


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
