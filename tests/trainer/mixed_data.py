"""A pipeline with a mixture of three small data sets, for the tests of both environments."""

import json
from pathlib import Path

import yaml
from PIL import Image
from rich.console import Console

from assistant.places import CONFIGS
from trainer.config import load_pipeline
from trainer.data.sharegpt import dataset_info, write_json
from trainer.workspace import Workspace


def write_data(folder: Path, word: str, rows: int, *, name: str = "mllm_med") -> None:
    """``rows`` conversations whose answers begin with ``word``; the second has two pictures."""
    (folder / "mllm_data").mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(folder / "mllm_data" / "0.jpg")
    talks = []
    for number in range(rows):
        images = ["mllm_data/0.jpg"] * (2 if number == 1 else 1)
        question = "<image>" * len(images) + "？"
        answer = f"{word} {number}"
        messages = [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ]
        talks.append({"messages": messages, "images": images})
    write_json(folder / "mllm_data" / "rows.json", talks)
    write_json(folder / "dataset_info.json", dataset_info({name: "mllm_data/rows.json"}))


def mixed(folder: Path, *, until: str = "longest") -> Workspace:
    """Own data of 40 rows at weight 6, dialogues of 10 at 3, general talk of 10 at 1."""
    values = yaml.safe_load((CONFIGS / "train" / "tiny.yaml").read_text(encoding="utf-8"))
    values["mix"] = {
        "weight": 6,
        "until": until,
        "add": [
            {"folder": "dialogues", "weight": 3},
            {"folder": "elsewhere/general", "dataset": "general", "weight": 1},
        ],
    }
    path = folder / "mixed.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    work = Workspace(load_pipeline(path), folder, folder / "out", Console(quiet=True))
    write_data(work.data, "own", 40)
    write_data(folder / "dialogues", "doctor", 10)
    write_data(folder / "elsewhere" / "general", "general", 10, name="general")
    return work


def rows_of(folder: Path, name: str) -> list[dict[str, list[str]]]:
    """The rows that a mixture wrote for one of its parts."""
    rows: list[dict[str, list[str]]] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return rows
