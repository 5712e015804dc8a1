from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from trainer.data.corpus.preparation import Split
from trainer.data.corpus.split import Placed, check_leakage, split_of


def placed(split: int, origin: int, key: int, look: int = 0) -> Placed:
    return Placed(split, origin, (key.to_bytes(16, "big"),), (look,))


def test_shares_come_out_and_depend_on_the_seed_alone() -> None:
    wanted = Split(validation=0.2, test=0.1, seed=3)
    counts = Counter(split_of(origin, wanted) for origin in range(20_000))
    assert counts[1] == pytest.approx(4000, rel=0.1)
    assert counts[2] == pytest.approx(2000, rel=0.1)
    assert split_of(5, wanted) == split_of(5, wanted)
    other = wanted.model_copy(update={"seed": 4})
    assert any(split_of(origin, wanted) != split_of(origin, other) for origin in range(100))


def test_no_leak_is_no_error(tmp_path: Path) -> None:
    rows = [placed(n % 3, n, n, n // 2) for n in range(300)]
    found = check_leakage(rows, 300, tmp_path)
    assert (found.pictures, found.origins, found.held_out) == (0, 0, 200)
    assert found.alike == 100


def test_a_tie_that_crosses_is_a_leak(tmp_path: Path) -> None:
    rows = [replace(placed(n % 2, n, n), ties=(bytes([n // 2] * 16),)) for n in range(6)]
    with pytest.raises(AssistantError, match="0 张图片、3 个来源"):
        check_leakage(rows, 6, tmp_path)


@pytest.mark.parametrize("leak", [placed(1, 900, 7, 5), placed(2, 7, 901, 5)])
def test_a_leak_is_found_whatever_made_it(tmp_path: Path, leak: Placed) -> None:
    rows = [placed(0, n, n, n) for n in range(300)]
    with pytest.raises(AssistantError) as caught:
        check_leakage([*rows, leak], 301, tmp_path)
    assert caught.value.code == "TRN-505"
