"""The examination as JSON, as Markdown and as a few figures for the model's card."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from trainer.exam.charts import interval, percent
from trainer.exam.gate import METRICS
from trainer.exam.result import Examination, Standing
from trainer.exam.tables import control_rows
from trainer.metrics.details import Details, Graded
from trainer.metrics.page import table
from trainer.metrics.share import Measure, Share


def as_json(found: Examination) -> str:
    """Every figure and every answer."""
    record = {
        "summary": asdict(found.summary),
        "details": _details(found.details),
        "controls": asdict(found.controls),
        "calibration": None if found.calibration is None else asdict(found.calibration),
        "overlap": None if found.overlap is None else asdict(found.overlap),
        "variants": [_variant(one) for one in found.standings],
        "losses": [{**asdict(loss), "failed": loss.failed} for loss in found.losses],
        "answers": _answers(found.answers, found.sheet.abnormal),
        "blank": found.sheet.blank,
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def as_markdown(found: Examination) -> str:
    """The tables for a README: headline, signs, variants, the gate."""
    parts = [table(found.summary, [*control_rows(found), *_tuples(found)])]
    if len(found.standings) > 1:
        rows = [
            "| 形式 | 图像 | 完全正确 | F1 征象+侧别 | F1 五项全对 | 急症检出 | 正常判正常 |",
            "|---|---|---|---|---|---|---|",
            *map(_row, found.standings),
        ]
        parts.append("\n".join(rows) + "\n")
    if found.losses:
        titles = {one.key: one.title for one in found.standings}
        rows = ["| 步骤 | 指标 | 损失（百分点） | 允许 | 通过 |", "|---|---|---|---|---|"]
        rows += [
            f"| {titles[loss.before]} → {titles[loss.after]} | {METRICS[loss.metric]} "
            f"| {loss.lost.value * 100:+.1f} | {loss.allowed * 100:g} "
            f"| {'否' if loss.failed else '是' if loss.binding else '图像太少'} |"
            for loss in found.losses
        ]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def card_metrics(found: Examination) -> dict[str, float]:
    """Figures for ``model.json``."""
    summary, details = found.summary, found.details
    figures: dict[str, float] = {
        "right": summary.right.value,
        "region": summary.region.value,
        "normal": summary.normal.value,
        "urgent": summary.urgent.value,
        "size_within_30_percent": summary.size.value,
        "not_ct_refused": summary.not_ct.value,
        "majority_class": summary.majority.value,
        "blank_picture": summary.blank.value,
        "shuffled_pictures": summary.shuffled.value,
        "rephrased_question": found.controls.rephrased.value,
        "follow_ups_consistent": found.controls.consistent.value,
        "f1_sign_side": details.sides.f1.value,
        "f1_exact": details.exact.f1.value,
        "invented_per_report": details.invented.value,
    }
    if found.calibration is not None:
        figures["abnormal_ece"] = found.calibration.ece.value
    rounded = {name: round(value, 4) for name, value in figures.items()}
    return {"slices": float(summary.right.of), **rounded}


def _tuples(found: Examination) -> list[tuple[str, Share | Measure]]:
    details = found.details
    rows: list[tuple[str, Share | Measure]] = [
        ("F1：征象与侧别（侧别错算两处）", details.sides.f1),
        ("F1：征象、部位、侧别、状态、大小全对", details.exact.f1),
        ("有的征象被回答成“未见”", details.denied),
    ]
    if found.calibration is not None:
        rows.append(("P(异常) 的校准误差 ECE", found.calibration.ece))
    return rows


def _details(details: Details) -> dict[str, object]:
    """Pairs of name and share as objects by name."""
    record: dict[str, object] = asdict(details)
    for name in ("sizes", "contrasts", "regions"):
        rows: tuple[tuple[str, Share], ...] = getattr(details, name)
        record[name] = {key: asdict(share) for key, share in rows}
    return record


def _variant(one: Standing) -> dict[str, object]:
    return {
        "key": one.key,
        "title": one.title,
        "absent": one.absent,
        "slices": len(one.answers),
        "right": asdict(one.right),
        "urgent": asdict(one.urgent),
        "normal": asdict(one.normal),
        "sides": asdict(one.details.sides),
        "exact": asdict(one.details.exact),
        "invented": asdict(one.details.invented),
    }


def _answers(answers: Sequence[Graded], abnormal: Sequence[float]) -> list[dict[str, object]]:
    return [
        {
            "region": one.known.region,
            "findings": [asdict(finding) for finding in one.known.findings],
            "contrasts": list(one.contrasts),
            "stated_region": one.verdict.region,
            "stated": [asdict(finding) for finding in one.verdict.stated],
            "denied": sorted(one.denied),
            "right": one.right,
            "abnormal": abnormal[place] if abnormal else None,
            "text": one.text,
        }
        for place, one in enumerate(answers)
    ]


def _row(one: Standing) -> str:
    if one.absent:
        return f"| {one.title} | 0 | 没有考核：{one.absent} | | | | |"
    figures = (one.right, one.details.sides.f1, one.details.exact.f1, one.urgent, one.normal)
    cells = " | ".join(f"{percent(figure)}（{interval(figure)}）" for figure in figures)
    return f"| {one.title} | {len(one.answers)} | {cells} |"
