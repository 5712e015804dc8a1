"""Takes the pictures in docs/screenshots anew, from the page with the embedded model.

python docs/screenshots.py        # in the environment of the tests, with Chromium
"""

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SHOTS = Path(__file__).with_name("screenshots")
SAMPLES = sorted((ROOT / "assets" / "samples").glob("*.dcm"))
SMALL, USUAL, LARGE = (1366, 768), (1600, 900), (3840, 2160)
MOST_WIDTH = 1600
USER, PASSWORD = "王医生", "a long password"


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        room = Path(folder)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        with served(room / "open") as url:
            second_model(room / "open")
            reading(browser, url)
            batch(browser, url, packed(room))
            models_and_settings(browser, url)
        add_user(room / "closed")
        with served(room / "closed") as url:
            page = opened(browser, url, SMALL, ready="input[name=password]")
            keep(page, "login")


def reading(browser: Browser, url: str) -> None:
    """The first tab."""
    for name, size, dark in (
        ("chat", USUAL, False), ("chat-dark", USUAL, True),
        ("chat-small", SMALL, False), ("chat-4k", LARGE, False),
    ):  # fmt: skip
        page = opened(browser, url, size, dark=dark)
        page.set_input_files("#dropzone input[type=file]", str(SAMPLES[-2]))
        for count, label in enumerate(("描述并诊断", "病灶在哪一侧", "需要紧急处理吗"), start=1):
            page.click(f".suggest:has-text('{label}')")
            page.locator("#chat .note").nth(count - 1).wait_for()
            page.wait_for_selector("#right:not(:has(.busy))")
        keep(page, name)


def batch(browser: Browser, url: str, archive: Path) -> None:
    """The second tab."""
    page = opened(browser, url, USUAL)
    page.click("#tab-batch-button")
    page.set_input_files("#batch-files input[type=file]", str(archive))
    page.wait_for_selector(".progress.running:has-text('还需约')")
    page.locator("table.rows tbody tr").nth(20).wait_for()
    keep(page, "batch-running")
    page.wait_for_selector(".progress.done", timeout=180_000)  # 240 pictures
    page.wait_for_selector(".download")
    keep(page, "batch")
    page.click("#dark")
    keep(page, "batch-dark")
    page.set_viewport_size({"width": LARGE[0], "height": LARGE[1]})
    page.click("#dark")
    keep(page, "batch-4k")


def models_and_settings(browser: Browser, url: str) -> None:
    """The third and fourth tab."""
    page = opened(browser, url, USUAL)
    page.click("#tab-models-button")
    page.click("#other input")
    page.click("ul[role=listbox] li:has-text('副本')")
    page.click("#trial")
    page.wait_for_selector("table.compared thead th:nth-child(3)")
    page.wait_for_selector("#trial", state="visible")
    keep(page, "models")
    page.click("#dark")
    keep(page, "models-dark")
    page.click("#tab-settings-button")
    keep(page, "settings-dark")
    page.click("#dark")
    page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    keep(page, "settings")


def opened(
    browser: Browser,
    url: str,
    size: tuple[int, int],
    *,
    dark: bool = False,
    ready: str = ".engine.ready",
) -> Page:
    """The page in a browser of its own."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    if dark:
        context.add_init_script("localStorage.ctDark = '1'")
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(ready)
    return page


def keep(page: Page, name: str) -> None:
    """What the page looks like, in 256 colours and no wider than most screens."""
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(600)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    if picture.width > MOST_WIDTH:
        size = (MOST_WIDTH, picture.height * MOST_WIDTH // picture.width)
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(SHOTS / f"{name}.png", optimize=True)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The page of a data folder, on the air."""
    data.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assistant", "app", "--no-browser", "--data", str(data)]
    process = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT)
    url = f"http://127.0.0.1:{port}/"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        while process.poll() is None:
            try:
                opener.open(url, timeout=5).close()
            except OSError:
                time.sleep(0.2)
            else:
                break
        yield url
    finally:
        process.terminate()
        process.wait()


def second_model(data: Path) -> None:
    """The embedded model once more, to be compared with itself."""
    from assistant.models.card import write_card

    copy = data / "models" / "copy"
    shutil.copytree(ROOT / "assets" / "demo-model", copy)
    (copy / "NOTICE.txt").write_text("copy", encoding="utf-8")
    write_card(
        copy, name="copy", title="CT 演示模型（副本）", base="", format="openvino-int4", demo=True,
        trained_on="", use="", limits="", created="2026-11-25",
    )  # fmt: skip


def packed(room: Path) -> Path:
    """Many copies of the samples that differ, as an archive."""
    many = room / "many"
    for number in range(240):
        source = SAMPLES[number * 7 % len(SAMPLES)]
        target = many / f"{1 + number // 40:03d}" / f"IM{number % 40:04d}.dcm"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes() + bytes(number))
    return Path(shutil.make_archive(str(room / "in"), "zip", many))


def add_user(data: Path) -> None:
    """Somebody who may log in."""
    command = [sys.executable, "-m", "assistant", "users", "add", USER, "--data", str(data)]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
