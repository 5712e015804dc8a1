"""What the tests of the store share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.imaging.render import digest
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.imaging.window import Window
from assistant.store.exchange import Exchange, Picture, Record
from assistant.store.ledger import Ledger


def picture(seed: int = 0, place: str = "第 3/20 层") -> Picture:
    pixels = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)
    image = RenderedImage(
        pixels, Window(-600, 1500), "肺 C-600/W1500", SliceRef("1.2.3", 2, 1), digest(pixels)
    )
    return Picture(image, place, replaced=bool(seed), sides="RL")


def done(question: str, answer: str = "好。", *pictures: Picture) -> Exchange:
    return Exchange(question, question, pictures=pictures, answer=answer, state="done")


def keep(ledger: Ledger, owner: str, *exchanges: Exchange, title: str = "题") -> Record:
    record = Record("system", exchanges, title)
    ledger.adopt(owner, record)
    return record


@pytest.fixture
def open_ledger(tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    opened: list[Ledger] = []

    def open_() -> Ledger:
        opened.append(Ledger(tmp_path))
        return opened[-1]

    yield open_
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_ledger: Callable[[], Ledger]) -> Ledger:
    return open_ledger()
