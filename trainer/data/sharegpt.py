"""The sharegpt form that LLaMA-Factory reads, exactly as the original recipe lays it out."""

import json
from collections.abc import Iterable
from pathlib import Path

from trainer.data.followups import Exchange

Row = dict[str, object]
IMAGE = "<image>"
_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
}


def row(turns: Iterable[Exchange], picture: str | None) -> Row:
    """One conversation; the first question carries the picture's mark.

    Args:
        turns: question and answer pairs.
        picture: path relative to the media folder, or None for text alone.
    """
    messages: list[dict[str, str]] = []
    for question, answer in turns:
        mark = IMAGE if picture is not None and not messages else ""
        messages.append({"role": "user", "content": mark + question})
        messages.append({"role": "assistant", "content": answer})
    return {"messages": messages, "images": [] if picture is None else [picture]}


def dataset_info(files: dict[str, str]) -> dict[str, object]:
    """The content of ``dataset_info.json`` for data sets by name and file."""
    return {
        name: {
            "file_name": file,
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "images": "images"},
            "tags": _TAGS,
        }
        for name, file in files.items()
    }


def write_json(path: Path, value: object) -> None:
    """Write by rename, UTF-8, so that a file that exists is complete."""
    partial = path.with_name(path.name + ".part")
    partial.write_text(
        json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    partial.replace(path)
