"""docs/demo_model.md shows the pictures that its rule takes, wrong answers among them."""

import importlib.util
import re
import sys

import pytest
from PIL import Image

from assistant.places import CHECKOUT

PAGE = CHECKOUT / "docs" / "demo_model.md"


@pytest.fixture(scope="module")
def gallery():
    spec = importlib.util.spec_from_file_location("demo_model", CHECKOUT / "docs/demo_model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if re.match(r"\| \d+ \|", line)]


def test_the_pictures_are_those_of_the_rule(gallery):
    chosen = list(gallery.choose())
    listed = [(int(cells[1]), cells[2]) for cells in rows()]
    truths = [f"{c.known.region}：{gallery.in_words(c.known.findings)}" for _, c in chosen]
    seeds = [seed for seed, _ in chosen]
    assert listed == list(zip(seeds, truths, strict=True)), "run: python docs/demo_model.py"


def test_right_and_wrong_are_counted_and_both_are_quoted():
    text = PAGE.read_text(encoding="utf-8")
    right = sum(cells[4].startswith("完全正确") for cells in rows())
    counted = re.search(r"(\d+) 幅完全正确，(\d+) 幅有错", text)
    assert counted
    assert (int(counted[1]), int(counted[2])) == (right, len(rows()) - right)
    assert len(re.findall(r"^\*\*\d+\.\*\*", text, re.MULTILINE)) == len(rows()) == 12


def test_the_picture_is_small_enough_to_clone():
    path = CHECKOUT / "docs" / "images" / "demo_model.jpg"
    assert path.stat().st_size < 400_000
    assert Image.open(path).width > 900
