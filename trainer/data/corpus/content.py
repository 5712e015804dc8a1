"""What a message says: a text, or a list of parts as OpenAI, TRL and Qwen write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trainer.data.corpus.tables import text_of
from trainer.data.sharegpt import IMAGE

_NAMES = ("image", "image_url", "path", "url")
_KINDS = ("", "text", "image", "image_url")
_NO_FILE = re.compile(r"(?:data|https?|ftp|s3|gs):", re.I)


@dataclass(frozen=True)
class Content:
    """A message's content.

    Attributes:
        text: with ``<image>`` where a picture stands.
        pictures: file names, in order, of the pictures that are named.
        fault: what cannot be taken, Chinese; "" where all can.
    """

    text: str
    pictures: tuple[str, ...] = ()
    fault: str = ""


def content_of(value: object) -> Content:
    """Read a content; a part that is neither text nor a picture's file name is a fault.

    >>> content_of([{"type": "image", "image": "a.png"}, {"type": "text", "text": "看图"}])
    Content(text='<image>看图', pictures=('a.png',), fault='')
    """
    if not isinstance(value, list | dict):
        return Content(text_of(value))
    texts: list[str] = []
    names: list[str] = []
    faults: list[str] = []
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, str):
            texts.append(part)
            continue
        kind = str(part.get("type") or "") if isinstance(part, dict) else type(part).__name__
        if not isinstance(part, dict) or kind not in _KINDS:
            faults.append(f"内容里有认不出的部分“{kind[:20]}”")
        elif isinstance(part.get("text"), str) and kind in ("", "text"):
            texts.append(part["text"])
        elif kind != "text":
            texts.append(IMAGE)
            name = picture_name(part)
            if name is None and (kind == "" or any(part.get(key) for key in _NAMES)):
                faults.append("图片须写文件名，不能是网址或内嵌数据")
            names += [] if name is None else [name]
        else:
            faults.append("文字部分里没有文字")
    marks = texts.count(IMAGE)
    if names and len(names) < marks:
        faults.append("有的图片写了文件名，有的没有")
    return Content("".join(texts).strip(), tuple(names), next(iter(faults), ""))


def picture_name(value: object) -> str | None:
    """The file that a picture's entry names; None for an address, embedded data or anything else.

    Args:
        value: a name, or a mapping with one under ``image``, ``image_url``, ``path`` or ``url``.
    """
    if isinstance(value, Mapping):
        given = (value[key] for key in _NAMES if value.get(key))
        return picture_name(next(given, None))
    if not isinstance(value, str) or not value.strip() or _NO_FILE.match(value):
        return None
    return value.strip().removeprefix("file://")
