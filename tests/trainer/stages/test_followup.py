"""Which pictures conversations are held about."""

import io
import json
from pathlib import Path

from PIL import Image

from trainer.stages.followup import pictures


def write(data: Path, entries: dict[str, tuple[int, ...]]) -> None:
    """A data set whose pictures are grey, each of its own level; level 0 is a row without one."""
    info = {}
    for name, levels in entries.items():
        rows = []
        for level in levels:
            file = io.BytesIO()
            Image.new("L", (8, 8), level).save(file, "PNG")
            (data / f"{level}.png").write_bytes(file.getvalue())
            rows.append({"messages": [], "images": [f"{level}.png"] if level else []})
        (data / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
        info[name] = {"file_name": f"{name}.json"}
    (data / "dataset_info.json").write_text(json.dumps(info), encoding="utf-8")


def test_those_held_out_come_first(tmp_path: Path) -> None:
    write(tmp_path, {"mllm_med": (10, 20), "mllm_med_validation": (30,), "mllm_med_test": (0, 40)})
    assert [one.pixels[0, 0, 0] for one in pictures(tmp_path)] == [40, 30, 10, 20]


def test_phantoms_have_their_own(tmp_path: Path) -> None:
    write(tmp_path, {"mllm_med": (10,), "mllm_eval": (50,)})
    assert [one.pixels[0, 0, 0] for one in pictures(tmp_path)] == [50, 10]
