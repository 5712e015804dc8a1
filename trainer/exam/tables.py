"""Tables of the examination's page."""

from html import escape

from trainer.exam.charts import interval, percent
from trainer.exam.gate import METRICS, Loss
from trainer.exam.result import Examination, Standing
from trainer.metrics.details import Agreement, SignRow
from trainer.metrics.page import headline
from trainer.metrics.share import Measure, Share

Figure = Share | Measure


def summary_table(found: Examination) -> str:
    """Headline and controls, each with its interval and number of cases."""
    rows = [*headline(found.summary), *control_rows(found)]
    body = "".join(
        f'<tr><td class="name">{name}</td><td class="number">{percent(share)}</td>'
        f'<td class="number">{interval(share)}</td><td class="number">{share.of}</td></tr>'
        for name, share in rows
    )
    return _table(("项目", "结果", "95% 区间", "数量"), body)


def control_rows(found: Examination) -> list[tuple[str, Share]]:
    """The same slices asked about otherwise, by their Chinese names."""
    return [
        ("对照：换一种问法后完全正确", found.controls.rephrased),
        ("换一种问法，结论不变", found.controls.unmoved),
        ("追问的回答与第一次一致", found.controls.consistent),
    ]


def variant_table(standings: tuple[Standing, ...]) -> str:
    """One row a variant, from the base to what clinicians run."""
    heads = ("形式", "图像", "完全正确", "F1 征象+侧别", "F1 五项全对", "急症检出", "正常判正常",
             "每份多报")  # fmt: skip
    rows = "".join(_variant(one, last=one is standings[-1]) for one in standings)
    return f'<div class="scroll">{_table(heads, rows)}</div>'


def gate_table(found: Examination) -> str:
    """What every step cost, and what the gate says."""
    titles = {one.key: one.title for one in found.standings}
    rows = "".join(
        f'<tr><td class="name">{titles[loss.before]} → {titles[loss.after]}</td>'
        f'<td class="name">{METRICS[loss.metric]}</td>'
        f'<td class="number">{loss.lost.value * 100:+.1f} 个百分点</td>'
        f'<td class="number">{loss.lost.low * 100:+.1f} – {loss.lost.high * 100:+.1f}</td>'
        f'<td class="number">{loss.allowed * 100:g}</td><td class="number">{loss.lost.of}</td>'
        f"<td>{_verdict(loss)}</td></tr>"
        for loss in found.losses
    )
    heads = ("步骤", "指标", "损失（负为提高）", "95% 区间", "允许", "图像", "")
    return f'<div class="scroll">{_table(heads, rows)}</div>' if rows else ""


def sign_table(signs: tuple[SignRow, ...]) -> str:
    """One row a sign."""
    rows = "".join(
        f'<tr><td class="name">{escape(row.sign)}</td><td class="number">{row.known}</td>'
        f'<td class="number">{row.hits}</td><td class="number">{row.extra}</td>'
        f'<td class="number">{row.wrong_side}</td>{_agreement(row.agreement)}</tr>'
        for row in signs
    )
    heads = ("征象", "应有", "答对", "多报", "侧别错", "精确率", "召回率", "F1")
    return f'<div class="scroll">{_table(heads, rows)}</div>'


def tuple_table(found: Examination) -> str:
    """Findings as tuples, at two strictnesses."""
    details = found.details
    rows = "".join(
        f'<tr><td class="name">{name}</td>{_agreement(agreement)}</tr>'
        for name, agreement in (
            ("征象与侧别（侧别错算两处：漏报与多报）", details.sides),
            ("征象、部位、侧别、状态、大小全对", details.exact),
        )
    )
    return _table(("要求", "精确率", "召回率", "F1"), rows)


def _variant(one: Standing, *, last: bool) -> str:
    if one.absent:
        return (
            f'<tr class="absent"><td class="name">{escape(one.title)}</td>'
            f'<td colspan="7">没有考核：{escape(one.absent)}</td></tr>'
        )
    figures: tuple[Figure, ...] = (
        one.right, one.details.sides.f1, one.details.exact.f1, one.urgent, one.normal,
    )  # fmt: skip
    invented = one.details.invented
    return (
        f'<tr{" class=last" if last else ""}><td class="name">{escape(one.title)}</td>'
        f'<td class="number">{len(one.answers)}</td>{"".join(map(_figure, figures))}'
        f'<td class="number">{invented.value:.2f}'
        f"<small>{invented.low:.2f}–{invented.high:.2f}</small></td></tr>"
    )


def _agreement(agreement: Agreement) -> str:
    return "".join(map(_figure, (agreement.precision, agreement.recall, agreement.f1)))


def _figure(figure: Figure) -> str:
    return f'<td class="number">{percent(figure)}<small>{interval(figure)}</small></td>'


def _verdict(loss: Loss) -> str:
    if not loss.binding:
        return '<span class="quiet">图像太少，只报告</span>'
    word, kind = ("超出", "fail") if loss.failed else ("通过", "pass")
    return f'<span class="verdict {kind}">{word}</span>'


def _table(heads: tuple[str, ...], body: str) -> str:
    first, *others = heads
    cells = "".join(
        f'<th class="number">{head}</th>' if head not in ("指标", "") else f"<th>{head}</th>"
        for head in others
    )
    return f"<table><tr><th>{first}</th>{cells}</tr>{body}</table>"
