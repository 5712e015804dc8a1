"""An examination as a Markdown table in Chinese."""

from collections.abc import Sequence

from trainer.metrics.share import Measure, Share
from trainer.metrics.summary import Summary


def headline(summary: Summary) -> list[tuple[str, Share]]:
    """Figures of all slices and the controls, by their Chinese names."""
    return [
        ("完全正确（部位、征象或正常、侧别全对且无多余）", summary.right),
        ("部位正确", summary.region),
        ("正常层面判为正常", summary.normal),
        ("急症层面给出急症征象", summary.urgent),
        ("病灶大小误差 ≤ 30%", summary.size),
        ("非 CT 图片被拒绝", summary.not_ct),
        ("对照：总答最常见的结论", summary.majority),
        ("对照：全黑图片的回答", summary.blank),
        ("对照：图片错位后的回答", summary.shuffled),
    ]


def table(summary: Summary, more: Sequence[tuple[str, Share | Measure]] = ()) -> str:
    """Headline and controls, further figures by their names, and one row a sign."""
    lines = ["| 项目 | 结果 | 95% 区间 | 数量 |", "|---|---|---|---|"]
    lines += [
        f"| {name} | {_percent(share)} | {_interval(share)} | {share.of} |"
        for name, share in (*headline(summary), *more)
    ]
    lines += ["", "| 征象 | 层面数 | 检出 | 多报 | 侧别错 | F1 |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {s.sign} | {s.present} | {s.found} | {s.extra} | {s.wrong_side} | {s.f1:.2f} |"
        for s in summary.signs
    ]
    return "\n".join(lines) + "\n"


def _percent(share: Share | Measure) -> str:
    return f"{share.value * 100:.1f}%" if share.of else "—"


def _interval(share: Share | Measure) -> str:
    low, high = share.interval
    return f"{low * 100:.1f}–{high * 100:.1f}%" if share.of else "—"
