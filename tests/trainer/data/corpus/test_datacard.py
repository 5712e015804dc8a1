import re
from collections import Counter
from pathlib import Path

from trainer.data.corpus.datacard import Findings, write_datacard
from trainer.data.corpus.preparation import Preparation
from trainer.data.corpus.split import Leakage
from trainer.data.corpus.tally import SHOWN_KEPT, SHOWN_LEFT, Tally, specimen, trim


def page(tmp_path: Path) -> str:
    wanted = Preparation.model_validate({"sources": [{"kind": "parquet", "path": tmp_path / "x"}]})
    tally = Tally(
        rows=Counter({"0": 1000}),
        reasons=Counter({"TRN-525": 300, "TRN-529": 100}),
        details=Counter({"磁共振": 200, "<u>": 100}),
        splits=Counter({"train": 590, "test": 10}),
        languages=Counter({"en": 600}),
        regions=Counter({"胸部": 500, "头颅": 100}),
        english_lengths=Counter({"20": 400, "90": 200}),
        turns=Counter({"1": 600}),
        pictures=Counter({"1": 600}),
        specimens=[specimen(1, "", "A <script>alert(1)</script> caption", "胸部 · train", b"x")],
    )
    found = Findings(wanted, tally, Leakage(0, 0, 3, 10), sharded=False)
    return write_datacard(found, tmp_path).read_text(encoding="utf-8")


def test_it_needs_nothing_from_elsewhere_and_escapes_what_it_shows(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert not re.search(r"https?://|<script|<link|@import|url\(", html)
    assert "&lt;script&gt;" in html
    assert "<u>" not in html
    assert str(tmp_path) not in html


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert "600 + 400 = 1,000" in html
    for words in ("说明写明是其他检查", "TRN-529", "磁共振", "胸部", "英文说明（词）", "无泄漏"):
        assert words in html


def test_specimens_do_not_depend_on_how_rows_are_grouped() -> None:
    all_ = [specimen(n, "TRN-528" if n % 2 else "", "t", "n", b"") for n in range(400)]
    whole = trim(all_)
    parts = Tally()
    for first in range(0, 400, 50):
        parts.add(Tally(specimens=trim(all_[first : first + 50])))
    assert parts.specimens == whole
    assert Counter(one.code for one in whole) == {"": SHOWN_KEPT, "TRN-528": SHOWN_LEFT}


def test_counts_survive_the_disk(tmp_path: Path) -> None:
    tally = Tally(rows=Counter({"0": 3}), specimens=[specimen(1, "", "t", "n", b"x")])
    tally.save(tmp_path / "t.json")
    assert Tally.load(tmp_path / "t.json") == tally
