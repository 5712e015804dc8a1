from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from trainer.data.corpus import buckets
from trainer.data.corpus.buckets import Buckets, starts


@pytest.mark.parametrize("files", [1, 16])
def test_grouping_agrees_with_a_dictionary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    monkeypatch.setattr(buckets, "BUCKET_RECORDS", 20_000 // files)
    rng = np.random.default_rng(0)
    expected: dict[bytes, list[int]] = defaultdict(list)
    grouped = Buckets(tmp_path / "b", 20_000 - 1)
    for value, number in enumerate(rng.integers(0, 3000, 20_000).tolist()):
        key = (number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128).to_bytes(16, "big")
        expected[key].append(value)
        grouped.add(key, value)
    found: dict[bytes, list[int]] = defaultdict(list)
    for records in grouped.groups():
        firsts = starts(records)
        for place, record in enumerate(records):
            first = records[firsts[place]]
            key = int(first["high"]).to_bytes(8, "big") + int(first["low"]).to_bytes(8, "big")
            found[key].append(int(record["value"]))
    assert found == expected
    assert len(list((tmp_path / "b").iterdir())) == files
    grouped.remove()
    assert not (tmp_path / "b").exists()
