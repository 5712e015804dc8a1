"""The page is there before the model, and ends in order."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.data import get_testdata_file

from assistant.places import ASSETS

OpenTab = Callable[..., Any]


def ct() -> str:
    path = get_testdata_file("CT_small.dcm", download=False)
    assert isinstance(path, str)
    return path


def test_a_question_asked_before_the_model_is_there_is_answered(
    open_tab: OpenTab, start: Any, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    with start(tmp_path, "--load-when", str(there), "--token-delay", "0") as server:
        tab = open_tab(server.url)
        tab.page.wait_for_selector("#engine .loading")
        tab.show(ct())
        tab.ask("一")
        tab.page.wait_for_selector("#chat .waiting:has-text('模型加载中')")
        there.touch()
        tab.page.wait_for_selector("#engine .ready")
        tab.wait_answered(1)
        assert "第1问，共1幅图像" in tab.answers()[-1]
        assert tab.page.locator("#engine .demo").count() == 1
    assert not list((tmp_path / "tmp").iterdir())


def test_the_embedded_model_answers(open_tab: OpenTab, start: Any, tmp_path: Path) -> None:
    if not (ASSETS / "demo-model" / "model.json").is_file():
        reason = "assets/demo-model is not there"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with start(tmp_path, "--engine", "demo") as server:
        tab = open_tab(server.url)
        tab.page.wait_for_selector("#engine .ready", timeout=60_000)
        assert "OpenVINO" in tab.page.inner_text("#engine")
        assert "演示" in tab.page.inner_text("#engine")
        tab.show(ct())
        tab.ask("请使用中文描述下这个图像并给出你的诊断结果")
        tab.wait_answered(1)
        first = tab.answers()[-1]
        assert sum("\u4e00" <= character <= "\u9fff" for character in first) > 10
        tab.ask("病灶位于哪一侧、哪个部位？")
        tab.wait_answered(2)
        assert tab.foreign == []
        assert tab.complaints == []


def test_a_taken_port_is_a_coded_refusal(server: Any, tmp_path: Path) -> None:
    port = server.url.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "assistant", "app", "--port", port, "--no-browser"),
            *("--engine", "scripted", "--data", str(tmp_path)),
        ],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        cwd=ASSETS.parent,
    )
    assert done.returncode != 0
    assert "[SYS-202]" in done.stderr
    assert "Traceback" not in done.stderr
