"""How far the model agrees with doctors, and doctors with each other: the ceiling."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.errors import AssistantError
from trainer.manifest import write_whole
from trainer.metrics.kappa import Crossed, cross, mean_kappa
from trainer.metrics.share import Measure
from trainer.readers.labels import Reading, read_doctors, read_model

Pair = tuple[Reading, Reading]


@dataclass(frozen=True)
class Row:
    """Agreement over some labels.

    Attributes:
        name: of the readers or of the sign.
        model: mean kappa of the model with each doctor.
        doctors: mean kappa of every two doctors.
    """

    name: str
    model: Measure
    doctors: Measure


def run(labels: Path, answers: Path, out: Path, console: Console) -> None:
    """Write ``agreement.json`` and ``agreement.md``.

    Raises:
        AssistantError: TRN-621 a table is wrong, TRN-622 fewer than two doctors labelled it.
    """
    doctors = read_doctors(labels)
    if len(doctors) < 2:
        raise AssistantError(
            "TRN-622",
            f"标注表 {labels.name} 只有 {len(doctors)} 位医师，得不到医师之间的一致性。",
            next_step="请补上至少另一位医师对同一批病例的判断。",
        )
    rows = compare(doctors, read_model(answers, doctors))
    text = table(rows)
    out.mkdir(parents=True, exist_ok=True)
    record = [asdict(row) for row in rows]
    write_whole(out / "agreement.json", json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    write_whole(out / "agreement.md", text)
    console.print(text)


def compare(doctors: Sequence[Reading], model: Reading) -> list[Row]:
    """All labels, then every doctor, then every sign, commonest first."""
    with_model = [(doctor, model) for doctor in doctors]
    among = list(combinations(doctors, 2))
    cases = sorted({case for doctor in doctors for case in doctor.labels})
    rows = [_row("全部", with_model, among, cases)]
    for doctor in doctors:
        others = [pair for pair in among if doctor in pair]
        rows.append(_row(doctor.reader, [(doctor, model)], others, cases))
    signs = {sign for doctor in doctors for labels in doctor.labels.values() for sign in labels}
    return rows + [_row(sign, with_model, among, cases, {sign}) for sign in sorted(signs)]


def table(rows: Iterable[Row]) -> str:
    """Markdown, with bootstrap intervals."""
    lines = [
        "| 标注 | 模型与医师 κ | 病例 | 医师之间 κ（上限） | 病例 |",
        "|---|---|---|---|---|",
        *(
            f"| {row.name} | {_figure(row.model)} | {row.model.of} "
            f"| {_figure(row.doctors)} | {row.doctors.of} |"
            for row in rows
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(
    name: str,
    with_model: Sequence[Pair],
    among: Sequence[Pair],
    cases: Sequence[str],
    signs: set[str] | None = None,
) -> Row:
    model = mean_kappa([_crossed(pair, cases, signs) for pair in with_model])
    return Row(name, model, mean_kappa([_crossed(pair, cases, signs) for pair in among]))


def _crossed(pair: Pair, cases: Sequence[str], signs: set[str] | None) -> Crossed:
    """(cases, 4) over the labels that both have."""
    one, other = pair
    found = []
    for case in cases:
        mine, theirs = one.labels.get(case, {}), other.labels.get(case, {})
        shared = [sign for sign in mine if sign in theirs and (signs is None or sign in signs)]
        found.append(cross([(mine[sign], theirs[sign]) for sign in shared]))
    return np.array(found)


def _figure(measure: Measure) -> str:
    if not measure.of:
        return "—"
    return f"{measure.value:.2f}（{measure.low:.2f}–{measure.high:.2f}）"
