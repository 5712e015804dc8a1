"""The extractor of findings against the hand-written sentences: ``python benchmarks/findings.py``.

Counts a finding only when sign, site, side, status and size all agree. Runs in any of the
environments; takes a second.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.report.findings import extract
from tests.assistant.report.sentences import Sentence, read, score


def main() -> None:
    """Print a table in Markdown, and what is not understood."""
    sentences = read()
    groups = {
        "开发时所用": [one for one in sentences if not one.later],
        "事后另写": [one for one in sentences if one.later],
        "全部": sentences,
    }
    print("| 句子 | 句数 | 征象 | 精确率 | 召回率 | F1 |\n|---|---|---|---|---|---|")
    for name, group in groups.items():
        print(_row(name, group))
    for one in sentences:
        if set(extract(one.text)) != set(one.expected):
            print(f"未懂：{one.text}")


def _row(name: str, group: list[Sentence]) -> str:
    found = score((one.expected, extract(one.text)) for one in group)
    return (
        f"| {name} | {len(group)} | {found.expected} | {found.precision:.3f} "
        f"| {found.recall:.3f} | {found.f1:.3f} |"
    )


if __name__ == "__main__":
    main()
