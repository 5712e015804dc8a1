"""results.html: one file that opens in any browser, without a network."""

import base64
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import BinaryIO

from assistant.batch.cells import describe
from assistant.batch.ledger import Filed, Ledger, Tally
from assistant.batch.query import Query
from assistant.batch.stacks import stacks

_TEMPLATE = Path(__file__).with_name("page.html")
_MARK = "<!-- rows -->"
_STATUS = {"done": "已完成", "refused": "未接受", "failed": "未完成", "skipped": "已跳过"}
_TONES = {"紧急": "urgent", "需复核": "review", "关注": "watch", "常规": "plain", "": "none"}


def write_page(file: BinaryIO, ledger: Ledger) -> None:
    """Write the page: counts, what is odd about the series, and a line a file."""
    before, after = _TEMPLATE.read_text(encoding="utf-8").split(_MARK)
    tally = ledger.tally()
    file.write(before.replace("<!-- counts -->", _counts(tally)).encode("utf-8"))
    for filed in ledger.find(Query("urgency")):
        file.write(_line(filed).encode("utf-8", "replace"))
    odd = "".join(_odd_series(ledger))
    if odd:
        odd = f"<h2>序列情况</h2><ul>{odd}</ul>"
    file.write(after.replace("<!-- series -->", odd).encode("utf-8", "replace"))


def _counts(tally: Tally) -> str:
    words = [
        f"共 {tally.total} 个文件",
        *(f"{_STATUS[status]} {getattr(tally, status)}" for status in _STATUS),
    ]
    if tally.settled < tally.total:
        words.append(f"尚未处理 {tally.total - tally.settled}")
    if tally.review:
        words.insert(0, f'<b class="review">需复核 {tally.review}</b>')
    return f'<b class="urgent">紧急 {tally.urgent}</b> · {" · ".join(words)}'


def _odd_series(ledger: Ledger) -> Iterator[str]:
    for stack in stacks(ledger):
        if stack.notices:
            said = "".join(
                f"{escape(notice.message)}<code>{notice.code}</code>" for notice in stack.notices
            )
            yield f"<li>{escape(stack.name)} 所在序列（{len(stack.members)} 层）：{said}</li>\n"


def _line(filed: Filed) -> str:
    row = filed.row
    findings = [describe(found) for found in row.findings if found.status != "无"]
    said = "；".join([*findings, *filter(None, [row.caveat])])
    kind = row.urgency or row.status
    picture = ""
    if filed.thumbnail:
        data = base64.b64encode(filed.thumbnail).decode("ascii")
        picture = f'<img loading="lazy" alt="" src="data:image/jpeg;base64,{data}">'
    code = f" <code>{escape(row.code)}</code>" if row.code else ""
    return (
        f'<tr data-kind="{kind}"><td>{picture}</td>'
        f'<td><i class="{_TONES[row.urgency]}">{row.urgency or _STATUS[row.status]}</i></td>'
        f"<td>{escape(row.file)}</td><td>{escape(row.region)}</td><td>{escape(said)}</td>"
        f"<td>{escape(row.text)}{code}</td><td>{escape(row.window)}</td></tr>\n"
    )
