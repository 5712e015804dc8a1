"""The last pass: groups become one data set, in order, without holding it in memory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from trainer.data.corpus.outlet import SHARDS
from trainer.data.corpus.plan import Group
from trainer.data.corpus.publish import GROUPS, HEADERS
from trainer.data.corpus.sift import PICTURES
from trainer.data.corpus.split import SPLITS, Placed
from trainer.data.corpus.tally import Tally
from trainer.data.sharegpt import dataset_info, write_json

DATASET = "mllm_med"


def dataset_name(split: str) -> str:
    """What a split is called in ``dataset_info.json``; the training rows as in the recipe."""
    return DATASET if split == "train" else f"{DATASET}_{split}"


def json_name(split: str) -> str:
    """The JSON of a split, relative to the output folder."""
    return (
        f"{PICTURES}/mllm_data.json" if split == "train" else f"{PICTURES}/mllm_data_{split}.json"
    )


def tally(groups: list[Group], work: Path) -> Tally:
    """The counts of all groups."""
    total = Tally()
    for group in groups:
        total.add(Tally.load(work / GROUPS / group.name / "tally.json"))
    return total


def placed(groups: list[Group], work: Path) -> Iterator[Placed]:
    """Where every written row went, as written."""
    for group in groups:
        path = work / GROUPS / group.name / "placed.arrow"
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
            for row in reader.read_all().to_pylist():
                keys, looks, ties = (tuple(row[name]) for name in ("keys", "looks", "ties"))
                yield Placed(row["split"], row["origin"], keys, looks, ties)


def write_lists(groups: list[Group], work: Path, out: Path) -> list[Path]:
    """``rows.csv``, ``rejects.csv`` and ``untranslated.csv``, readable by spreadsheets."""
    made = []
    for name, header in HEADERS.items():
        partial = out / f"{name}.part"
        with partial.open("wb") as file:
            file.write(f"\ufeff{header}\r\n".encode())
            for group in groups:
                with (work / GROUPS / group.name / name).open("rb") as piece:
                    shutil.copyfileobj(piece, file)
        partial.replace(out / name)
        made.append(out / name)
    return made


def write_dataset(groups: list[Group], work: Path, out: Path, *, sharded: bool) -> list[Path]:
    """The splits that have rows, and ``dataset_info.json``."""
    if sharded:
        return _describe_shards(out)
    made, files = [], {}
    (out / PICTURES).mkdir(exist_ok=True)
    for split in SPLITS:
        pieces = [work / GROUPS / group.name / f"{split}.jsonl" for group in groups]
        if split == "train" or any(piece.stat().st_size for piece in pieces):
            path = out / json_name(split)
            _join(pieces, path)
            made.append(path)
            files[dataset_name(split)] = json_name(split)
    write_json(out / "dataset_info.json", dataset_info(files))
    return [*made, out / "dataset_info.json"]


def _describe_shards(out: Path) -> list[Path]:
    """Entries that LLaMA-Factory streams with ``streaming: true``.

    A ``file_name`` it would first copy whole into a cache; a ``script_url`` that is a folder of
    parquet it opens as it is, streaming or not.
    """
    names = [split for split in SPLITS if (out / SHARDS / split).is_dir()]
    info: dict[str, object] = {}
    plain = dataset_info({dataset_name(split): split for split in names})
    for split in names:
        entry = dict(plain[dataset_name(split)])  # type: ignore[call-overload]
        del entry["file_name"]
        info[dataset_name(split)] = {"script_url": f"{SHARDS}/{split}", **entry}
    write_json(out / "dataset_info.json", info)
    return [out / SHARDS / split for split in names] + [out / "dataset_info.json"]


def _join(pieces: list[Path], path: Path) -> None:
    """Lines of JSON become one array."""
    partial = path.with_name(f"{path.name}.part")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        opening = "[\n"
        for piece in pieces:
            with piece.open(encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    file.write(opening + line.rstrip("\n"))
                    opening = ",\n"
        file.write("[]\n" if opening == "[\n" else "\n]\n")
    partial.replace(path)
