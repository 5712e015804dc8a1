"""The processor of the small model: one scale for every picture."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import Qwen2TokenizerFast, Qwen2VLProcessor


def build_processor(tokenizer: "Qwen2TokenizerFast", picture: int) -> "Qwen2VLProcessor":
    """A processor that brings square pictures of any size to ``picture`` x ``picture`` pixels.

    A 128 x 128 crop and a 512 x 512 slice are thus seen at one scale. The bounds lie one pixel
    apart on both sides because the resizing formula divides, and then floors or ceils, floats.
    """
    from transformers import Qwen2VLImageProcessor, Qwen2VLProcessor, Qwen2VLVideoProcessor

    least, most = (picture - 1) ** 2, (picture + 1) ** 2
    return Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(min_pixels=least, max_pixels=most),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(min_pixels=least, max_pixels=most),
        chat_template=tokenizer.chat_template,
    )
