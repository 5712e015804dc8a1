"""Conversations that stay: listed, found, renamed, deleted; alike in two tabs, after a crash."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, TimeoutError
from pydicom.data import get_testdata_file

OpenTab = Callable[..., Any]
SLOW = ("--token-delay", "0.12")


def bundled(name: str) -> str:
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    return path


CT = bundled("CT_small.dcm")
HEAD = bundled("J2K_pixelrep_mismatch.dcm")


def titles(page: Page) -> list[str]:
    return page.locator("#talks .open span").all_inner_texts()


def talk(tab: Any, *questions: str) -> None:
    """Ask them one after the other in the conversation on the page."""
    before = tab.page.locator("#chat .note").count()
    for number, question in enumerate(questions, before + 1):
        tab.ask(question)
        while not was_sent(tab):  # Enter does nothing before the last answer is settled
            tab.page.press("#question textarea", "Enter")
        tab.wait_answered(number)
    tab.page.wait_for_selector("#right:not(:has(.busy))")


def was_sent(tab: Any) -> bool:
    """Whether the box is empty again, in a while at most."""
    emptied = "document.querySelector('#question textarea').value === ''"
    try:
        tab.page.wait_for_function(emptied, timeout=10_000)
    except TimeoutError:
        return False
    return True


def second_tab(tab: Any) -> Page:
    """Another tab of the same browser."""
    page: Page = tab.page.context.new_page()
    page.set_default_timeout(60_000)
    page.goto(tab.page.url)
    page.wait_for_selector("#question textarea")
    return page


def text(page: Page) -> str:
    return page.inner_text("#chat")


@pytest.fixture
def tab(open_tab: OpenTab) -> Any:
    tab = open_tab()
    tab.show(CT)
    return tab


@pytest.fixture
def slow(start: Any, tmp_path: Path, open_tab: OpenTab) -> Iterator[Any]:
    """A tab before a server that answers slowly."""
    with start(tmp_path, *SLOW) as server:
        tab = open_tab(server.url)
        tab.show(CT)
        yield tab


def test_conversations_are_listed_found_and_opened(tab: Any) -> None:
    talk(tab, "右肺有无结节？")
    tab.page.click("#new")
    tab.page.wait_for_selector("#chat .hello")
    talk(tab, "脑内有无出血？")
    assert titles(tab.page) == ["胸部 · 脑内有无出血？", "胸部 · 右肺有无结节？"]
    assert "今天" in tab.page.inner_text("#talks")
    tab.page.fill("#search input, #search textarea", "结节")
    tab.page.wait_for_function("document.querySelectorAll('#talks .talk').length === 1")
    tab.page.click("#talks .open")
    tab.page.wait_for_selector("#chat .user:has-text('右肺有无结节？')")
    assert "脑内" not in text(tab.page)
    talk(tab, "多大？")
    assert "第2问，共1幅图像" in tab.answers()[-1]
    tab.page.fill("#search input, #search textarea", "哪里都没有的话")
    tab.page.wait_for_selector("#talks:has-text('没有符合的对话')")
    assert tab.complaints == []
    assert tab.foreign == []


def test_a_name_being_typed_outlives_a_list_drawn_anew(tab: Any) -> None:
    tab.ask("一" * 200)
    tab.page.wait_for_selector("#chat .bot:has-text('检查所见')")
    tab.page.hover("#talks .talk")
    tab.page.click("#talks .rename")
    tab.page.fill("#talks .name", "随访")
    tab.wait_answered(1)
    tab.page.wait_for_selector("#right:not(:has(.busy))")
    tab.page.wait_for_timeout(1500)  # a beat of the pulse, which draws the list as well
    assert tab.page.input_value("#talks .name") == "随访"
    tab.page.press("#talks .name", "Enter")
    tab.page.wait_for_selector("#talks .open:has-text('随访')")
    assert tab.complaints == []


def test_a_picture_that_was_kept_says_its_sides_and_that_its_window_stays(tab: Any) -> None:
    tab.page.click("#preset label:has-text('骨') >> nth=0")
    tab.page.wait_for_selector("#stage .tl:has-text('骨 C400/W1800')")
    talk(tab, "一")
    sides = tab.page.locator("#stage .side").all_inner_texts()
    assert sides == ["R", "L", "A", "P"]
    tab.page.reload()
    tab.page.wait_for_selector("#stage .tl:has-text('骨 C400/W1800')")
    assert tab.page.locator("#stage .side").all_inner_texts() == sides
    assert "窗宽窗位不能再调" in tab.page.inner_text("#notices")
    assert tab.page.is_disabled("#level input[type=number]")
    assert tab.page.input_value("#level input[type=number]") == "400"
    assert tab.page.input_value("#width input[type=number]") == "1800"


def test_a_conversation_is_renamed_and_deleted_for_good(tab: Any, server: Any) -> None:
    talk(tab, "要删掉的一段话")
    tab.page.hover("#talks .talk")
    tab.page.click("#talks .rename")
    tab.page.fill("#talks .name", "随访病例")
    tab.page.press("#talks .name", "Enter")
    tab.page.wait_for_selector("#talks .open:has-text('随访病例')")
    tab.page.reload()
    tab.page.wait_for_selector("#talks .open:has-text('随访病例')")
    tab.wait_answered(1)
    tab.page.hover("#talks .talk")
    tab.page.click("#talks .delete")
    tab.page.click("#talks .sure button:has-text('取消')")
    assert titles(tab.page) == ["随访病例"]
    tab.page.click("#talks .delete")
    tab.page.click("#talks .sure button:has-text('删除')")
    tab.page.wait_for_selector("#talks:has-text('还没有对话')")
    tab.page.wait_for_selector("#chat .hello")
    for path in server.data.glob("conversations.sqlite3*"):
        assert "要删掉的一段话".encode() not in path.read_bytes()


def test_a_reload_in_mid_answer_and_the_answer_goes_on(slow: Any) -> None:
    slow.ask("所见？")
    slow.page.wait_for_selector("#chat .bot:has-text('检查所见')")
    slow.page.wait_for_selector("#talks .dot")
    slow.page.reload()
    slow.page.wait_for_selector("#chat .bot:has-text('检查所见')")
    slow.page.wait_for_selector("#stop", state="visible")
    assert not slow.page.locator("#chat .note").count()
    slow.wait_answered(1)
    assert slow.answers()[-1].count("仅供测试，不是诊断") == 1
    assert slow.page.is_visible("#send")


def test_two_tabs_of_one_person_agree(slow: Any) -> None:
    other = second_tab(slow)
    slow.ask("两处都要看到")
    other.wait_for_selector("#talks .open:has-text('两处都要看到')")
    other.click("#talks .open")
    other.wait_for_selector("#chat .bot:has-text('检查所见')")
    other.wait_for_selector("#stop", state="visible")  # drawn right after the text
    other.click("#stop")  # what one tab began, the other ends
    for page in (slow.page, other):
        page.wait_for_selector("#chat .note:has-text('已停止')")
        page.wait_for_selector("#send", state="visible")
    assert text(other).split() == text(slow.page).split()
    other.hover("#talks .talk")
    other.click("#talks .delete")
    other.click("#talks .sure button:has-text('删除')")
    slow.page.wait_for_selector("#chat .hello")
    slow.page.wait_for_selector("#talks:has-text('还没有对话')")


def test_what_was_typed_waits_with_its_conversation(tab: Any) -> None:
    box = "#question textarea"

    def written(text: str) -> None:
        tab.page.wait_for_function(f"document.querySelector('{box}').value === '{text}'")

    talk(tab, "一")
    tab.page.fill(box, "左侧呢")
    tab.page.click("#new")
    tab.page.wait_for_selector("#chat .hello")
    written("")
    tab.page.fill(box, "换个问法")
    tab.page.click("#talks .open")
    written("左侧呢")
    tab.page.click("#new")
    tab.page.wait_for_selector("#chat .hello")
    written("换个问法")
    talk(tab, "二")
    tab.page.click("#new")
    tab.page.wait_for_selector("#chat .hello")
    written("")


def test_killed_in_mid_answer_and_started_again(
    start: Any, tmp_path: Path, open_tab: OpenTab
) -> None:
    with start(tmp_path, *SLOW) as server:
        tab = open_tab(server.url)
        tab.show(CT)
        tab.ask("第一句")
        tab.page.wait_for_selector("#chat .bot:has-text('共1幅图像')")
        picture, url = tab.picture(), server.url
        shown = tab.answers()[-1]
        server.process.kill()
        server.process.wait(20)
    port = int(url.rstrip("/").rpartition(":")[2])
    with start(tmp_path, *SLOW, port=port):
        tab.page.wait_for_selector("#chat .note:has-text('程序中断')")
        assert tab.answers()[-1].startswith(shown.strip())
        assert tab.picture() == picture
        assert titles(tab.page) == ["胸部 · 第一句"] or titles(tab.page) == ["第一句"]
        tab.ask("第二句")
        tab.wait_answered(2)
        assert "第2问，共1幅图像" in tab.answers()[-1]


def test_a_question_is_asked_again_or_changed(tab: Any) -> None:
    talk(tab, "一", "二")
    assert tab.page.locator("#chat .again").count() == 1
    tab.page.click("#chat .again")
    tab.page.wait_for_selector("#stop", state="visible")
    tab.page.wait_for_selector("#send", state="visible")
    tab.wait_answered(2)
    assert len(tab.answers()) == 2
    tab.page.locator("#chat .edit").first.click()
    tab.page.wait_for_selector("#editing:has-text('正在修改')")
    assert tab.page.input_value("#question textarea") == "一"
    tab.page.click("#editing button")
    tab.page.wait_for_selector("#editing .editing", state="detached")
    assert tab.page.input_value("#question textarea") == ""
    tab.page.locator("#chat .edit").first.click()
    tab.page.wait_for_selector("#editing .editing")
    tab.ask("一改")
    tab.page.wait_for_selector("#chat .user:has-text('一改')")
    tab.page.wait_for_function("document.querySelectorAll('#chat .note').length === 1")
    assert "第1问，共1幅图像" in tab.answers()[-1]
    assert "一改" in tab.answers()[-1]
    assert tab.page.locator("#chat .user .sent").count() == 1


def test_every_picture_stays_with_its_turn_slice_and_window(tab: Any) -> None:
    talk(tab, "一")
    tab.page.click("#preset label:has-text('骨') >> nth=0")
    tab.page.wait_for_selector("#stage .tl:has-text('骨 C400/W1800')")
    talk(tab, "二")
    tab.show(HEAD)
    talk(tab, "三")
    tab.page.reload()
    tab.wait_answered(3)
    sent = tab.page.locator("#chat .user .sent").all_inner_texts()
    assert len(sent) == 3
    assert "C50/W400" in sent[0]
    assert "骨 C400/W1800" in sent[1]
    assert "已更换图像" in sent[2]


def test_report_and_patient_modes(tab: Any) -> None:
    tab.page.click("#mode label:has-text('报告')")
    talk(tab, "所见？")
    assert "三部分作答" in tab.answers()[-1]
    assert "模型未写建议" in tab.page.inner_text("#chat .note")
    assert "报告" in tab.page.inner_text("#chat .user .tools")
    tab.page.click("#mode label:has-text('患者版')")
    talk(tab, "这是什么？")
    assert "患者听得懂" in tab.answers()[-1]
    assert "患者听得懂" not in tab.page.locator("#chat .user").last.inner_text()


def test_length_under_advanced(tab: Any) -> None:
    assert not tab.page.is_visible("#length")
    tab.page.click("#advanced")
    tab.page.fill("#length input[type=number]", "16")
    tab.page.press("#length input[type=number]", "Tab")
    talk(tab, "一")
    assert "已达长度上限" in tab.page.inner_text("#chat .note")
    assert len(re.sub(r"\s", "", tab.answers()[-1])) < 60


def test_suggested_questions_are_for_the_picture_and_its_answer(open_tab: OpenTab) -> None:
    tab = open_tab()
    row = tab.page.locator("#suggestions button")
    tab.page.locator("#suggestions").wait_for(state="hidden")
    tab.show(HEAD)
    row.first.wait_for()
    assert row.all_inner_texts() == ["描述并诊断", "有无脑出血", "有无脑梗死", "有无中线移位"]
    tab.page.fill("#question textarea", "还在写")
    row.first.click()
    tab.wait_answered(1)
    assert "您问的是“请使用中文描述下这个图像并给出你的诊断结果”" in tab.answers()[-1]
    assert tab.page.input_value("#question textarea") == "还在写"
    tab.page.locator("#suggestions button:has-text('一句话总结')").wait_for()
    assert not tab.page.locator("#suggestions button:has-text('多大')").count()
    tab.ask("左侧额叶脑出血？")
    tab.wait_answered(2)
    tab.page.click("#suggestions button:has-text('多大')")
    tab.wait_answered(3)
    assert "病灶大小约为多少" in tab.answers()[-1]
    tab.page.locator("#suggestions button:has-text('多大')").wait_for(state="detached")
    tab.page.click("#clear")
    tab.page.locator("#suggestions").wait_for(state="hidden")


def test_the_list_can_be_put_away(tab: Any) -> None:
    tab.page.click("#list")
    assert not tab.page.is_visible("#sidebar")
    tab.page.reload()
    tab.page.wait_for_selector("#question textarea")
    assert not tab.page.is_visible("#sidebar")
    tab.page.click("#list")
    assert tab.page.is_visible("#sidebar")
