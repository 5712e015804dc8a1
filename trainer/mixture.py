"""Several data sets for one training, drawn by weight."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from trainer.config import read_yaml
from trainer.data.prepared import HELD_OUT
from trainer.data.sharegpt import write_json
from trainer.manifest import digest_file
from trainer.workspace import Workspace

OWN = "mllm_med"
INFO = "dataset_info.json"
_OF_PIXELS = re.compile("[0-9a-f]{32}")
STRATEGY = {"longest": "interleave_over", "shortest": "interleave_under"}

Entry = dict[str, object]
Row = dict[str, list[str]]


@dataclass(frozen=True)
class Part:
    """A data set of the mixture: where it lies, what it is called there and here."""

    folder: Path
    dataset: str
    name: str
    weight: float


def parts_of(work: Workspace) -> list[Part]:
    """The pipeline's own data first, then what is added; empty without a mixture."""
    mix = work.pipeline.mix
    if mix is None:
        return []
    added = [
        Part(work.configs / one.folder, one.dataset, f"mix_{number}", one.weight)
        for number, one in enumerate(mix.add, 1)
    ]
    return [Part(work.data, OWN, OWN, mix.weight), *added]


def problems_of_mix(work: Workspace) -> Iterator[str]:
    """What is missing of the added data sets, and what no mixture has, Chinese."""
    if work.pipeline.mix is not None:
        for name in work.pipeline.sft:
            if _argument(work, name, "eval_dataset"):
                yield (
                    f"{name}：有 mix 就不能写 eval_dataset，混合的数据里没有它；"
                    "请去掉它（留出的图像由 evaluate 考核），或去掉 mix"
                )
    for part in parts_of(work)[1:]:
        where = f"mix：{part.folder.name}"
        try:
            entry = _entry(part)
        except (OSError, ValueError, KeyError, TypeError):
            yield f"{where} 里没有 {INFO}，或其中没有 {part.dataset}；请先用 train prepare 备好"
            continue
        if not isinstance(entry.get("file_name"), str):
            yield f"{where} 是分片布局；混合只支持 layout: recipe 的数据"
        elif not (part.folder / str(entry["file_name"])).is_file():
            yield f"{where} 缺少 {entry['file_name']}"


def inputs_of_mix(work: Workspace) -> dict[str, str]:
    """Digest by name of every added data set's rows."""
    return {
        part.name: digest_file(part.folder / str(_entry(part)["file_name"]))
        for part in parts_of(work)[1:]
    }


def mix(work: Workspace, folder: Path) -> Mapping[str, object]:
    """Write the mixture's ``dataset_info.json`` and rows into ``folder``.

    Pictures stay where they are: rows name them by their whole path. Rows with a picture that
    the pipeline's own data hold out are left out: it would be examined on what it was taught.

    Returns:
        LLaMA-Factory's arguments that draw from it.

    Raises:
        AssistantError: TRN-311 when the pipeline's own data are shards, TRN-313 when nothing of
            an added data set is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = parts_of(work)
    examined: frozenset[str] | None = None
    info: dict[str, object] = {}
    for part in parts:
        entry = _entry(part)
        if "file_name" not in entry:
            raise AssistantError(
                "TRN-311",
                f"数据集 {part.folder.name} 是分片布局，不能按权重混合。",
                next_step="请在 prepare 的配置中写 layout: recipe，或去掉 mix。",
            )
        rows = json.loads((part.folder / str(entry["file_name"])).read_text(encoding="utf-8"))
        for row in rows:
            row["images"] = [str((part.folder / name).resolve()) for name in row["images"]]
        if part.name != OWN:
            examined = _examined(work.data) if examined is None else examined
            rows = _untold(work, part, rows, examined)
        write_json(folder / f"{part.name}.json", rows)
        info[part.name] = {**entry, "file_name": f"{part.name}.json"}
    write_json(folder / INFO, info)
    assert work.pipeline.mix is not None
    return {
        "dataset": ",".join(part.name for part in parts),
        "mix_strategy": STRATEGY[work.pipeline.mix.until],
        "interleave_probs": ",".join(map(repr, _shares(parts))),
    }


def _argument(work: Workspace, name: str, key: str) -> object:
    try:
        return read_yaml(work.configs / name).get(key)
    except AssistantError:
        return None  # told of elsewhere


def _examined(data: Path) -> frozenset[str]:
    """Names and digests of the pictures that no training may see; see :func:`_marks`."""
    info = json.loads((data / INFO).read_text(encoding="utf-8"))
    files = [data / str(info[name]["file_name"]) for name in HELD_OUT if name in info]
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]
    pictures = {data / name for row in rows for name in row["images"]}
    return frozenset(mark for picture in pictures for mark in _marks(picture))


def _marks(picture: Path) -> frozenset[str]:
    """What a picture is known by: its bytes, and a prepared one by its name.

    A name of 32 hexadecimal digits stands for the pixels, in whatever quality they are stored.
    """
    digest = digest_file(picture)
    return frozenset({digest, picture.stem} if _OF_PIXELS.fullmatch(picture.stem) else {digest})


def _untold(work: Workspace, part: Part, rows: list[Row], examined: frozenset[str]) -> list[Row]:
    """The rows that give nothing of the examination away."""
    if not examined:
        return rows
    kept = [
        row
        for row in rows
        if all(examined.isdisjoint(_marks(Path(picture))) for picture in row["images"])
    ]
    if not kept:
        raise AssistantError(
            "TRN-313",
            f"数据集 {part.folder.name} 的每一行都用了本流程留出考核的图像。",
            next_step="请换一个数据集，或去掉这一项 mix。",
        )
    if len(kept) < len(rows):
        work.console.print(
            f"  {part.folder.name}：{len(rows) - len(kept)} 行用了留出考核的图像，不用于训练"
        )
    return kept


def _shares(parts: list[Part]) -> list[float]:
    whole = sum(part.weight for part in parts)
    return [part.weight / whole for part in parts]


def _entry(part: Part) -> Entry:
    info = json.loads((part.folder / INFO).read_text(encoding="utf-8"))
    entry: Entry = dict(info[part.dataset])
    return entry
