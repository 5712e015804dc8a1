import pytest

from assistant.report.tokens import tokenize


def words(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.value) for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("左肺上叶结节", [("side", "左"), ("site", "肺上叶"), ("noun", "结节")]),
        ("肝右叶囊肿", [("site", "肝右叶"), ("noun", "囊肿")]),
        ("肝囊肿", [("sign", "肝囊肿")]),
        ("不除外气胸", [("cue", "可疑"), ("sign", "气胸")]),
        ("除外气胸", [("cue", "无"), ("sign", "气胸")]),
        ("有无气胸", [("cue", "问"), ("sign", "气胸")]),
        ("中线结构明显右移", [("sign", "中线移位")]),
        ("中线结构未见明显移位", [("absent", "中线移位")]),
        ("额、颞叶", [("site", "额颞叶")]),
        ("额颞顶部", [("site", "额颞顶部")]),
        ("双侧", [("side", "双侧")]),
        ("双凸形", []),
        ("约8mm左右", [("size", "8mm")]),
        ("占位效应", []),
        ("脾大小正常", []),
        ("层厚5mm", []),
        ("距胸膜约10mm", []),
        ("CT值约40", []),
        ("sah", [("sign", "蛛网膜下腔出血")]),
    ],
)
def test_longest_word_first(text: str, expected: list[tuple[str, str]]):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "size_mm"),
    [
        ("8mm", 8), ("8.5 mm", 8.5), ("2cm", 20), ("2.3×1.8cm", 23), ("23mm×18mm", 23),
        ("1.2cm×9mm", 12), ("10x20x15mm", 20), ("3*4cm", 40), ("5-8mm", 8), ("6毫米", 6),
        ("1.1厘米", 11), ("8MM", 8),
    ],
)  # fmt: skip
def test_sizes(text: str, size_mm: float):
    (token,) = tokenize(text)
    assert token.size_mm == size_mm


@pytest.mark.parametrize("text", ["30ml", "65HU", "40%", "3×4", "12"])
def test_what_is_no_size(text: str):
    assert list(tokenize(text)) == []
