import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.ui.transcript import Entry, card, data_url, messages, thumbnail


def content(entry: Entry) -> str:
    return messages((entry,))[0]["content"]


def picture(pixels: np.ndarray) -> RenderedImage:
    return RenderedImage(pixels, None, "原图", SliceRef(), "0" * 64)


@pytest.mark.parametrize("role", ["user", "assistant"])
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="http://example.org/a.png">',
        "![x](http://example.org/a.png)",
        "[x](javascript:alert(1))",
        "http://example.org 与 www.example.org",
        "3*2*1cm，3~5mm 与 6~8mm，a_b_c，`x`，$x$，| a |",
    ],
)
def test_nothing_written_becomes_markup(role: str, text: str) -> None:
    shown = content(Entry(role, text))  # type: ignore[arg-type]
    assert not re.search(r"[<*~_`\[\]$|]|://|www\.", shown)


def test_headings_of_a_report_and_bold_are_bold() -> None:
    shown = content(Entry("assistant", "检查所见：未见异常。\n诊断意见：**正常**。"))
    assert shown == "**检查所见**：未见异常。\n**诊断意见**：**正常**。"


def test_what_a_person_writes_is_never_bold() -> None:
    assert content(Entry("user", "**x**")) == "&#42;&#42;x&#42;&#42;"


def test_a_card_says_what_happened_what_to_do_and_the_code() -> None:
    shown = card(
        AssistantError("IMG-106", "文件<不>完整。", next_step="请重新导出。"), "仍是原图。"
    )
    assert "文件&lt;不&gt;完整。" in shown
    assert "请重新导出。仍是原图。" in shown
    assert "IMG-106" in shown


def test_the_detail_of_a_refusal_is_not_shown() -> None:
    error = AssistantError("ENG-002", "出错。", next_step="重试。", detail="secret-path")
    assert "secret-path" not in content(Entry("assistant", "已写的字", error=error))


def test_text_already_written_stays_above_a_refusal() -> None:
    error = AssistantError("ENG-002", "出错。", next_step="重试。")
    shown = content(Entry("assistant", "已写的字", error=error))
    assert shown.index("已写的字") < shown.index("ENG-002")


def test_a_picture_travels_without_loss_inside_its_address() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    address = data_url(Image.fromarray(pixels))
    head, _, body = address.partition(",")
    assert head == "data:image/png;base64"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(body)))), pixels)


def test_a_thumbnail_is_small_and_its_caption_harmless() -> None:
    shown = thumbnail(picture(np.zeros((512, 512, 3), np.uint8)), "<b>窗</b>")
    assert "&lt;b&gt;窗&lt;/b&gt;" in shown
    body = re.search(r"base64,([^\"]+)", shown)
    assert body is not None
    assert max(Image.open(io.BytesIO(base64.b64decode(body[1]))).size) <= 128
