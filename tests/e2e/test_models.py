"""Models at hand: tried, and switched without a restart."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.models.card import write_card
from assistant.places import ASSETS

OpenTab = Callable[..., Any]


def test_a_model_is_fetched_compared_and_switched_to(
    start: Any, open_tab: OpenTab, tmp_path: Path
) -> None:
    folder = tmp_path / "usb"
    shutil.copytree(ASSETS / "demo-model", folder)
    (folder / "NOTICE.txt").write_text("another", encoding="utf-8")
    write_card(
        folder, name="second", title="第二个模型", base="demo", format="openvino-int4", demo=True,
        trained_on="", use="", limits="", created="2026-11-25",
    )  # fmt: skip
    data = tmp_path / "data"
    data.mkdir()
    with start(data, "--engine", "demo") as server:
        tab = open_tab(server.url)
        page = tab.page
        page.wait_for_selector(".engine.ready")
        page.click("#tab-models-button")
        page.wait_for_selector("#models-rows tr:has-text('使用中')")
        page.fill("#fetch-name textarea, #fetch-name input", str(folder))
        page.click("#fetch")
        page.wait_for_selector("#models-rows tr:has-text('第二个模型')")
        page.click("#other input")
        page.click("ul[role=listbox] li:has-text('第二个模型')")
        page.click("#trial")
        page.wait_for_selector("table.compared tbody tr td:nth-child(3)")
        page.wait_for_selector("#trial")
        assert page.locator("table.compared tbody tr").count() >= 5
        stranger = open_tab(server.url)
        stranger.page.wait_for_selector(".engine.ready:has-text('CT 演示模型')")
        page.click("#model input")
        page.click("ul[role=listbox] li:has-text('第二个模型')")
        page.click("#use")
        page.wait_for_selector("#models-rows tr:has-text('第二个模型'):has-text('使用中')")
        page.wait_for_selector(".engine.ready:has-text('第二个模型')")
        stranger.page.wait_for_selector(".engine.ready:has-text('第二个模型')")
        (data / "models" / "second" / "NOTICE.txt").write_text("altered", encoding="utf-8")
        page.click("#use")
        page.wait_for_selector("#models-progress .card:has-text('MOD-104')")
        assert tab.foreign == []
        assert tab.complaints == []
