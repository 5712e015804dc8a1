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
    assert {"demo", "tiny"} <= {path.stem for path in PIPELINES}


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
