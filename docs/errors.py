"""Writes docs/errors.md from the source: python docs/errors.py"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("assistant", "trainer", "requirements", "launcher.py")
CODE = re.compile(r"\[?(?P<code>[A-Z]{3}-\d{3})(?:\] (?P<words>.+))?", re.S)

FAMILIES = {
    "USE": "用法：命令行与页面上的操作",
    "CFG": "设置：configs/ 下的文件、环境变量与命令行参数",
    "ACC": "登录与权限",
    "IMG": "影像：读取与显示",
    "ENG": "引擎：加载与回答",
    "MOD": "模型文件夹",
    "BAT": "批量阅片",
    "ENV": "安装：launcher.py 准备运行环境",
    "TRN": "训练",
    "STO": "对话记录",
    "SYS": "本机",
}
HEAD = """\
# 错误编码

界面、命令行与日志里的每个编码都在这里，一个编码只有一种含义。报修时说出编码即可。
命令行退出码：0 完成；2 用法、设置或用户有误（USE、CFG、ACC）；3 输入被拒（IMG、BAT）；
4 模型、引擎或本机不可用；130 被中断。{…} 处为当时的具体内容。

本表由 `python docs/errors.py` 从源码生成，请勿手改。
"""

# Where the words are put together elsewhere than beside the code.
WORDS = {
    "USE-011": "命令行写法不对：没有这个选项或动词，选项缺少取值，或有多出的参数。",
    "ENV-101": "Python 版本不合要求，需要 3.11、3.12 或 3.13。",
    "CFG-101": "设置有 {…} 处错误，逐条列出。",
    "CFG-122": "窗宽窗位配置有误，逐条列出。",
    "ENG-207": "显卡不能使用，原因随信息给出。",
    "TRN-103": "训练开始之前的检查发现问题，逐条列出。",
}


@dataclass(frozen=True)
class Use:
    """A place in the source where a code is given its meaning."""

    code: str
    message: str
    next_step: str
    file: str


def uses(root: Path = ROOT) -> Iterator[Use]:
    """Every code literal, comparisons left out, with the words beside it."""
    for source in SOURCES:
        path = root / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.is_file():
            tree = ast.parse(file.read_text(encoding="utf-8"))
            yield from _of_tree(tree, file.relative_to(root).as_posix())


def page(found: list[Use]) -> str:
    """The document."""
    meanings: dict[str, Use] = {}
    for use in found:
        known = meanings.setdefault(use.code, use)
        if not known.message and use.message:
            meanings[use.code] = use
    lines = [HEAD]
    for family, title in FAMILIES.items():
        rows = [use for code, use in sorted(meanings.items()) if code.startswith(family)]
        if rows:
            lines += [f"## {title}", "", "| 编码 | 含义 | 怎么办 |", "|---|---|---|"]
            lines += [
                f"| {u.code} | {WORDS.get(u.code, u.message)} | {u.next_step} |" for u in rows
            ]
            lines.append("")
    return "\n".join(lines)


def _of_tree(tree: ast.AST, file: str) -> Iterator[Use]:
    compared = {
        id(child)
        for node in ast.walk(tree) if isinstance(node, ast.Compare)
        for child in ast.walk(node)
    }  # fmt: skip
    for node in ast.walk(tree):
        words, keywords = _arguments(node)
        if words and id(words[0]) not in compared and (code := _code(words[0])):
            compared.add(id(words[0]))
            message = [*words[1:], *(k.value for k in keywords if k.arg == "message")]
            step = [k.value for k in keywords if k.arg == "next_step"]
            yield Use(code, _text(message[:1]), _text(step or words[2:3]), file)
    for node in ast.walk(tree):
        if id(node) not in compared and (code := _code(node)):
            yield Use(code, node.value.partition("] ")[2].strip(" ："), "", file)


def _arguments(node: ast.AST) -> tuple[list[ast.expr], list[ast.keyword]]:
    """A code comes first among the arguments of a call, or in a tuple handed to one later."""
    if isinstance(node, ast.Call):
        return node.args, node.keywords
    return (node.elts, []) if isinstance(node, ast.Tuple) else ([], [])


def _code(node: ast.AST) -> str:
    """The code that a literal is, or begins with as in "[ENV-101] …"."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = CODE.fullmatch(node.value)
        return found["code"] if found else ""
    return ""


def _text(nodes: list[ast.expr]) -> str:
    """Literal words of an expression, … for what is filled in."""
    if not nodes:
        return ""
    node = nodes[0]
    if isinstance(node, ast.JoinedStr):
        words = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values
        )
    else:
        words = next(
            (
                child.value
                for child in ast.walk(node)
                if isinstance(child, ast.Constant) and isinstance(child.value, str)
            ),
            "",
        )
    return " ".join(words.split()).replace("|", "\\|")


if __name__ == "__main__":
    text = page(list(uses()))
    (ROOT / "docs" / "errors.md").write_text(text, encoding="utf-8", newline="\n")
