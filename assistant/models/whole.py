"""Whether a file of a model is whole, from what the file itself says; no runtime is needed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

from assistant.errors import AssistantError


def check_whole(path: Path) -> None:
    """The file is not cut off, as far as its format tells.

    A safetensors file is as long as its header says; the ``.bin`` beside an OpenVINO ``.xml``
    has every constant that the ``.xml`` names, and the ``.xml`` ends; a ``.json`` ends. Of
    other files nothing is known.

    Raises:
        AssistantError: MOD-216.
        OSError: the file cannot be read.
    """
    check = _CHECKS.get(path.suffix)
    try:
        whole = check is None or check(path)
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise _broken(path)


def _safetensors(path: Path) -> bool:
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(min(length, size)))
    ends = [entry["data_offsets"][1] for key, entry in header.items() if key != "__metadata__"]
    return bool(size == 8 + length + max(ends, default=0))


def _json(path: Path) -> bool:
    json.loads(path.read_bytes())
    return True


def _openvino(path: Path) -> bool:
    return path.stat().st_size >= _constants_end(path.with_suffix(".xml"))


def _constants_end(path: Path) -> int:
    """Where the constants that an OpenVINO ``.xml`` names end in its ``.bin``, bytes."""
    kind, end = "", 0

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal kind, end
        if tag == "layer":
            kind = attributes["type"]
        elif tag == "data" and kind == "Const":
            end = max(end, int(attributes["offset"]) + int(attributes["size"]))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    with path.open("rb") as file:
        try:
            parser.ParseFile(file)
        except (ValueError, KeyError, expat.ExpatError) as error:
            raise _broken(path) from error
    return end


def _broken(path: Path) -> AssistantError:
    return AssistantError(
        "MOD-216",
        f"模型文件 {path.name} 不完整或已损坏。",
        next_step="请重新复制或重新下载这个模型。",
    )


_CHECKS: Mapping[str, Callable[[Path], bool]] = {
    ".safetensors": _safetensors,
    ".json": _json,
    ".bin": _openvino,
}
