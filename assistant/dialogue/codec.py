"""A conversation as JSON and back; pictures as lossless PNG."""

import base64
import io
import json
from typing import Any

import numpy as np
from PIL import Image

from assistant.dialogue.conversation import Conversation, Turn
from assistant.errors import AssistantError
from assistant.imaging.render import digest
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.imaging.window import Window


def to_json(conversation: Conversation) -> str:
    """One JSON object with everything of a conversation."""
    turns = [
        {"role": turn.role, "text": turn.text, "images": [_pack(image) for image in turn.images]}
        for turn in conversation.turns
    ]
    whole = {"id": conversation.id, "system": conversation.system, "turns": turns}
    return json.dumps(whole, ensure_ascii=False)


def from_json(text: str | bytes) -> Conversation:
    """The reverse of :func:`to_json`; digests are computed anew, not believed.

    Raises:
        AssistantError: USE-121 it is not a conversation.
    """
    try:
        whole = json.loads(text)
        turns = tuple(
            Turn(_role(turn["role"]), str(turn["text"]), tuple(map(_unpack, turn["images"])))
            for turn in whole["turns"]
        )
        return Conversation(system=str(whole["system"]), turns=turns, id=str(whole["id"]))
    except (ValueError, KeyError, TypeError, OSError, SyntaxError) as error:
        raise AssistantError(
            "USE-121",
            "这不是本软件保存的对话，或文件已损坏。",
            next_step="请选择由本软件导出的对话文件。",
            detail=type(error).__name__,
        ) from error


def _role(value: Any) -> Any:
    if value not in ("user", "assistant"):
        raise ValueError(value)
    return value


def _pack(image: RenderedImage) -> dict[str, Any]:
    png = io.BytesIO()
    Image.fromarray(image.pixels).save(png, "PNG")
    window = image.window and {"center": image.window.center, "width": image.window.width}
    return {
        "png": base64.b64encode(png.getvalue()).decode("ascii"),
        "window": window,
        "window_name": image.window_name,
        "slice_ref": vars(image.slice_ref),
    }


def _unpack(values: Any) -> RenderedImage:
    png = io.BytesIO(base64.b64decode(values["png"], validate=True))
    pixels = np.array(Image.open(png, formats=("PNG",)).convert("RGB"), dtype=np.uint8)
    pixels.flags.writeable = False
    window = values["window"]
    return RenderedImage(
        pixels=pixels,
        window=Window(float(window["center"]), float(window["width"])) if window else None,
        window_name=str(values["window_name"]),
        slice_ref=SliceRef(**values["slice_ref"]),
        sha256=digest(pixels),
    )
