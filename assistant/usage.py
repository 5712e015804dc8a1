"""Help and usage errors of the command line, in Chinese."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from assistant.errors import AssistantError

_EXTRA = re.compile(r"extra argument\(s\) \((.*)\)")
_NO_COMMAND = re.compile(r"No such command '(.*?)'")


class ChineseCommand(TyperCommand):
    """A verb whose help is Chinese throughout."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it does, arguments and options."""
        params: list[Any] = list(self.get_params(ctx))
        arguments = [(p.metavar, p.help) for p in params if p.param_type_name == "argument"]
        options = [_option(p) for p in params if p.param_type_name == "option" and not p.hidden]
        pieces = [ctx.command_path, *(name for name, _ in arguments), "[选项]"]
        formatter.write(f"用法：{' '.join(pieces)}\n\n{self.help}\n")
        formatter.write(_table("参数", arguments) + _table("选项", options))


class ChineseGroup(TyperGroup):
    """The verbs together."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it is, and the verbs."""
        verbs = [(name, verb.help) for name, verb in self.commands.items() if not verb.hidden]
        formatter.write(f"用法：{ctx.command_path} 动词 [参数…]\n\n{self.help}\n")
        formatter.write(_table("动词", verbs))


def translate(error: typer.TyperException) -> AssistantError:
    """The parser's complaint in Chinese."""
    return AssistantError(
        "USE-011", _message(error), next_step="加 --help 查看用法。", detail=type(error).__name__
    )


def _message(error: typer.TyperException) -> str:
    option = getattr(error, "option_name", None)
    if option and type(error).__name__ == "NoSuchOption":
        return f"没有 {option} 这个选项。"
    if option:
        return f"选项 {option} 缺少取值，或不应带取值。"
    if extra := _EXTRA.search(error.message):
        return f"多出的参数：{extra[1]}。"
    if unknown := _NO_COMMAND.search(error.message):
        return f"没有 {unknown[1]} 这个动词。"
    return "命令行写法不对。"


def _option(param: Any) -> tuple[str, str]:
    if param.name == "help":
        return "--help", "显示本说明"
    value = "" if param.is_flag else f" {param.metavar}"
    return ", ".join(param.opts) + value, param.help


def _table(title: str, rows: Sequence[tuple[Any, Any]]) -> str:
    if not rows:
        return ""
    widest = max(_cells(name) for name, _ in rows)
    lines = [f"  {name}{' ' * (widest - _cells(name))}  {text}" for name, text in rows]
    return "\n".join([f"\n{title}：", *lines, ""])


def _cells(text: str) -> int:
    """Columns on a terminal, where a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
