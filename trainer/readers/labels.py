"""Labels by case, reader and sign, from tables that doctors fill in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from assistant.report.findings import extract
from assistant.report.lexicon import SIGNS
from trainer.data.corpus.tables import Record, Sheet, TableError, pick, read_sheets, text_of

CASE, READER, SIGN, LABEL, TEXT, STATUS = (
    ("病例", "case", "file"),
    ("医师", "reader"),
    ("征象", "sign"),
    ("判断", "label"),
    ("回答", "text"),
    ("status",),
)
"""Columns and their other names."""

_MEANS = {
    **dict.fromkeys(("有", "1", "是", "true", "yes", "可疑"), True),
    **dict.fromkeys(("无", "0", "否", "false", "no"), False),
}
_TOLD = 8

Labels = Mapping[str, Mapping[str, bool]]
"""By case and sign."""


@dataclass(frozen=True)
class Reading:
    """One reader's labels."""

    reader: str
    labels: Labels


def read_doctors(path: Path) -> tuple[Reading, ...]:
    """One row a case, doctor and sign: 有, 无 or 可疑, which counts as 有.

    Raises:
        AssistantError: TRN-621 naming everything wrong with the table at once.
    """
    sheets = _sheets(path, (CASE, READER, SIGN, LABEL))
    found: dict[str, dict[str, dict[str, bool]]] = {}
    problems: list[str] = []
    known = {sign.name for sign in SIGNS}
    for place, row in _placed(sheets):
        case, reader, sign, label = (
            text_of(pick(row, names)) for names in (CASE, READER, SIGN, LABEL)
        )
        means = _MEANS.get(label.lower())
        if not case or not reader:
            problems.append(f"{place}缺少病例或医师")
        elif sign not in known:
            problems.append(f"{place}的征象“{sign}”不在词表中")
        elif means is None:
            problems.append(f"{place}的判断“{label}”应为 有、无 或 可疑")
        elif found.setdefault(reader, {}).setdefault(case, {}).setdefault(sign, means) != means:
            problems.append(f"{place}与前面同一医师、同一病例的判断相反")
    _refuse(path, problems)
    return tuple(Reading(reader, labels) for reader, labels in found.items())


def read_model(path: Path, doctors: tuple[Reading, ...]) -> Reading:
    """A model's answers as labels of the signs that doctors labelled in the same case.

    Args:
        path: a table of ``file`` and ``text``, for example the batch's ``results.json``, where
            only a row of ``status`` "done" holds an answer.
        doctors: whose cases and signs count.

    Raises:
        AssistantError: TRN-621 when it is no such table or answers none of the cases.
    """
    told = _placed(_sheets(path, (CASE, TEXT)))
    rows = [row for _, row in told if pick(row, STATUS) in ("", "done")]
    texts = {text_of(pick(row, CASE)): text_of(pick(row, TEXT)) for row in rows}
    asked: dict[str, set[str]] = {}
    for doctor in doctors:
        for case, given in doctor.labels.items():
            asked.setdefault(case, set()).update(given)
    labels: dict[str, dict[str, bool]] = {}
    for case, signs in asked.items():
        if text := texts.get(case, ""):
            stated = {finding.sign for finding in extract(text) if finding.status != "无"}
            labels[case] = {sign: sign in stated for sign in sorted(signs)}
    _refuse(path, [] if labels else ["没有一个病例与医师的标注相同"])
    return Reading("模型", labels)


def _placed(sheets: list[Sheet]) -> Iterator[tuple[str, Record]]:
    """Every row with its place, Chinese."""
    for sheet in sheets:
        where = f"“{sheet.name}”" if len(sheets) > 1 else ""
        for number, row in enumerate(sheet.rows, 2):
            yield f"{where}第 {number} 行", row


def _sheets(path: Path, wanted: tuple[tuple[str, ...], ...]) -> list[Sheet]:
    try:
        sheets = read_sheets(path.name, path.read_bytes())
    except (OSError, TableError) as error:
        said = str(error) if isinstance(error, TableError) else "文件读不出来"
        _refuse(path, [said])
        raise AssertionError from error
    first = next((row for _, row in _placed(sheets)), None)
    missing = [names[0] for names in wanted if not set(first or ()) & set(names)]
    _refuse(path, ["一行也没有"] if first is None else [f"缺少列“{name}”" for name in missing])
    return sheets


def _refuse(path: Path, problems: list[str]) -> None:
    if problems:
        more = f"；另有 {len(problems) - _TOLD} 处" if len(problems) > _TOLD else ""
        raise AssistantError(
            "TRN-621",
            f"标注表 {path.name} 有 {len(problems)} 处问题：{'；'.join(problems[:_TOLD])}{more}。",
            next_step="请对照 docs/evaluation.md 中的表格改正后再运行。",
        )
