"""One line of a batch's results."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal

from assistant.batch.caveat import CAVEATS, CUT, EMPTY, FRAMES, LOCALIZER, NOT_CT, caveat_of
from assistant.imaging.slice import Notice
from assistant.report.findings import Finding, extract, is_urgent
from assistant.report.region import region_of

RowStatus = Literal["done", "refused", "failed", "skipped"]
Urgency = Literal["紧急", "需复核", "关注", "常规", ""]


@dataclass(frozen=True)
class Row:
    """What became of one file.

    Attributes:
        file: path relative to the folder, as given.
        sha256: hex digest of its content, "" when it was not read.
        status: "done"; "refused" by intake; "failed" in the engine; "skipped" unread.
        code: why it is not done, or not answered to the end, else "".
        region: one of ``lexicon.REGIONS``, from the answer; "" when there is none.
        findings: from the answer.
        urgency: "紧急" something urgent present or suspected; "需复核" the answer is cut,
            empty, not about all of the file or not understood, and might say so; "关注" something
            else; "常规" nothing; "" when it is not done.
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
    def answered(
        cls,
        file: str,
        sha256: str,
        *,
        window: str,
        model: str,
        text: str,
        cut: bool = False,
        unseen: Notice | None = None,
    ) -> "Row":
        """A row with what its answer says, as far as it goes when it is ``cut``.

        ``unseen`` says why the picture that was asked about does not stand for the file.
        """
        findings = extract(text)
        lacks = EMPTY if not text else CUT if cut else unseen or caveat_of(text, findings)
        return cls(
            file=file,
            sha256=sha256,
            status="done",
            code=lacks.code if lacks else "",
            region=region_of(text),
            findings=findings,
            urgency=_urgency(findings, whole=lacks is None),
            window=window,
            model=model,
            text=text,
        )

    def read_again(self) -> "Row":
        """With what its answer says to this version of the program."""
        if self.status != "done":
            return self
        of_picture = self.code in (FRAMES.code, NOT_CT.code, LOCALIZER.code)
        return Row.answered(
            self.file,
            self.sha256,
            window=self.window,
            model=self.model,
            text=self.text,
            cut=self.code == CUT.code,
            unseen=Notice(self.code, self.caveat) if of_picture else None,
        )

    @property
    def caveat(self) -> str:
        """What the answer lacks, in Chinese; "" when it is whole, or there is none."""
        return CAVEATS.get(self.code, "")

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


def _urgency(findings: tuple[Finding, ...], *, whole: bool) -> Urgency:
    if is_urgent(findings):
        return "紧急"
    if not whole:
        return "需复核"
    return "关注" if any(finding.status != "无" for finding in findings) else "常规"
