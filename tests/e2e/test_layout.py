"""Everything has its place on a small screen and on a large one."""

from collections.abc import Callable

import pytest

from tests.e2e.conftest import ROOT, Tab

SAMPLE = ROOT / "assets" / "samples" / "head-haemorrhage.dcm"
SHOWN = {
    "chat": ("#samples", "#suggestions", "#send", "#draft"),
    "batch": ("#start", "#batch-slices", "#batch-files", "#batch-draft"),
    "models": ("#use", "#quantize", "#fetch", "#models-rows table"),
    "settings": ("#own-windows", "#look", "#own-plain", "#save"),
}
"""By tab, what has to be seen whole without scrolling."""


@pytest.mark.parametrize("size", [(1366, 768), (3840, 2160)], ids=["small", "large"])
@pytest.mark.parametrize("look", ["light", "dark"])
def test_every_tab_fits_the_screen(
    open_tab: Callable[..., Tab], size: tuple[int, int], look: str
) -> None:
    width, height = size
    tab = open_tab(viewport={"width": width, "height": height})
    if look == "dark":
        tab.page.click("#dark")
    tab.show(SAMPLE)
    for name, shown in SHOWN.items():
        tab.page.click(f"#tab-{name}-button")
        if name == "batch":  # the longer form
            tab.page.locator("#batch-by label").nth(1).click()
        for selector in shown:
            place = tab.page.locator(selector)
            place.wait_for()
            box = place.bounding_box()
            assert box is not None
            assert box["x"] >= 0, selector
            assert box["y"] >= 0, selector
            assert box["x"] + box["width"] <= width, selector
            assert box["y"] + box["height"] <= height, selector
        beyond = tab.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert beyond == [width, height], name
        hidden = tab.page.evaluate(
            "['#batch-form', '#settings', '#right', '#left'].filter((name) => {"
            " const part = document.querySelector(name);"
            " return part && part.offsetParent && part.scrollHeight > part.clientHeight + 1; })"
        )
        assert hidden == [], name


@pytest.mark.parametrize("size", [(1093, 614), (960, 1040), (683, 768)], ids=str)
def test_on_half_a_screen_everything_is_within_reach(
    open_tab: Callable[..., Tab], size: tuple[int, int]
) -> None:
    tab = open_tab(viewport={"width": size[0], "height": size[1]})
    tab.show(SAMPLE)
    for selector in ("#send", "#clear", "#remove", "#width", "#preset label >> nth=-1", "#dark"):
        box = tab.page.locator(selector).bounding_box()
        assert box is not None, selector
        assert box["x"] >= 0, selector
        assert box["x"] + box["width"] <= size[0], selector
    tabs = tab.page.locator("#tab-settings-button").bounding_box()
    engine = tab.page.locator("#engine .engine").bounding_box()
    assert tabs is not None
    assert engine is not None
    assert tabs["x"] + tabs["width"] <= engine["x"]
    tab.ask("一")
    tab.wait_answered(1)
    assert not tab.page.is_visible("#sidebar")
    tab.page.click("#list")
    tab.page.click("#talks .open")
    tab.page.wait_for_selector("#sidebar", state="hidden")
