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
