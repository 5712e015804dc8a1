"""Goals, what was reached and every sign, as tables in Markdown."""

from collections.abc import Sequence

from trainer.data.phantom.labels import TIER_ONE
from trainer.exam.charts import interval, percent
from trainer.exam.goals import Goal
from trainer.metrics.details import SignRow


def goal_table(goals: Sequence[Goal]) -> list[str]:
    """Markdown; what was not measured says why."""
    rows = ["| 项目 | 测得 | 95% 区间 | 数量 | 目标 | |", "|---|---|---|---|---|---|"]
    for goal in goals:
        sign = "≥" if goal.at_least else "≤"
        percents = goal.unit == "%"
        target = f"{sign} {goal.target:.1%}" if percents else f"{sign} {goal.target:g} s"
        verdict = {True: "达到", False: "**未达到**", None: "未测"}[goal.met]
        verdict += f"（{goal.why}）" if goal.why else ""
        figure = goal.figure
        if figure is None or not figure.of:
            cells = "— | — | 0"
        elif percents:
            cells = f"{percent(figure)} | {interval(figure)} | {figure.of}"
        else:
            low, high = figure.interval
            cells = f"{figure.value:.3f} s | {low:.3f}–{high:.3f} s | {figure.of}"
        rows.append(f"| {goal.name} | {cells} | {target} | {verdict} |")
    return rows


def untaught(taught: Sequence[str]) -> str:
    """Which signs of the first tier the model never learnt."""
    missing = [sign for sign in TIER_ONE if sign not in taught]
    if not missing:
        return "第一层 16 种征象都教过。"
    names = "、".join(missing)
    return (
        f"没有教过的第一层征象：{names}。上表的层面含有它们，漏报照算。达到与否按测得值，不按区间。"
    )


def sign_table(signs: Sequence[SignRow], taught: Sequence[str]) -> list[str]:
    """Markdown, one row a sign."""
    rows = [
        "| 征象 | 教过 | 应有 | 答对 | 多报 | 侧别错 | 精确率 | 召回率 | F1（95% 区间） |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in signs:
        kind = row.agreement
        rows.append(
            f"| {row.sign} | {'是' if row.sign in taught else '否'} | {row.known} | {row.hits} "
            f"| {row.extra} | {row.wrong_side} | {percent(kind.precision)} "
            f"| {percent(kind.recall)} | {percent(kind.f1)}（{interval(kind.f1)}） |"
        )
    return rows
