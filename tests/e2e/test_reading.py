"""From a CT slice to an answer, as a radiologist would go."""

import base64
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydicom.data import get_testdata_file

OpenTab = Callable[..., Any]


def bundled(name: str) -> Path:
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    return Path(path)


CT = bundled("CT_small.dcm")
HEAD = bundled("J2K_pixelrep_mismatch.dcm")
TRUNCATED = bundled("MR_truncated.dcm")
FRAMES = bundled("SC_rgb_rle_2frame.dcm")


def test_a_slice_is_shown_and_its_answer_streams_in_chinese(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    assert tab.picture().startswith("data:image/png;base64,")
    assert "C50/W400" in tab.page.inner_text("#stage .tl")
    tab.ask("请使用中文描述下这个图像并给出你的诊断结果")
    tab.page.wait_for_selector("#stop")
    lengths = set()
    until = time.monotonic() + 30
    while time.monotonic() < until and not tab.page.locator("#chat .note").count():
        lengths.add(len("".join(tab.answers())))
        time.sleep(0.01)
    assert len(lengths) > 5, "the answer did not grow"
    answer = tab.answers()[-1]
    assert "第1问，共1幅图像" in answer
    assert "3*2*1cm" in answer
    note = tab.page.inner_text("#chat .note")
    assert re.search(r"C50/W400 · [\d.]+ 秒 · \d+ 词元/秒", note)
    assert tab.page.is_visible("#send")
    assert not tab.page.is_visible("#stop")
    assert tab.page.input_value("#question textarea") == ""
    assert tab.foreign == []
    assert tab.complaints == []


def test_a_follow_up_sends_a_picture_only_when_it_changed(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    tab.ask("一")
    tab.wait_answered(1)
    assert "当前图像已在对话中" in tab.page.inner_text("#attaches")
    tab.ask("二")
    tab.wait_answered(2)
    assert "第2问，共1幅图像" in tab.answers()[-1]
    tab.page.click("#preset label:has-text('骨') >> nth=0")
    tab.page.wait_for_selector("#stage .tl:has-text('骨 C400/W1800')")
    tab.page.wait_for_selector("#attaches:has-text('下一问将附上当前图像')")
    tab.ask("三")
    tab.wait_answered(3)
    assert "第3问，共2幅图像" in tab.answers()[-1]
    tab.show(HEAD)
    tab.ask("四")
    tab.wait_answered(4)
    assert "第4问，共3幅图像" in tab.answers()[-1]
    assert tab.page.locator("#chat .user:has-text('已更换图像')").count() >= 1
    tab.page.click("#new")
    tab.page.wait_for_selector("#chat .hello")
    tab.ask("五")
    tab.wait_answered(1)
    assert "第1问，共1幅图像" in tab.answers()[-1]


def test_stopping_keeps_what_was_written(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    tab.ask("一" * 300)  # repeated in the answer, which is long enough to be stopped
    tab.page.wait_for_selector("#chat .bot:has-text('检查所见')")
    tab.page.click("#stop")
    tab.wait_answered(1)
    assert "已停止" in tab.page.inner_text("#chat .note")
    assert "检查所见" in tab.answers()[-1]
    assert "仅供测试" not in tab.answers()[-1]
    tab.ask("二")
    tab.wait_answered(2)
    assert "第2问" in tab.answers()[-1]


def test_without_a_picture_the_question_stays_in_its_box(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.ask("所见？")
    tab.page.wait_for_selector("#chat .card:has-text('USE-201')")
    assert tab.page.input_value("#question textarea") == "所见？"


def test_a_bad_file_is_a_coded_card_and_the_picture_stays(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    before = tab.picture()
    tab.page.set_input_files("#dropzone input[type=file]", str(TRUNCATED))
    card = tab.page.wait_for_selector("#notices .card")
    assert card is not None
    assert re.search(r"IMG-\d{3}", card.inner_text())
    assert "画面仍是原来的一幅" in card.inner_text()
    assert tab.picture() == before
    assert "Traceback" not in tab.page.content()


def test_a_broken_engine_is_a_coded_card_without_details(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    tab.ask("请坏掉")
    tab.page.wait_for_selector("#chat .card:has-text('ENG-002')")
    assert "张三" not in tab.page.inner_text("body")
    tab.ask("再问")
    tab.wait_answered(1)
    assert "第1问，共1幅图像" in tab.answers()[-1]


def test_levels_frames_and_removal(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    tab.page.fill("#level input[type=number]", "99999")
    tab.page.press("#level input[type=number]", "Tab")
    tab.page.wait_for_function(
        "!document.querySelector('#stage .tl').textContent.includes('C50/W400')"
    )
    assert tab.page.locator(".toast-body").count() == 0
    tab.show(FRAMES)
    assert "帧" in tab.page.inner_text("#stage .tr")
    first = tab.picture()
    tab.page.hover("#stage img")
    tab.page.mouse.wheel(0, -100)
    tab.page.wait_for_function(
        "(before) => document.querySelector('#stage img').src !== before", arg=first
    )
    tab.page.click("#remove")
    tab.page.wait_for_selector("#stage .empty")
    assert tab.picture() == ""


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_everything_is_said_in_chinese(open_tab: OpenTab, locale: str) -> None:
    tab = open_tab(locale=locale)
    tab.show(CT)
    tab.ask("一")
    tab.wait_answered(1)
    tab.page.wait_for_timeout(200)
    tab.page.click("#tab-batch-button")
    words = tab.page.evaluate(
        """() => {
            const said = [];
            const unseen = 'svg, [data-testid="status-tracker"].hide';  // Gradio's own, in English
            for (const part of document.querySelectorAll('body *:not(script):not(style)')) {
                for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
                    said.push(part.getAttribute(name) ?? '');
                }
                for (const child of part.childNodes) {
                    if (child.nodeType === 3 && !part.closest(unseen)) said.push(child.textContent);
                }
            }
            return said;
        }"""
    )
    known = r"DICOM|JPG|PNG|CTA?|IMG|Enter|Shift|CSV|JSON|ZIP|cm|mm|[A-Z]-?\d+/W\d+"
    foreign = [word for word in words if re.search("[A-Za-z]{2,}", re.sub(known, "", word))]
    assert foreign == []
    assert tab.page.title() == "CT 阅片助手"


def test_dark_and_light(open_tab: OpenTab) -> None:
    tab = open_tab(color_scheme="dark")
    assert not tab.page.evaluate("document.body.classList.contains('dark')")
    tab.page.click("#dark")
    assert tab.page.evaluate("document.body.classList.contains('dark')")
    tab.page.reload()
    tab.page.wait_for_selector("#question textarea")
    assert tab.page.evaluate("document.body.classList.contains('dark')")


def test_an_answer_can_be_copied_without_its_note(open_tab: OpenTab) -> None:
    tab = open_tab(permissions=["clipboard-read", "clipboard-write"])
    tab.show(CT)
    tab.ask("一")
    tab.wait_answered(1)
    tab.page.click("#chat button.copy")
    tab.page.wait_for_selector(".say")
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("检查所见：第1问")
    assert copied.endswith("不是诊断。")


def test_over_plain_http_from_another_machine_files_open_and_answers_are_copied(
    open_tab: OpenTab,
) -> None:
    """Browsers keep some of their functions from such a page, though not from 127.0.0.1."""
    tab = open_tab(permissions=["clipboard-read"])
    tab.page.context.add_init_script(
        "delete Crypto.prototype.randomUUID;"
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
    )
    tab.page.reload()
    tab.page.wait_for_selector("#question textarea")
    tab.complaints.clear()  # of what the reload cut off
    tab.show(CT)
    tab.ask("一")
    tab.wait_answered(1)
    tab.page.click("#chat button.copy")
    tab.page.wait_for_selector(".say:has-text('已复制')")
    tab.page.fill("#question textarea", "")
    tab.page.press("#question textarea", "ControlOrMeta+v")
    assert tab.page.input_value("#question textarea").endswith("不是诊断。")
    assert tab.complaints == []


def test_files_may_be_dropped_on_the_film(open_tab: OpenTab) -> None:
    tab = open_tab()
    content = base64.b64encode(CT.read_bytes()).decode()
    tab.page.evaluate(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const dropped = new DataTransfer();
            dropped.items.add(new File([bytes], "zhangsan.dcm"));
            const event = new DragEvent("drop", { dataTransfer: dropped, bubbles: true });
            document.querySelector("#stage .invite").dispatchEvent(event);
        }""",
        content,
    )
    tab.page.wait_for_selector("#stage img")


def test_too_many_files_are_refused_before_they_are_sent(open_tab: OpenTab) -> None:
    tab = open_tab()
    most = tab.page.evaluate("window.ctAssistant.maxFiles")
    sent: list[str] = []
    tab.page.on("request", lambda asked: sent.append(asked.url))
    files = [{"name": f"{n}", "mimeType": "", "buffer": b"x"} for n in range(most + 1)]
    tab.page.set_input_files("#dropzone input[type=file]", files)
    tab.page.wait_for_selector(f".say:has-text('一次最多打开 {most} 个文件')")
    assert not [address for address in sent if "upload" in address]


def test_a_lost_server_is_said_in_chinese(open_tab: OpenTab, start: Any, tmp_path: Path) -> None:
    with start(tmp_path) as server:
        tab = open_tab(server.url)
        server.process.terminate()
        server.process.wait(20)
        tab.ask("在吗")
        tab.page.wait_for_selector("[data-testid=toast-text]:has-text('与本机服务的连接中断')")


def test_a_number_half_typed_is_no_window_yet(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    box = "#level input[type=number]"
    tab.page.click(box)
    tab.page.press(box, "ControlOrMeta+a")
    tab.page.press(box, "-")
    tab.page.wait_for_timeout(600)
    assert tab.page.locator("#notices .card").count() == 0
    tab.page.keyboard.type("450")
    tab.page.wait_for_selector("#stage .tl:has-text('C-450/W400')")
    tab.page.press(box, "ControlOrMeta+a")
    tab.page.press(box, "Delete")
    tab.page.press(box, "Tab")
    assert tab.page.input_value(box) == "-450"
    tab.page.fill("#width input[type=number]", "0")
    tab.page.press("#width input[type=number]", "Tab")
    tab.page.wait_for_selector("#stage .tl:has-text('C-450/W1')")
    assert tab.page.input_value("#width input[type=number]") == "1"
    assert tab.page.locator("#notices .card").count() == 0


def test_no_window_is_told_of_a_picture_that_has_none(open_tab: OpenTab) -> None:
    tab = open_tab()
    level = tab.page.locator("#level input[type=number]")
    tab.show(CT)
    assert level.is_visible()
    tab.show(FRAMES)
    level.wait_for(state="hidden")


def test_pictures_dropped_together_are_leafed_through_by_the_wheel(
    open_tab: OpenTab, tmp_path: Path
) -> None:
    for number in range(1, 12):
        Image.new("L", (32, 32), 20 * number).save(tmp_path / f"IM{number}.png")
    tab = open_tab()
    tab.show(*sorted(tmp_path.iterdir()))  # by letters: IM1, IM10, IM11, IM2 …
    assert tab.page.inner_text("#stage .tr") == "第 1/11 幅"
    tab.page.hover("#stage img")
    tab.page.mouse.wheel(0, 100)
    tab.page.wait_for_selector("#stage .tr:has-text('第 2/11 幅')")
    shown = base64.b64decode(tab.picture().partition(",")[2])
    assert Image.open(io.BytesIO(shown)).getpixel((0, 0)) == (40, 40, 40)
    tab.ask("一")
    tab.wait_answered(1)
    assert "原图 · 第 2/11 幅" in tab.page.inner_text("#chat .user .sent")


def test_a_question_too_long_is_told_and_stays_whole(open_tab: OpenTab) -> None:
    tab = open_tab()
    tab.show(CT)
    tab.ask("病史" * 1100)
    tab.page.wait_for_selector("#chat .card:has-text('USE-203')")
    assert tab.page.input_value("#question textarea") == "病史" * 1100


DROPPED = """([content, place]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const entry = (name, read) => ({ isFile: true, name, fullPath: `/${name}`, file: read });
    const items = [
        entry("IM1", (done) => done(new File([bytes], "IM1"))),
        entry("IM2", (_, fail) => fail(new DOMException("", "NotFoundError"))),
    ];
    const event = new DragEvent("drop", { bubbles: true });
    Object.defineProperty(event, "dataTransfer", { value: {
        types: ["Files"], files: [],
        items: items.map((item) => ({ webkitGetAsEntry: () => item })),
    } });
    document.querySelector(place).dispatchEvent(event);
}"""


def test_what_the_browser_cannot_read_is_told_and_the_rest_opened(open_tab: OpenTab) -> None:
    """Dropped on the conversation, which is as good a place."""
    tab = open_tab()
    tab.page.evaluate(DROPPED, [base64.b64encode(CT.read_bytes()).decode(), "#chat"])
    tab.page.wait_for_selector(".say:has-text('1 个文件或文件夹浏览器无法读取')")
    tab.page.wait_for_selector("#stage img")
    assert tab.complaints == []
