"""Many people at once: nobody sees another's text, picture or file.

A few by default; ``SESSIONS=20 TURNS=20`` in the environment for all.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

SESSIONS = int(os.environ.get("SESSIONS", "3"))
TURNS = int(os.environ.get("TURNS", "2"))


def mark(person: int, turn: int) -> str:
    return f"甲{person:02d}乙{turn:02d}丙"


@pytest.mark.timeout(300 + 30 * SESSIONS * TURNS)
def test_nobody_sees_anything_of_another(
    open_tab: Callable[..., Any], start: Any, tmp_path: Path
) -> None:
    with start(tmp_path, "--token-delay", "0.001") as server:
        tabs = [open_tab(server.url) for _ in range(SESSIONS)]
        for person, tab in enumerate(tabs):
            file = tmp_path / f"{person}.png"
            grey = np.random.default_rng(person).integers(0, 255, (64, 64), np.uint8)
            Image.fromarray(grey).save(file)
            tab.show(file)
        for turn in range(TURNS):
            for person, tab in enumerate(tabs):  # all ask before anybody is answered
                tab.ask(mark(person, turn))
            for tab in tabs:
                tab.wait_answered(turn + 1)
                tab.page.wait_for_selector("#right:not(:has(.busy))")
        pictures = [tab.picture() for tab in tabs]
        assert len(set(pictures)) == SESSIONS
        for person, tab in enumerate(tabs):
            seen = tab.page.content()
            for other in range(SESSIONS):
                assert (pictures[other] in seen) == (other == person)
                for turn in range(TURNS):
                    assert (mark(other, turn) in seen) == (other == person)
            assert f"第{TURNS}问，共1幅图像" in tab.answers()[-1]
            assert tab.page.locator("#talks .talk").count() == 1
