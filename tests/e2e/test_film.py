"""The film enlarged: in the browser alone, beside the wheel that turns pages and the window."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.assistant.batch.conftest import write_series

OpenTab = Callable[..., Any]

BESIDE = """() => {
    const { left, right, top, bottom } = document.querySelector("#stage").getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return [[left - 4, y], [right + 4, y], [x, top - 4], [x, bottom + 4]].map(([x, y]) =>
        Boolean(document.elementFromPoint(x, y).closest("#stage")));
}"""
"""Whether the picture covers what lies beside the film, on any side."""


@pytest.fixture
def tab(open_tab: OpenTab, tmp_path: Path) -> Any:
    """A tab with a series of five slices at the third."""
    write_series(tmp_path, [float(10 * place) for place in range(5)])
    tab = open_tab()
    tab.show(*sorted(tmp_path.iterdir()))
    tab.page.wait_for_selector("#stage .tr:has-text('第 3/5 层')")
    return tab


def place(tab: Any) -> dict[str, float]:
    """Where the picture lies."""
    box: dict[str, float] = tab.page.locator("#stage img").bounding_box()
    return box


def wheel(tab: Any, by: int, key: str = "Shift") -> None:
    tab.page.keyboard.down(key)
    tab.page.mouse.wheel(0, by)
    tab.page.keyboard.up(key)


def corner(tab: Any) -> Locator:
    found: Locator = tab.page.locator("#stage .bl")
    return found


def drag(tab: Any, across: int, down: int, key: str = "") -> None:
    box = tab.page.locator("#stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.page.mouse.move(x, y)
    if key:
        tab.page.keyboard.down(key)
    tab.page.mouse.down()
    tab.page.mouse.move(x + across, y + down, steps=4)
    tab.page.mouse.up()
    if key:
        tab.page.keyboard.up(key)


@pytest.mark.parametrize("key", ["Shift", "Control"])
def test_the_wheel_enlarges_about_the_pointer_and_a_double_click_ends_it(
    tab: Any, key: str
) -> None:
    whole, picture = place(tab), tab.picture()
    assert corner(tab).inner_text() == "模型所见即此图"
    tab.page.mouse.move(whole["x"] + 40, whole["y"] + 30)
    wheel(tab, -100, key)
    wheel(tab, -100, key)
    larger = place(tab)
    assert larger["width"] > 1.5 * whole["width"]
    rate = larger["width"] / whole["width"]
    assert larger["x"] + 40 * rate == pytest.approx(whole["x"] + 40, abs=1)
    assert larger["y"] + 30 * rate == pytest.approx(whole["y"] + 30, abs=1)
    assert "模型看到的仍是整幅图" in corner(tab).inner_text()
    assert tab.page.evaluate(BESIDE) == [False] * 4
    assert tab.picture() == picture
    assert tab.page.inner_text("#stage .tr") == "第 3/5 层"
    wheel(tab, 100, key)
    wheel(tab, 100, key)
    assert place(tab) == pytest.approx(whole)
    wheel(tab, -100, key)
    tab.page.mouse.dblclick(whole["x"] + 60, whole["y"] + 60)
    assert place(tab) == pytest.approx(whole)
    assert corner(tab).inner_text() == "模型所见即此图"
    assert tab.complaints == []


def test_enlarged_the_wheel_still_turns_pages_and_dragging_sets_the_window(tab: Any) -> None:
    tab.page.click("#stage .zoom .in")
    tab.page.click("#stage .zoom .in")
    larger = place(tab)
    tab.page.hover("#stage .tl", force=True)
    tab.page.mouse.wheel(0, 100)
    tab.page.wait_for_selector("#stage .tr:has-text('第 4/5 层')")
    assert place(tab) == pytest.approx(larger)
    drag(tab, 60, 0)
    tab.page.wait_for_selector("#stage .tl:not(:has-text('自动'))")
    assert tab.page.inner_text("#stage .tl").startswith("C50/W4")
    assert place(tab) == pytest.approx(larger)
    assert tab.page.locator("#stage .side").all_inner_texts() == ["R", "L", "A", "P"]


def test_enlarged_it_is_moved_within_its_edges_and_the_window_stays(tab: Any) -> None:
    whole = place(tab)
    for _ in range(4):
        tab.page.click("#stage .zoom .in")
    larger, window = place(tab), tab.page.inner_text("#stage .tl")
    drag(tab, 50, 20, "Shift")
    moved = place(tab)
    assert (moved["x"], moved["y"]) == pytest.approx((larger["x"] + 50, larger["y"] + 20), abs=1)
    for _ in range(5):
        drag(tab, 300, 150, "Shift")
    edge = place(tab)
    assert (edge["x"], edge["y"]) == pytest.approx((whole["x"], whole["y"]), abs=1)
    assert tab.page.inner_text("#stage .tl") == window
    tab.page.click("#stage .zoom .off")
    assert place(tab) == pytest.approx(whole)
    assert not tab.page.is_visible("#stage .zoom .off")


def test_another_picture_is_shown_whole(tab: Any, tmp_path: Path) -> None:
    whole = place(tab)
    tab.page.click("#stage .zoom .in")
    write_series(tmp_path / "other", [0], uid="9.9")
    tab.page.set_input_files("#dropzone input[type=file]", str(tmp_path / "other" / "0-00.dcm"))
    tab.page.wait_for_selector("#stage .tr:not(:has-text('层'))", state="attached")
    tab.page.wait_for_selector("#stage:not(.zoomed)")
    assert place(tab) == pytest.approx(whole)
    tab.page.click("#stage .zoom .in")
    tab.page.click("#remove")
    tab.page.wait_for_selector("#stage .empty")
    tab.page.wait_for_selector("#stage:not(.zoomed)")
    assert not tab.page.is_visible("#stage .zoom")
