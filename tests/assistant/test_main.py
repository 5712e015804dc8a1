import ast
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from assistant.__main__ import main
from assistant.places import CHECKOUT

CT = get_testdata_file("CT_small.dcm", download=False)


@pytest.fixture(autouse=True)
def _leave_process_as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setattr("tempfile.tempdir", None)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, os.environ.get(name, str(tmp_path)))
    monkeypatch.setenv("CT_ASSISTANT_DATA", str(tmp_path / "data"))
    yield
    ours = logging.getLogger("assistant")
    for handler in list(ours.handlers):
        ours.removeHandler(handler)
        handler.close()
    ours.propagate = True


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *arguments],
        capture_output=True,
        cwd=CHECKOUT,
        env={**os.environ, **environment},
    )


def test_json_is_the_only_thing_on_stdout_under_any_encoding():
    done = run(
        "ask", CT, "-q", "左侧？", "-q", "多大？", "--json", "--engine", "scripted",
        PYTHONIOENCODING="gbk", PYTHONUTF8="0",
    )  # fmt: skip
    assert done.returncode == 0
    whole = json.loads(done.stdout.decode("utf-8"))
    assert done.stdout.count(b"\n") == 1
    assert [answer["question"] for answer in whole["answers"]] == ["左侧？", "多大？"]
    assert "演示模型" in done.stderr.decode("utf-8")


def test_text_streams_to_stdout_and_the_rest_to_stderr(capfd: pytest.CaptureFixture[str]):
    assert main(["ask", CT, "--engine", "scripted", "--max-tokens", "6"]) == 0
    out, err = capfd.readouterr()
    assert out == "检查所见：脚\n"
    assert "6 词元" in err
    assert "Traceback" not in err


def test_the_default_question(capfd: pytest.CaptureFixture[str]):
    assert main(["ask", CT, "--engine", "scripted", "--json"]) == 0
    question = json.loads(capfd.readouterr().out)["answers"][0]["question"]
    assert question == "请使用中文描述下这个图像并给出你的诊断结果"


def test_nothing_that_identifies_is_logged(tmp_path: Path):
    shutil.copy(CT, tmp_path / "张三.dcm")
    assert main(["ask", str(tmp_path / "张三.dcm"), "-q", "机密问题", "--engine", "scripted"]) == 0
    assert main(["ask", str(tmp_path / "李四.dcm"), "-q", "机密问题", "--engine", "scripted"]) == 3
    logs = list((tmp_path / "data" / "logs").iterdir())
    text = "".join(log.read_text("utf-8") for log in logs)
    assert "IMG-101" in text
    for secret in ("张三", "李四", "机密", "脚本引擎", str(tmp_path)):
        assert secret not in text + "".join(log.name for log in logs)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask"], 2, "[USE-012]"),
        (["ask", "x", "-q", " "], 2, "[USE-013]"),
        (["ask", "x", "-q"], 2, "[USE-011] 选项 -q"),
        (["ask", "x", "--fast"], 2, "[USE-011] 没有 --fast"),
        (["ask", "x", "--window", "无此窗"], 2, "[USE-111]"),
        (["ask", "x", "--window", "40/0"], 2, "[USE-112]"),
        (["ask", "x", "--engine", "gpt"], 2, "--engine：只能是"),
        (["ask", "x", "--max-tokens", "许多"], 2, "--max-tokens：应为整数"),
        (["ask", "nothing.dcm"], 3, "[IMG-101]"),
        (["ask", CT, "--model", "nothing"], 4, "[MOD-101]"),
        (["batch"], 2, "[USE-014]"),
        (["batch", "x"], 2, "[USE-014]"),
        (["batch", "a", "b", "--out", "c"], 2, "[USE-011] 多出的参数：b"),
        (["batch", "x", "--out", "y", "-q", ""], 2, "[USE-013]"),
        (["batch", "x", "--out", "y", "--by", "patient"], 2, "[USE-018]"),
        (["batch", "x", "--out", "y", "--by", "series", "--slices", "9"], 2, "[USE-018]"),
        (["batch", "x", "--out", "y", "-q", "盆腔：有无积液？"], 2, "[USE-141]"),
        (["batch", "nothing", "--out", "y", "--engine", "scripted"], 3, "[BAT-101]"),
        (["app", "--host", "a b", "--port", "0"], 2, "2 处错误"),
        (["--port", "x"], 2, "--port：应为整数"),
        (["diagnose"], 2, "[USE-011] 没有 diagnose"),
        (["models"], 2, "[USE-011]"),
        (["models", "fetch"], 2, "[USE-015]"),
        (["models", "fetch", "x", "--from", "gitee"], 2, "[USE-016]"),
        (["models", "fetch", "a b"], 4, "[MOD-215]"),
        (["models", "quantize"], 2, "[USE-019]"),
        (["models", "quantize", "demo", "--format", "gguf"], 2, "[USE-019]"),
    ],
)
def test_refusals_are_chinese_with_a_code_and_nothing_on_stdout(
    arguments: list[str], code: int, words: str, capfd: pytest.CaptureFixture[str]
):
    assert main(arguments) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize("verb", [["ask"], ["models"], ["users", "add"]], ids=" ".join)
def test_help_is_asked_for_either_way(verb: list[str], capfd: pytest.CaptureFixture[str]):
    told = []
    for option in ("--help", "-h"):
        assert main([*verb, option]) == 0
        told.append(capfd.readouterr().out)
    assert told[0].startswith("用法：")
    assert told[0] == told[1]


def test_a_taken_port_is_told_before_a_model_is_loaded(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("assistant.loading.open_lane", lambda _: pytest.fail("a model is loaded"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert main(["app", "--no-browser", "--port", port]) == 4
    assert "[SYS-202]" in capfd.readouterr().err


def test_an_unexpected_error_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("张三")

    monkeypatch.setattr("assistant.commands.doctor", broken)
    assert main(["doctor"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert "[SYS-901]" in err
    assert "Traceback" not in err
    assert "张三" not in err
    log = next((tmp_path / "data" / "logs").iterdir()).read_text("utf-8")
    assert "ZeroDivisionError" in log
    assert "张三" not in log


def test_a_data_folder_that_cannot_be_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_bytes(b"")
    assert main(["doctor", "--data", str(tmp_path / "file" / "data")]) == 4
    assert "[SYS-101]" in capfd.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_the_data_folder_is_for_its_owner_alone(tmp_path: Path):
    assert main(["doctor", "--engine", "scripted"]) == 0
    for folder in (tmp_path / "data", *(tmp_path / "data").iterdir()):
        assert folder.stat().st_mode & 0o077 == 0


def test_doctor(capfd: pytest.CaptureFixture[str]):
    assert main(["doctor", "--engine", "scripted"]) == 0
    out, _ = capfd.readouterr()
    assert out.startswith("Python：")
    assert "数据文件夹：" in out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(CT, folder / "ct")
    (folder / "notes.txt").write_text("不是影像", encoding="utf-8")
    for shade in range(8):
        Image.fromarray(np.full((32, 32), shade, np.uint8)).save(folder / f"{shade}.jpg")
    return folder


def test_batch(folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    out = tmp_path / "out"
    for words in ("完成 9，沿用 0，拒绝 1", "完成 0，沿用 9，拒绝 1"):
        assert main(["batch", str(folder), "--out", str(out), "--engine", "scripted"]) == 0
        told, err = capfd.readouterr()
        assert told == ""
        assert words in err
    rows = json.loads((out / "results.json").read_text("utf-8"))
    assert len(rows) == 10
    assert (out / "results.csv").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent the POSIX way")
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_batch_goes_on_where_it_was(folder: Path, tmp_path: Path, stop: signal.Signals):
    """Stopped after two answers; every row already there is taken over by the next run."""
    out = tmp_path / "out"
    slow = (
        "import sys, assistant.loading as loading; from assistant.engine.lane import Lane;"
        "from assistant.engine.scripted import ScriptedEngine;"
        "loading.open_lane = lambda s: Lane.of(ScriptedEngine(token_delay_s=0.008));"
        "from assistant.__main__ import main; sys.exit(main())"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", slow, "batch", str(folder), "--out", str(out)],
        cwd=CHECKOUT,
        stderr=subprocess.DEVNULL,
    )
    while child.poll() is None and answered(out) < 2:
        time.sleep(0.01)
    child.send_signal(stop)
    code = child.wait(60)
    assert code == (130 if stop == signal.SIGINT else -signal.SIGKILL)
    kept = answered(out)
    assert 2 <= kept < 9
    if stop == signal.SIGINT:
        assert json.loads((out / "results.json").read_text("utf-8"))
    done = run("batch", str(folder), "--out", str(out), "--engine", "scripted")
    assert f"沿用 {kept}" in done.stderr.decode("utf-8")
    assert len(json.loads((out / "results.json").read_text("utf-8"))) == 10


def answered(out: Path) -> int:
    """Answers in the book so far."""
    if not (out / "progress.sqlite3").exists():
        return 0
    with contextlib.closing(sqlite3.connect(out / "progress.sqlite3", timeout=30)) as book:
        try:
            return int(book.execute("SELECT count(*) FROM answers").fetchone()[0])
        except sqlite3.OperationalError:  # its tables are being made
            return 0


def test_a_dry_run_counts_and_writes_nothing(folder: Path, capfd: pytest.CaptureFixture[str]):
    before = sorted(folder.rglob("*"))
    assert main(["batch", str(folder), "--dry-run", "--engine", "scripted"]) == 0
    told, err = capfd.readouterr()
    assert told == ""
    assert "共 10 个文件，9 个序列；不能读取 1" in err
    assert "需要提问 9 次，沿用以前的回答 0 次" in err
    assert "实测每次" in err
    assert sorted(folder.rglob("*")) == before


def test_an_archive_is_gone_through_like_a_folder(folder: Path, tmp_path: Path):
    packed = shutil.make_archive(str(tmp_path / "影像"), "zip", folder)
    out = tmp_path / "out"
    assert main(["batch", packed, "--out", str(out), "--engine", "scripted"]) == 0
    rows = json.loads((out / "results.json").read_text("utf-8"))
    assert {row["file"] for row in rows} == {path.name for path in folder.iterdir()}


def test_help_imports_nothing_heavy():
    """What makes help slow is imports, so they are looked at instead of a clock."""
    code = (
        "import sys; from assistant.__main__ import main; main(['ask', '--help']);"
        "heavy = {'openvino', 'gradio', 'pydicom', 'numpy', 'torch', 'PIL', 'rich'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=CHECKOUT)
    assert ast.literal_eval(done.stderr.decode()) == []
    assert "用法：" in done.stdout.decode("utf-8")


@pytest.mark.parametrize("verb", [[], ["app"], ["ask"], ["batch"], ["doctor"]])
def test_help_is_chinese_throughout(verb: list[str], capsys: pytest.CaptureFixture[str]):
    assert main([*verb, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("用法：python launcher.py")
    for english in ("Usage", "Options", "Arguments", "Show", "default", "required", "TEXT"):
        assert english not in text
