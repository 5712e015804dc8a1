import pytest

from trainer.data.corpus.tables import text_of


@pytest.mark.parametrize(
    ("cell", "text"), [(12.0, "12"), (1.5, "1.5"), (None, ""), (" a ", "a"), ([1], ""), ({}, "")]
)
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert text_of(cell) == text
