from assistant.engine.kept import Kept


def sizes(budget: int) -> Kept[list[int]]:
    return Kept(budget, len)


def test_the_least_recently_used_goes_first():
    kept = sizes(6)
    for key in "abc":
        kept.put(key, [0, 0])
    assert kept.get("a") == [0, 0]
    kept.put("d", [0, 0])
    assert [key in kept for key in "abcd"] == [True, False, True, True]
    assert kept.nbytes == 6


def test_the_value_in_use_stays_however_large():
    kept = sizes(3)
    kept.put("a", [0])
    kept.put("b", [0] * 9)
    assert "b" in kept
    assert len(kept) == 1


def test_values_that_grew_are_seen_when_trimmed():
    kept = sizes(4)
    kept.put("a", [0, 0])
    growing = [0]
    kept.put("b", growing)
    growing.extend([0, 0])
    assert len(kept) == 2
    kept.trim()
    assert "a" not in kept


def test_drop_and_clear():
    kept = sizes(9)
    kept.put("a", [0])
    kept.drop("a")
    kept.drop("never there")
    assert kept.get("a") is None
    kept.put("a", [0])
    kept.clear()
    assert len(kept) == kept.nbytes == 0


def test_half_as_much_is_kept_from_now_on():
    kept = sizes(4)
    kept.put("a", [0, 0])
    kept.put("b", [0, 0])
    kept.halve()
    assert "a" not in kept
    assert "b" in kept
