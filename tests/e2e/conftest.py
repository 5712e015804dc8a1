"""A real Chromium before a real server, both started once."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
START_S = 180

StartServer = Callable[..., AbstractContextManager["Server"]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True)
class Server:
    """A page on the air.

    Attributes:
        url: where.
        data: its data folder.
        ready_s: seconds from the start of its process until it answered.
        process: its process.
    """

    url: str
    data: Path
    ready_s: float
    process: "subprocess.Popen[bytes]"


@pytest.fixture(scope="session")
def chromium_path() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "Chromium is missing: install Debian's chromium and fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def start(chromium_path: str) -> StartServer:
    """Starts another server, for tests that need one of their own."""
    return running


@pytest.fixture(scope="session")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("data")) as server:
        yield server


@contextmanager
def running(data: Path, *arguments: str, port: int = 0) -> Iterator[Server]:
    port = port or free_port()
    command = [sys.executable, str(Path(__file__).with_name("serve_page.py"))]
    command += ["--port", str(port), "--data", str(data), *arguments]
    # A proxy of the environment must not come between the page and itself.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    started = time.monotonic()
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    url = f"http://127.0.0.1:{port}/"
    try:
        wait_for(url, process, data / "server.log")
        yield Server(url, data, time.monotonic() - started, process)
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text(encoding='utf-8')}")
        try:
            opener.open(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"no page after {START_S} s: {log.read_text(encoding='utf-8')}")


@dataclass(frozen=True)
class Tab:
    """A browser of its own with the page open, and what it did.

    Attributes:
        page: Playwright's page.
        foreign: requests to any other origin.
        complaints: errors in the console, such as refusals by the security policy.
    """

    page: Page
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def show(self, *files: str | Path) -> None:
        """Drop files and wait for the picture to change."""
        before = self.picture()
        self.page.set_input_files("#dropzone input[type=file]", [str(file) for file in files])
        self.page.wait_for_function(
            "(before) => { const img = document.querySelector('#stage img');"
            " return img && img.src !== before; }",
            arg=before,
        )

    def picture(self) -> str:
        """The data URL of the picture on screen, "" without one."""
        return self.page.evaluate("document.querySelector('#stage img')?.src ?? ''")

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")

    def answers(self) -> list[str]:
        """The text of every answer, oldest first."""
        return self.page.locator("#chat .bot .message").all_inner_texts()

    def wait_answered(self, count: int) -> None:
        """Wait until so many answers are complete."""
        self.page.wait_for_function(
            "(count) => document.querySelectorAll('#chat .note').length >= count", arg=count
        )


@pytest.fixture
def open_tab(browser: Browser, server: Server) -> Iterator[Callable[..., Tab]]:
    contexts = []

    def open_(
        url: str = server.url, *, wait_for: str = "#question textarea", **options: object
    ) -> Tab:
        context = browser.new_context(
            **{"viewport": {"width": 1366, "height": 768}, "locale": "en-US", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        tab = Tab(page)
        page.on("request", lambda request: note_foreign(tab, request.url, url))
        page.on("console", lambda said: note_complaint(tab, said.type, said.text))
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        page.goto(url)
        page.wait_for_selector(wait_for)
        return tab

    yield open_
    for context in contexts:
        context.close()


def note_foreign(tab: Tab, address: str, home: str) -> None:
    if urlsplit(address).scheme not in ("data", "blob") and not address.startswith(home):
        tab.foreign.append(address)


def note_complaint(tab: Tab, kind: str, text: str) -> None:
    if kind == "error":
        tab.complaints.append(text)
