from collections import Counter

import pytest

from trainer.data.corpus.preparation import Split
from trainer.data.corpus.split import Leakage
from trainer.data.corpus.splitcard import render

NONE = Leakage(0, 0, 0, 4)


@pytest.mark.parametrize(
    ("told", "pattern", "by"),
    [
        ({}, None, "按源图片（像素内容）划分"),
        ({"0:": 4}, None, "按源图片（像素内容）划分"),
        ({"0:case": 4}, None, "按病例号划分"),
        ({"0:id": 4, "1:case+id": 2}, "x", "按编号中的来源、病例号与编号中的来源划分"),
        ({"0:case": 4, "1:": 2}, None, "按病例号、源图片（像素内容）划分"),
    ],
)
def test_by_what_the_rows_are_split(told: dict[str, int], pattern: str | None, by: str) -> None:
    html = render(NONE, Counter(told), Split(source_pattern=pattern))
    assert by in html
    assert '<span class="seal">无泄漏</span>' in html


@pytest.mark.parametrize(
    ("told", "pattern", "words"),
    [
        (
            {"0:id": 9, "0:": 1234, "2:": 5},
            "x",
            "来源 0 的 1,234 行、来源 2 的 5 行没有病例号，编号",
        ),
        ({"0:case": 9, "0:": 3}, None, "来源 0 的 3 行没有病例号，只按图片划分"),
    ],
)
def test_no_seal_where_rows_lack_a_name(
    told: dict[str, int], pattern: str | None, words: str
) -> None:
    html = render(NONE, Counter(told), Split(source_pattern=pattern))
    assert words in html
    assert "无泄漏" not in html
