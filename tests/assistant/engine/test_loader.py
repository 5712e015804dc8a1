import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.loader import choose_engine, load_engine
from assistant.errors import AssistantError
from assistant.models.card import ModelCard
from assistant.models.catalog import ModelFolder, find_model


def model(model_format: str, path: Path = Path("nowhere")) -> ModelFolder:
    card = ModelCard(
        name="m",
        title="模型",
        base="b",
        format=model_format,
        trained_on="无",
        use="测试",
        limits="无",
        created="2026-01-01",
        files={"a": "0"},
    )
    return ModelFolder(path, card)


@pytest.mark.parametrize(
    ("model_format", "engine"),
    [("openvino-int4", "openvino"), ("nf4", "transformers"), ("bf16", "transformers")],
)
def test_auto_takes_the_engine_that_reads_the_format(model_format, engine, monkeypatch):
    monkeypatch.setattr("assistant.engine.loader.torch_installed", lambda: True)
    assert choose_engine(model(model_format), "auto") == engine


def test_without_torch_the_way_to_it_is_said(monkeypatch):
    monkeypatch.setattr("assistant.engine.loader.torch_installed", lambda: False)
    with pytest.raises(AssistantError, match="ENG-201") as caught:
        load_engine(model("bf16"))
    assert "python launcher.py setup cuda" in caught.value.next_step


@pytest.mark.parametrize(
    ("model_format", "engine", "code"),
    [
        ("nf4", "openvino", "ENG-111"),
        ("openvino-int4", "transformers", "ENG-111"),
        ("nf4", "auto", "ENG-201"),
        ("bf16", "transformers", "ENG-201"),
    ],
)
def test_what_does_not_fit_is_refused(model_format, engine, code, monkeypatch):
    monkeypatch.setattr("assistant.engine.loader.torch_installed", lambda: False)
    with pytest.raises(AssistantError, match=code):
        choose_engine(model(model_format), engine)


def test_an_incomplete_folder_is_refused(tmp_path):
    with pytest.raises(AssistantError, match="ENG-101"):
        load_engine(model("openvino-int4", tmp_path))


def test_another_architecture_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    with pytest.raises(AssistantError, match="ENG-101") as caught:
        load_engine(model("openvino-int4", tmp_path))
    assert "llama" in caught.value.detail


def answer(cache: Path) -> str:
    engine = load_engine(find_model("demo", cache), cache_dir=cache)
    talk = Conversation.new("系统").ask("请描述")
    text = "".join(c.text for c in engine.stream(talk, Options(max_tokens=16), Event()))
    engine.close()
    return text


def test_a_damaged_compiled_model_is_compiled_anew(tmp_path):
    first = answer(tmp_path)
    blobs = list(tmp_path.rglob("*.blob"))
    assert blobs
    damaged = {}
    for blob in blobs:
        content = bytearray(blob.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 8192] = bytes(len(content[middle : middle + 8192]))
        blob.chmod(0o600)
        blob.write_bytes(content)
        damaged[blob] = bytes(content)
    assert answer(tmp_path) == first
    assert all(blob.read_bytes() != damaged[blob] for blob in blobs)
    written = {blob: blob.stat().st_mtime_ns for blob in blobs}
    assert answer(tmp_path) == first
    assert written == {blob: blob.stat().st_mtime_ns for blob in blobs}  # used as they were


def test_choosing_needs_no_runtime():
    script = "import sys, assistant.engine.loader; print('openvino' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
