"""Checks of prepare that need ``datasets`` or LLaMA-Factory: run by the training environment.

``python prepare_checks.py NAME`` runs one; an AssertionError is its failure.
"""

import csv
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
from rich.console import Console

from assistant.errors import AssistantError
from tests.trainer.medtrinity_rows import Maker, write_shards
from trainer.data.corpus.preparation import Preparation, Translate
from trainer.stages.prepare import prepare

START_S = 240


def prepared(folder: Path, out: str, **settings: object) -> Path:
    source = {"kind": "parquet", "path": folder / "shards"}
    split = {"validation": 0.2, "test": 0.2}
    wanted = Preparation.model_validate(
        {"sources": [source], "split": split, "workers": 1, "batch_rows": 16} | settings
    )
    prepare(wanted, folder / out, console=Console(quiet=True))
    return folder / out


def count(out: Path, split: str) -> int:
    with (out / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        return sum(row["划分"] == split for row in csv.DictReader(file))


def llamafactory_reads_both_layouts_whole_and_streaming(folder: Path) -> None:
    from llamafactory.data.loader import _get_merged_dataset
    from llamafactory.data.mm_plugin import get_mm_plugin
    from llamafactory.hparams import DataArguments, ModelArguments

    plugin = get_mm_plugin("qwen2_vl", image_token="<|image_pad|>")
    model = ModelArguments(model_name_or_path="none", cache_dir=str(folder / "cache"))
    given = SimpleNamespace(dataloader_num_workers=1, seed=1, local_process_index=0)
    for layout in ("recipe", "shards"):
        out = prepared(folder, f"as-{layout}", layout=layout)
        for name, split in (("mllm_med", "train"), ("mllm_med_validation", "validation")):
            for streaming in (False, True):
                data = DataArguments(dataset=name, dataset_dir=str(out), streaming=streaming)
                found = _get_merged_dataset(data.dataset, model, data, given, "sft")
                assert type(found).__name__ == ("IterableDataset" if streaming else "Dataset")
                rows = list(found)
                assert len(rows) == count(out, split) > 0
                for row in rows:
                    (picture,) = plugin._regularize_images(
                        row["_images"], image_max_pixels=768 * 768, image_min_pixels=32 * 32
                    )["images"]
                    assert picture.size == (128, 128)
                    assert row["_prompt"][0]["content"].startswith("<image>")
                    assert "CT scan" in row["_response"][0]["content"]


def streamed_shards_are_read_in_place(folder: Path) -> None:
    """Streaming makes no copy of the data in any cache."""
    from llamafactory.data.loader import _get_merged_dataset
    from llamafactory.hparams import DataArguments, ModelArguments

    out = prepared(folder, "out", layout="shards")
    model = ModelArguments(model_name_or_path="none", cache_dir=str(folder / "cache"))
    given = SimpleNamespace(dataloader_num_workers=1, seed=1, local_process_index=0)
    data = DataArguments(dataset="mllm_med", dataset_dir=str(out), streaming=True)
    assert list(_get_merged_dataset(data.dataset, model, data, given, "sft"))
    assert list((folder / "cache").rglob("*.arrow")) == []


def llamafactory_trains_on_streamed_shards(folder: Path) -> None:
    out = prepared(folder, "out", layout="shards")
    arguments = {
        "model_name_or_path": str(_tiny_model(folder / "model")),
        "dataset_dir": str(out),
        "dataset": "mllm_med",
        "streaming": True,
        "max_steps": 3,
        # Or accelerate cuts the patches of a batch as if they were its rows.
        "accelerator_config": {"dispatch_batches": False},
        "buffer_size": 16,
        "preprocessing_batch_size": 8,
        "output_dir": str(folder / "trained"),
        "template": "qwen2_vl",
        "stage": "sft",
        "do_train": True,
        "finetuning_type": "lora",
        "per_device_train_batch_size": 2,
        "logging_steps": 1,
        "report_to": "none",
        "use_cpu": True,
    }
    (folder / "train.yaml").write_text(json.dumps(arguments), encoding="utf-8")
    command = [sys.executable, "-m", "llamafactory.cli", "train", str(folder / "train.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    log = (folder / "trained" / "trainer_log.jsonl").read_text(encoding="utf-8").splitlines()
    losses = [entry["loss"] for line in log if "loss" in (entry := json.loads(line))]
    assert len(losses) == 3
    assert all(0 < loss < 20 for loss in losses), losses


def a_hub_name_is_streamed_like_the_folder(folder: Path) -> None:
    plain = prepared(folder, "plain", layout="recipe")
    source = {"kind": "hub", "name": str(folder / "shards")}
    hub = prepared(folder, "hub", layout="recipe", sources=[source])
    name = "mllm_data/mllm_data.json"
    assert (hub / name).read_bytes() == (plain / name).read_bytes()
    left = [(path / "rejects.csv").read_text(encoding="utf-8-sig") for path in (hub, plain)]
    assert len(left[0].splitlines()) == len(left[1].splitlines()) > 1


def a_hub_name_that_is_not_there_is_told_in_chinese(folder: Path) -> None:
    sources = [
        {"kind": "hub", "name": "nobody/has-this-data-set"},
        {"kind": "hub", "name": str(folder / "shards"), "caption": "captions"},
        {"kind": "hub", "name": str(folder / "shards"), "split": "nonesuch"},
    ]
    told = ""
    try:
        prepared(folder, "out", sources=sources)
    except AssistantError as error:
        told = str(error)
    for part in ("TRN-502", "离线", "缺少列 captions", "没有子集", "3 处问题"):
        assert part in told, (part, told)


def the_real_api_of_llamafactory_answers_and_the_checker_judges(folder: Path) -> None:
    """A tiny random model serves: its answers are no Chinese reports, and must all be refused."""
    from trainer.data.corpus.translate import Translator

    model = _tiny_model(folder / "model")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = {
        "model_name_or_path": str(model),
        "template": "qwen2_vl",
        "infer_backend": "huggingface",
        "infer_dtype": "float32",
    }
    (folder / "api.yaml").write_text(json.dumps(config), encoding="utf-8")
    environment = {**os.environ, "API_HOST": "127.0.0.1", "API_PORT": str(port), "API_KEY": "key"}
    with (folder / "api.log").open("wb") as log:
        command = [sys.executable, "-m", "llamafactory.cli", "api", str(folder / "api.yaml")]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/v1"
    try:
        _wait_for(address, server, folder / "api.log")
        os.environ["PREPARE_KEY"] = "key"
        settings = Translate(
            endpoint=address,
            model="tiny",
            key_variable="PREPARE_KEY",
            attempts=2,
            workers=2,
            max_tokens=16,
            cache=folder / "memory.sqlite",
        )
        translator = Translator(settings)
        texts = [f"No pneumothorax; a {size} mm nodule on the left." for size in (4, 7)]
        found = list(translator.translate(texts))
        translator.close()
        assert [one.english for one in found] == texts
        assert [one.attempts for one in found] == [2, 2]
        assert all(one.chinese is None and one.faults for one in found)
        shards = folder / "shards"
        for path in shards.glob("*.parquet"):
            path.unlink()
        write_shards(shards, [Maker().row(0), Maker().row(1)], shards=1)
        out = prepared(folder, "zh", language="zh", translate=settings.model_dump())
        listed = (out / "untranslated.csv").read_text(encoding="utf-8-sig")
        assert listed.count("TRN-532") == 2, listed
        assert count(out, "train") + count(out, "validation") + count(out, "test") == 2
    finally:
        server.kill()
        server.wait()


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-2000:]
        try:
            headers = {"Authorization": "Bearer key"}
            if httpx.get(f"{address}/models", headers=headers, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    raise AssertionError("the server did not start: " + log.read_text(encoding="utf-8")[-2000:])


def _tiny_model(folder: Path) -> Path:
    from trainer.model.config import Shape, build_model
    from trainer.model.processor import build_processor
    from trainer.model.tokenizer import train_tokenizer

    words = ["左肺上叶可见结节，未见胸腔积液。", "A nodule in the left upper lobe."] * 20
    tokenizer = train_tokenizer(words, 400)
    shape = Shape(vocab=400, picture=56, vision_width=32, vision_depth=1, vision_heads=2,
                  width=64, depth=1, heads=2, kv_heads=1, inner=64)  # fmt: skip
    build_model(shape, tokenizer).save_pretrained(folder)
    build_processor(tokenizer, shape.picture).save_pretrained(folder)
    return folder


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        write_shards(place / "shards", Maker().mixed(80))
        globals()[sys.argv[1]](place)
