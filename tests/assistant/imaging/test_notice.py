import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CODE = re.compile(r'"((?:IMG|USE|CFG)-\d{3})"')


def test_every_code_is_in_the_document() -> None:
    document = (ROOT / "docs/imaging.md").read_text(encoding="utf-8")
    used = {
        code
        for file in (ROOT / "assistant/imaging").glob("*.py")
        for code in CODE.findall(file.read_text(encoding="utf-8"))
    }
    assert len(used) > 30
    documented = set(re.findall(r"(?:IMG|USE|CFG)-\d{3}", document))
    assert used == documented
