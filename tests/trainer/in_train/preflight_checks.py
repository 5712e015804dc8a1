"""What is found before hours are spent: run by the training environment.

``python preflight_checks.py NAME`` runs one in a folder of its own.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import yaml
from rich.console import Console

from assistant.errors import AssistantError
from assistant.models.card import write_card
from assistant.places import CONFIGS
from trainer.config import load_pipeline
from trainer.preflight import check
from trainer.stages.sft import arguments_as_recorded
from trainer.workspace import Workspace

LORA = "model.language_model.layers.{}.self_attn.q_proj"


def a_real_pipeline_with_everything_wrong_is_told_all_at_once(folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    shards = folder / "shards"
    shards.mkdir()
    pq.write_table(pa.table({"image": [b"x"], "id": ["1"], "text": ["CT"]}), shards / "a.parquet")
    (shards / "b.parquet").write_bytes(b"PAR1 but no parquet")
    base = write_base(folder / "base", "qwen2_vl", width=64)
    adapter = folder / "adapter"
    write_tensors(adapter, {f"base_model.model.{LORA.format(0)}.lora_A.weight": [8, 48]})
    told = problems(
        folder,
        base,
        {"learnin_rate": 1, "template": "llama3", "adapter_name_or_path": str(adapter)},
        sources=[{"kind": "parquet", "path": "shards"}],
    )
    for part in (
        "b.parquet",
        "caption",
        "没有参数 learnin_rate",
        "模板 llama3 与基座的架构 qwen2_vl 不符，应为 qwen2_vl",
        "不能用于这个基座",
    ):
        assert part in told, (part, told)
    assert "TRN-103" in told


def another_architecture_needs_its_template_and_has_no_int4(folder: Path) -> None:
    base = write_base(folder / "base", "qwen3_vl", width=64)
    told = problems(folder, base, {"template": "qwen2_vl"})
    assert "应为 qwen3_vl 或 qwen3_vl_nothink" in told, told
    assert "没有 qwen3_vl 的 openvino-int4" in told, told
    assert "没有 qwen3_vl 的 nf4" in told, told


def no_base_no_room_and_no_card(folder: Path) -> None:
    told = problems(folder, folder / "nowhere", {"bf16": True})
    assert "找不到基座模型“nowhere”" in told, told
    if not cuda():
        assert "bf16 需要 NVIDIA 显卡" in told, told
    base = write_base(folder / "base", "qwen2_vl", width=64)
    usage = shutil.disk_usage
    shutil.disk_usage = lambda _: usage(folder)._replace(free=1000)  # type: ignore[assignment]
    told = problems(folder, base, {})
    assert "磁盘空间：估计还需 1.1 GB" in told, told


def a_fine_pipeline_passes(folder: Path) -> None:
    base = write_base(folder / "base", "qwen2_vl", width=64)
    assert problems(folder, base, {}) == ""


def an_adapter_that_merging_would_lose_is_refused(folder: Path) -> None:
    base = write_base(folder / "base", "qwen2_vl", width=64)
    adapter = str(folder / "adapter")
    write_tensors(folder / "adapter", {f"base_model.model.{LORA.format(0)}.lora_A.weight": [8, 64]})
    assert problems(folder, base, {"adapter_name_or_path": adapter}) == ""
    for changes in (
        {"adapter_name_or_path": f"{adapter},{adapter}"},
        {"adapter_name_or_path": adapter, "create_new_adapter": True},
    ):
        told = problems(folder, base, changes)
        assert "只并入最后训练的适配器" in told, (changes, told)


def data_that_would_take_the_place_of_the_pipelines_own_are_refused(folder: Path) -> None:
    base = write_base(folder / "base", "qwen2_vl", width=64)
    told = problems(folder, base, {"tokenized_path": str(folder / "tokenized")})
    assert "请去掉它" in told
    assert problems(folder, base, {}) == ""


def a_mixture_whose_folder_is_not_prepared(folder: Path) -> None:
    base = write_base(folder / "base", "qwen2_vl", width=64)
    mix = {"weight": 1, "add": [{"folder": "general", "weight": 1}]}
    assert "general 里没有 dataset_info.json" in problems(folder, base, {}, mix=mix)


def a_mixture_of_shards_or_with_a_validation_of_its_own(folder: Path) -> None:
    base = write_base(folder / "base", "qwen2_vl", width=64)
    mix = {"weight": 1, "add": [{"folder": "general", "weight": 1}]}
    validated = {"eval_dataset": "mllm_med_validation"}
    told = problems(folder, base, validated, mix=mix, layout="shards")
    for part in ("general 里没有", "不能写 eval_dataset", "不能混合 layout: shards"):
        assert part in told, (part, told)


def a_mixture_added_after_training_is_looked_at(folder: Path) -> None:
    base = write_base(folder / "base", "qwen2_vl", width=64)
    assert problems(folder, base, {}) == ""
    work = Workspace(
        load_pipeline(folder / "wrong.yaml"), folder, folder / "out", Console(file=sys.stderr)
    )
    config = {"arguments": arguments_as_recorded(work, "x.yaml")}
    work.begin("sft/x", inputs={}, config=config).finish([])
    mix = {"weight": 1, "add": [{"folder": "general", "weight": 1}]}
    assert "general 里没有 dataset_info.json" in problems(folder, base, {}, mix=mix)


def cuda() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def write_tensors(folder: Path, shapes: dict[str, list[int]]) -> None:
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: torch.zeros(shape) for name, shape in shapes.items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def write_base(folder: Path, architecture: str, *, width: int) -> Path:
    write_tensors(folder, {f"{LORA.format(0)}.weight": [width, width]})
    (folder / "config.json").write_text(json.dumps({"model_type": architecture}))
    for name in ("tokenizer.json", "preprocessor_config.json"):
        (folder / name).write_text("{}")
    write_card(
        folder, name="base", title="t", base="b", format="bf16", trained_on="-", use="-",
        limits="-", created="2026-01-01",
    )  # fmt: skip
    return folder


def problems(
    folder: Path,
    base: Path,
    changes: dict[str, object],
    *,
    sources: list[dict[str, object]] | None = None,
    mix: dict[str, object] | None = None,
    layout: str = "auto",
) -> str:
    values = yaml.safe_load((CONFIGS / "train" / "tiny.yaml").read_text(encoding="utf-8"))
    del values["synth"]
    values |= {"name": "wrong", "sft": ["x.yaml"], "prepare": "data.yaml"}
    values["base"] = {"folder": str(base)}
    if mix is not None:
        values["mix"] = mix
    step = yaml.safe_load((CONFIGS / "train" / "tiny_lora.yaml").read_text(encoding="utf-8"))
    if changes.get("bf16"):
        del step["use_cpu"]
    (folder / "wrong.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    (folder / "x.yaml").write_text(yaml.safe_dump(step | changes), encoding="utf-8")
    if sources is None:
        talk = [{"role": "user", "content": "CT?"}, {"role": "assistant", "content": "正常。"}]
        (folder / "talk.json").write_text(json.dumps([{"messages": talk}]), encoding="utf-8")
        sources = [{"kind": "dialogues", "path": "talk.json"}]
    data = {"sources": sources, "layout": layout}
    (folder / "data.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    work = Workspace(
        load_pipeline(folder / "wrong.yaml"), folder, folder / "out", Console(file=sys.stderr)
    )
    try:
        check(work, ("prepare", "base", "sft", "merge", "quantize"))
    except AssistantError as error:
        return f"{error.code} {error.message}"
    return ""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["CT_ASSISTANT_DATA"] = str(Path(temporary) / "data")
        globals()[sys.argv[1]](Path(temporary))
