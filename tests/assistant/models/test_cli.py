from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.errors import AssistantError
from assistant.models.cli import app


def run(*arguments: str):
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("hub", ["modelscope", "huggingface"])
def test_fetch_then_list(fake_hub, tmp_path: Path, hub: str):
    done = run("fetch", "Qwen/Tiny-VL", "--from", hub, "--data", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert "Tiny-VL 已就绪" in done.stdout
    listed = run("list", "--data", str(tmp_path))
    assert "Tiny-VL\tbf16\t1 MB" in listed.stdout


def test_a_folder_is_carried_in(fake_hub, tmp_path: Path):
    folder = tmp_path / "carried"
    folder.mkdir()
    for name, content in fake_hub.files.items():
        (folder / name).write_bytes(content)
    assert run("fetch", str(folder), "--data", str(tmp_path / "data")).exit_code == 0
    assert (tmp_path / "data" / "models" / "carried" / "model.json").is_file()
    assert fake_hub.requests == []


def test_a_refusal_comes_out_as_it_is(fake_hub, tmp_path: Path):
    done = run("fetch", "Qwen/Nothing", "--data", str(tmp_path))
    assert isinstance(done.exception, AssistantError)
    assert done.exception.code == "MOD-203"


def test_another_hub_is_wrong_usage(tmp_path: Path):
    assert run("fetch", "x", "--from", "elsewhere", "--data", str(tmp_path)).exit_code == 2
