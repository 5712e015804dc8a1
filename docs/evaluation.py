"""Puts an evaluation into the documentation: ``.venv-test/bin/python docs/evaluation.py [FOLDER]``.

FOLDER holds ``evaluation.html`` and ``evaluation.md``, as ``train evaluate`` writes them, for
example ``runs/demo/evaluate`` with every variant. Without it the embedded model is examined
first. Needs the test environment and Chromium.
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "screenshots" / "evaluation.jpg"
PAGE = ROOT / "docs" / "evaluation.md"
BEGIN, END = "<!-- 成绩：由 docs/evaluation.py 写入 -->", "<!-- 成绩完 -->"
WIDTH = 1180


def main(arguments: list[str]) -> None:
    """Examine if need be, photograph the page, copy the table."""
    folder = Path(arguments[0]) if arguments else examine()
    photograph((folder / "evaluation.html").resolve(), PICTURE)
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = (folder / "evaluation.md").read_text(encoding="utf-8").strip()
    whole = f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"
    PAGE.write_text(whole, encoding="utf-8", newline="\n")


def examine() -> Path:
    """The embedded model's examination, as ``configs/train/embedded_mean.yaml`` has it."""
    folder = ROOT / "runs" / "evaluate-demo-model"
    command = [
        sys.executable,
        "launcher.py",
        "train",
        "evaluate",
        "configs/train/embedded_mean.yaml",
    ]
    command += ["--model", "assets/demo-model", "--out", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def photograph(page: Path, picture: Path) -> None:
    """The whole page as a JPG; a page that asked anything of a server would fail."""
    with sync_playwright() as tools:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": WIDTH, "height": 900})
        asked: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.goto(page.as_uri())
        shot = view.screenshot(full_page=True)
        browser.close()
    outside = [url for url in asked if not url.startswith(("data:", page.as_uri()))]
    if outside:
        raise SystemExit(f"the page fetched {outside}")
    Image.open(io.BytesIO(shot)).convert("RGB").save(picture, quality=80, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
