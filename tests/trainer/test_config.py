from pathlib import Path

import pytest
import yaml

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from trainer.config import load_pipeline

TRAIN = CONFIGS / "train"
PIPELINES = [
    path for path in sorted(TRAIN.rglob("*.yaml")) if "card" in yaml.safe_load(path.read_bytes())
]


def test_there_are_pipelines() -> None:
    assert {"demo", "tiny", "qwen2vl_2b"} <= {path.stem for path in PIPELINES}


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_every_pipeline_is_valid_and_says_how_to_launch_it(path: Path) -> None:
    pipeline = load_pipeline(path)
    assert pipeline.name == path.stem
    for step in pipeline.sft:
        assert (path.parent / step).is_file()
    comment = path.read_text(encoding="utf-8").split("name:")[0]
    assert f"python launcher.py train run configs/train/{path.name}" in comment


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    values = yaml.safe_load((TRAIN / "tiny.yaml").read_text(encoding="utf-8"))
    values["base"]["shape"]["vocab"] = "many"
    values["base"]["pretrain"]["speed"] = 1
    values["quantize"]["group"] = 1
    values["sft"] = ["tiny_full.yaml", "../elsewhere.yaml"]
    del values["card"]["limits"]
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_pipeline(path)
    assert caught.value.code == "TRN-102"
    for place in (
        "vocab 应为整数",
        "speed 没有这个设置项",
        "group 不能小于 16",
        "sft",
        "limits 缺少",
    ):
        assert place in caught.value.message
    assert "5 处" in caught.value.message


@pytest.mark.parametrize(
    ("section", "change", "told"),
    [
        ("evaluate", {"seed": 9_000_000}, "evaluate.seed 不能小于 900000000"),
        ("synth", {"count": 500_001}, "synth.count 不能大于 500000"),
        ("synth", {"eval_count": 500_001}, "synth.eval_count 不能大于 500000"),
    ],
)
def test_no_examination_has_seeds_of_training(
    tmp_path: Path, section: str, change: dict[str, int], told: str
) -> None:
    values = yaml.safe_load((TRAIN / "tiny.yaml").read_text(encoding="utf-8"))
    values[section] |= change
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_pipeline(path)
    assert told in caught.value.message


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"prepare": "prepare.yaml"}, "须写且只写一个"),
        ({"synth": None}, "须写且只写一个"),
        ({"synth": None, "prepare": "prepare.yaml"}, "在 base.folder 写明"),
        ({"base": {"folder": "x", "shape": {"vocab": 600}}}, "不能再写 shape"),
        ({"base": {"mean_with": "x"}}, "须先写 base.start"),
        ({"evaluate": {"questions": "held_out"}}, "应写 phantoms"),
    ],
)
def test_where_data_and_base_come_from(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    values = yaml.safe_load((TRAIN / "tiny.yaml").read_text(encoding="utf-8"))
    values = {key: value for key, value in (values | change).items() if value is not None}
    if change.get("prepare") and "base" not in change:
        values.pop("base")
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_pipeline(path)
    assert told in caught.value.message


def test_the_real_recipe_takes_prepared_data_and_a_fetched_base() -> None:
    real = load_pipeline(TRAIN / "qwen2vl_2b.yaml")
    assert (real.data, real.prepare, real.base.folder) == (
        "prepare",
        "prepare.yaml",
        "Qwen2-VL-2B-Instruct",
    )
    assert load_pipeline(TRAIN / "tiny.yaml").data == "synth"


RECIPE = {
    "model_name_or_path": "Qwen/Qwen2-VL-2B-Instruct",
    "finetuning_type": "lora",
    "learning_rate": 5e-5,
    "num_train_epochs": 3.0,
    "max_samples": 100000,
    "per_device_train_batch_size": 2,
    "gradient_accumulation_steps": 8,
    "logging_steps": 5,
    "save_steps": 3000,
    "bf16": True,
    "lora_rank": 8,
    "lora_alpha": 16,
    "lora_dropout": 0,
}
LEFT_OUT = {"stage": "sft", "do_train": True, "template": "qwen2_vl"}
PLACES = {"dataset", "dataset_dir", "media_dir", "output_dir"}


def test_the_recipe_s_command_value_for_value() -> None:
    values = yaml.safe_load((TRAIN / "qwen2vl_2b_lora.yaml").read_text(encoding="utf-8"))
    assert {key: values[key] for key in values if key not in PLACES} == {**RECIPE, **LEFT_OUT}
    assert values["dataset"] == "mllm_med"


@pytest.mark.parametrize("path", sorted(TRAIN.glob("qwen*_*lora*.yaml")), ids=lambda p: p.stem)
def test_every_recipe_says_how_to_launch_it_and_what_it_costs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header = text.split("\nstage:")[0]
    assert f"llamafactory-cli train configs/train/{path.name}" in header
    assert "费用：" in header
    assert "机器：" in header
    values = yaml.safe_load(text)
    batch = values["per_device_train_batch_size"] * values["gradient_accumulation_steps"]
    assert batch == 16
    assert values["learning_rate"] == RECIPE["learning_rate"]


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "\x00"])
def test_no_readable_yaml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_pipeline(path)
    assert caught.value.code == "TRN-101"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(AssistantError) as caught:
        load_pipeline(tmp_path / "none.yaml")
    assert caught.value.code == "TRN-101"
