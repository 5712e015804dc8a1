"""The data card's section on the split: by what, what it was checked for, what is not known."""

from collections import Counter

from trainer.data.corpus.origin import CASE, ID, unnamed
from trainer.data.corpus.preparation import Split
from trainer.data.corpus.split import Leakage

_NAMES = {
    CASE: "病例号",
    ID: "编号中的来源",
    f"{CASE}+{ID}": "病例号与编号中的来源",
    "": "源图片（像素内容）",
}


def render(leakage: Leakage, told: Counter[str], wanted: Split) -> str:
    """The section; "无泄漏" only where every row that should name its source does.

    Args:
        leakage: what was found in the written rows.
        told: kept rows by "source:what names their origin".
        wanted: the split asked for.
    """
    kinds = {key.split(":")[1] for key in told}
    by = "、".join(name for kind, name in _NAMES.items() if kind in kinds) or _NAMES[""]
    rows = [
        ("跨子集的同一图片", f"{leakage.pictures:,}"),
        ("跨子集的同一来源", f"{leakage.origins:,}"),
        ("留出集图片", f"{leakage.held_out:,}"),
        ("其中与训练图片外观近似", f"{leakage.alike:,}"),
    ]
    body = "".join(
        f'<tr><td class="name">{name}</td><td class="count">{value}</td></tr>'
        for name, value in rows
    )
    return (
        "<section><h2>划分与泄漏检查</h2>"
        f"<p>按{by}划分，验证 {wanted.validation:.1%}、测试 {wanted.test:.1%}，种子 {wanted.seed}。"
        f"写出后逐行复查：{_verdict(told, wanted.source_pattern)}</p>"
        f"<table>{body}</table>"
        "<small>外观近似按 64 位差异哈希相同计；同一检查的相邻层面可能近似，"
        "可用 source_pattern 按检查划分。</small></section>"
    )


def _verdict(told: Counter[str], pattern: str | None) -> str:
    missed = unnamed(told, pattern)
    if not missed:
        return '<span class="seal">无泄漏</span>'
    places = "、".join(f"来源 {source} 的 {count:,} 行" for source, count in missed.items())
    why = "没有病例号，编号也与 source_pattern 不相符" if pattern else "没有病例号"
    return (
        f'图片与已知的来源没有跨子集。<b class="flaw">{places}{why}，只按图片划分，'
        "同一病例可能跨子集。</b>"
    )
