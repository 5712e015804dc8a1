"""Two users in two real browsers: each sees their own and nothing else."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT, Server, StartServer, Tab

WORDS = {"anna": "the first password", "bo": "the second password"}
SAMPLE, *_, OTHER = sorted((ROOT / "assets" / "samples").glob("*.dcm"))


@pytest.fixture(scope="module")
def clinic(start: StartServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("clinic")
    for name, word in WORDS.items():
        command = [sys.executable, "-m", "assistant", "users", "add", name, "--data", str(data)]
        subprocess.run(command, input=f"{word}\n", text=True, check=True, cwd=ROOT)
    with start(data) as server:
        yield server


@pytest.fixture
def enter(clinic: Server, open_tab: Callable[..., Tab]) -> Callable[[str], Tab]:
    def enter(name: str) -> Tab:
        tab = open_tab(clinic.url, wait_for="input[name=password]")
        log_in(tab.page, name, WORDS[name])
        tab.page.wait_for_selector("#question textarea")
        return tab

    return enter


def log_in(page: Page, name: str, word: str) -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", word)
    page.press("input[name=password]", "Enter")


def test_a_wrong_password_is_told_and_the_right_one_opens(
    clinic: Server, open_tab: Callable[..., Tab]
) -> None:
    tab = open_tab(clinic.url, wait_for="input[name=password]")
    log_in(tab.page, "anna", "wrong")
    tab.page.wait_for_selector(".refusal")
    assert "用户名或密码不对" in tab.page.inner_text(".refusal")
    assert tab.page.input_value("input[name=name]") == "anna"
    log_in(tab.page, "anna", WORDS["anna"])
    tab.page.wait_for_selector("#question textarea")
    tab.page.wait_for_function("document.querySelector('#who')?.innerText.includes('anna')")
    assert not tab.foreign


def test_each_sees_their_own_and_nothing_of_the_other(enter: Callable[[str], Tab]) -> None:
    anna, bo = enter("anna"), enter("bo")
    asked: list[str] = []
    anna.page.on("request", lambda request: asked.append(request.url))
    anna.show(SAMPLE)
    anna.ask("标记甲")
    anna.wait_answered(1)
    anna.page.wait_for_selector("#talks .talk")
    bo.page.reload()
    bo.page.wait_for_selector("#question textarea")
    assert not bo.picture()
    bo.show(OTHER)
    bo.ask("标记乙")
    bo.wait_answered(1)
    assert "标记甲" not in bo.page.inner_text("body")
    assert "标记乙" not in anna.page.inner_text("body")
    assert anna.picture() != bo.picture()
    # Whatever address anna's page used is not bo's to ask for.
    own = [
        url for url in asked if "session_hash" in url or "upload_id" in url or "/heartbeat/" in url
    ]
    assert own
    for url in own:
        assert bo.page.request.get(url).status == 403, url


def test_a_user_finds_their_conversations_in_another_browser(enter: Callable[[str], Tab]) -> None:
    first = enter("anna")
    first.show(SAMPLE)
    first.ask("标记丙")
    first.wait_answered(1)
    second = enter("anna")
    second.page.wait_for_function("document.querySelector('#talks')?.innerText.includes('标记丙')")


def test_models_are_for_the_administrator(enter: Callable[[str], Tab]) -> None:
    anna, bo = enter("anna"), enter("bo")
    anna.page.wait_for_function("document.querySelector('#who')?.innerText.includes('管理员')")
    anna.page.get_by_role("tab", name="模型").click()
    anna.page.wait_for_selector("#models-rows table")
    bo.page.wait_for_function("document.querySelector('#who')?.innerText.includes('bo')")
    bo.page.wait_for_function(
        "[...document.querySelectorAll('[role=tab]')].every(tab =>"
        " !tab.innerText.includes('模型') || !tab.offsetParent)"
    )


def test_logging_out_ends_every_tab_of_the_browser(enter: Callable[[str], Tab]) -> None:
    bo = enter("bo")
    other = bo.page.context.new_page()
    other.goto(bo.page.url)
    other.wait_for_selector("#question textarea")
    bo.page.click("#who button")
    bo.page.wait_for_selector("input[name=password]")
    other.bring_to_front()
    other.wait_for_selector("input[name=password]", timeout=60_000)
