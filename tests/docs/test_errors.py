"""docs/errors.md and the source name the same codes, each with one meaning."""

import importlib.util
import re
import sys
from collections import defaultdict

import pytest

from assistant.places import CHECKOUT

SHARED = {
    # One meaning, told by more than one file.
    "ENV-105", "IMG-101", "IMG-104", "IMG-107", "IMG-111",
    "SYS-901",
}  # fmt: skip


@pytest.fixture(scope="module")
def errors():
    spec = importlib.util.spec_from_file_location("errors", CHECKOUT / "docs" / "errors.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def found(errors):
    return list(errors.uses())


def test_every_code_is_listed_once_and_nothing_else(found):
    text = (CHECKOUT / "docs" / "errors.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([A-Z]{3}-\d{3}) \|", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == {use.code for use in found}, "run: python docs/errors.py"


def test_every_code_has_words(errors, found):
    rows = re.findall(r"^\| ([A-Z]{3}-\d{3}) \| (.*?) \|", errors.page(found), re.MULTILINE)
    assert [code for code, words in rows if len(words) < 2] == []
    assert {code for code, _ in rows} == {use.code for use in found}


def test_codes_belong_to_known_families(errors, found):
    assert {use.code[:3] for use in found} <= set(errors.FAMILIES)


def test_one_meaning_a_code(found):
    files = defaultdict(set)
    for use in found:
        files[use.code].add(use.file)
    assert {code for code, where in files.items() if len(where) > 1} <= SHARED


def test_what_counts_as_a_use(errors, tmp_path):
    (tmp_path / "assistant").mkdir()
    (tmp_path / "launcher.py").write_text('x = f"[ENV-101] 需要 {x}"\n', encoding="utf-8")
    (tmp_path / "assistant" / "a.py").write_text(
        'raise E("IMG-101", f"第 {n} 个", next_step="再试", detail="d")\n'
        'if error.code == "IMG-102" or error.code in ("IMG-103",): pass\n'
        'N = Notice("IMG-201", "警告" "两段")\n'
        "'''IMG-104 in prose'''\n",
        encoding="utf-8",
    )
    found = {use.code: (use.message, use.next_step) for use in errors.uses(tmp_path)}
    assert found == {
        "ENV-101": ("需要", ""),
        "IMG-101": ("第 {…} 个", "再试"),
        "IMG-201": ("警告两段", ""),
    }
