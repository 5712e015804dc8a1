from trainer.data.corpus.quantity import (
    Quantity,
    counts_en,
    quantities,
    spelled_en,
    spelled_zh,
)


def test_numbers_and_lengths_are_read_in_one_unit() -> None:
    assert quantities("2 cm, 20mm, 3 x 4 cm") == [
        Quantity(20, True),
        Quantity(30, True),
        Quantity(40, True),
    ]
    assert quantities("1.5 厘米，5 枚") == [Quantity(15, True), Quantity(5, False)]


def test_numbers_in_words() -> None:
    assert spelled_en("a two-cm cyst") == {Quantity(1, False), Quantity(20, True)}
    assert spelled_zh("两厘米，五枚") == {Quantity(20, True), Quantity(5, False)}
    assert counts_en("two nodules, three of them") == [Quantity(2, False)]
