from pathlib import Path

import pytest
import yaml

from assistant.errors import AssistantError
from assistant.places import CONFIGS
from trainer.data.corpus.preparation import load_preparation

COMMITTED = [
    path
    for path in sorted((CONFIGS / "train").rglob("*.yaml"))
    if "sources" in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def test_there_are_some() -> None:
    assert len(COMMITTED) >= 2


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_committed_configurations_are_right_and_say_how_to_run_them(path: Path) -> None:
    load_preparation(path)
    text = path.read_text(encoding="utf-8")
    assert f"python launcher.py train prepare configs/train/{path.name}" in text
    assert "费用" in text


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"sources": []}, "sources"),
        ({"sources": [{"kind": "paquet", "path": "x"}]}, "sources.0"),
        ({"split": {"source_pattern": "("}}, "split.source_pattern"),
        ({"split": {"validation": 0.49, "test": 0.49}}, "整个文件"),
        ({"translate": {"endpoint": "127.0.0.1:8000", "model": "m"}}, "translate.endpoint"),
        ({"select": {"boxes": "maybe", "min_side": 0}}, "select.min_side"),
        ({"langage": "zh"}, "langage"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, settings: dict, named: str) -> None:
    good = {"sources": [{"kind": "parquet", "path": "x"}]}
    path = tmp_path / "p.yaml"
    path.write_text(yaml.safe_dump(good | settings), encoding="utf-8")
    with pytest.raises(AssistantError) as caught:
        load_preparation(path)
    assert caught.value.code == "TRN-501"
    assert named in caught.value.message
