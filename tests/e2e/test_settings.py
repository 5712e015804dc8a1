"""What is set on the settings page is used at once, and is still there later."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import ROOT, Server, StartServer, Tab

SAMPLE = min((ROOT / "assets" / "samples").glob("*.dcm"))

Open = Callable[..., Tab]


@pytest.fixture
def own(start: StartServer, tmp_path: Path) -> Iterator[Server]:
    with start(tmp_path) as server:
        yield server


def save(tab: Tab, **fields: str) -> None:
    tab.page.get_by_role("tab", name="设置").click()
    for name, text in fields.items():
        tab.page.fill(f"#{name.replace('_', '-')} textarea, #{name.replace('_', '-')} input", text)
    tab.page.click("#save")


def test_windows_and_questions_are_used_at_once_and_stay(own: Server, open_tab: Open) -> None:
    tab = open_tab(own.url)
    tab.show(SAMPLE)
    save(tab, own_windows="胰腺 40/200", own_suggestions="有无转移？", keep_days="30")
    tab.page.wait_for_selector("#settings-said .saved")
    tab.page.get_by_role("tab", name="阅片").click()
    before = tab.picture()
    tab.page.locator("#preset label", has_text="胰腺").click()
    tab.page.wait_for_function(
        "(before) => document.querySelector('#stage img').src !== before", arg=before
    )
    assert tab.page.input_value("#level input[type=number]") == "40"
    assert tab.page.input_value("#width input[type=number]") == "200"
    assert tab.page.locator("#suggestions button:visible").all_inner_texts() == ["有无转移？"]
    tab.page.click("#suggestions button:has-text('有无转移')")
    tab.wait_answered(1)
    assert "您问的是“有无转移？”" in tab.answers()[0]
    tab.page.get_by_role("tab", name="批量").click()
    tab.page.click("#batch-window input")
    tab.page.get_by_role("option", name="胰腺").wait_for()
    assert not tab.foreign
    assert not tab.complaints

    other = open_tab(own.url)
    other.page.locator("#preset label", has_text="胰腺").wait_for()
    other.page.get_by_role("tab", name="设置").click()
    other.page.wait_for_function(
        "document.querySelector('#own-windows textarea')?.value === '胰腺 40/200'"
    )
    assert other.page.input_value("#keep-days input") == "30"


def test_what_is_wrong_is_told_and_not_saved(own: Server, open_tab: Open) -> None:
    tab = open_tab(own.url)
    save(tab, own_windows="胰腺\n肺 1/2", keep_days="-1")
    tab.page.wait_for_selector("#settings-said .stopped")
    said = tab.page.inner_text("#settings-said")
    for part in ("CFG-132", "3 处", "应写成“名称 窗位/窗宽”", "名称已有", "保留天数：不能小于 0"):
        assert part in said
    assert tab.page.input_value("#own-windows textarea") == "胰腺\n肺 1/2"
    assert not (own.data / "settings.json").exists()


def test_dark_is_for_browsers_that_have_not_chosen(own: Server, open_tab: Open) -> None:
    tab = open_tab(own.url)
    chosen = open_tab(own.url)
    for _ in range(2):  # dark, and light again: a choice
        chosen.page.click("#dark")
    tab.page.get_by_role("tab", name="设置").click()
    tab.page.locator("#look label", has_text="深色").click()
    save(tab)
    tab.page.wait_for_selector("#settings-said .saved")
    fresh = open_tab(own.url)
    fresh.page.wait_for_selector("body.dark")
    chosen.page.reload()
    chosen.page.wait_for_selector("#question textarea")
    assert not chosen.page.locator("body.dark").count()
