"""One line of a batch's results."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal

from assistant.report.findings import Finding, extract, is_urgent
from assistant.report.region import region_of

RowStatus = Literal["done", "refused", "failed", "skipped"]
Urgency = Literal["紧急", "关注", "常规", ""]


@dataclass(frozen=True)
class Row:
    """What became of one file.

    Attributes:
        file: path relative to the folder, as given.
        sha256: hex digest of its content, "" when it was not read.
        status: "done"; "refused" by intake; "failed" in the engine; "skipped" unread.
        code: why it is not done, else "".
        region: one of ``lexicon.REGIONS``, from the answer; "" when there is none.
        findings: from the answer.
        urgency: "紧急" something urgent present or suspected, "关注" something else,
            "常规" nothing; "" without an answer.
        window: window that the model saw it in.
        model: name of the model that answered.
        text: the answer; of a file that is not done, why, in Chinese.
    """

    STATUSES: ClassVar[tuple[RowStatus, ...]] = ("done", "refused", "failed", "skipped")

    file: str
    sha256: str
    status: RowStatus
    code: str = ""
    region: str = ""
    findings: tuple[Finding, ...] = ()
    urgency: Urgency = ""
    window: str = ""
    model: str = ""
    text: str = ""

    @classmethod
    def answered(cls, file: str, sha256: str, *, window: str, model: str, text: str) -> "Row":
        """A row with what its answer says."""
        findings = extract(text)
        return cls(
            file=file,
            sha256=sha256,
            status="done",
            region=region_of(text),
            findings=findings,
            urgency=_urgency(findings),
            window=window,
            model=model,
            text=text,
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {**asdict(self), "findings": [asdict(finding) for finding in self.findings]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Row":
        """The reverse of :meth:`to_json`.

        Raises:
            TypeError, KeyError: the values are not those of a row.
        """
        known = {field.name: values[field.name] for field in fields(cls)}
        return cls(**{**known, "findings": tuple(Finding(**f) for f in known["findings"])})


def _urgency(findings: tuple[Finding, ...]) -> Urgency:
    if is_urgent(findings):
        return "紧急"
    return "关注" if any(finding.status != "无" for finding in findings) else "常规"
