import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from assistant.ask import Answer, ask, read_pictures
from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from tests.assistant.batch.conftest import write_series
from tests.assistant.imaging.test_content import abdomen, chest

CT = Path(get_testdata_file("CT_small.dcm", download=False))
ANSWERS = ("胸部CT：右肺上叶结节。", "左侧更大。")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.full((64, 48), 99, np.uint8)).save(path)
    return path


@pytest.fixture
def lane() -> Iterator[Lane]:
    def script(conversation: Conversation) -> str:
        return ANSWERS[sum(turn.role == "assistant" for turn in conversation.turns)]

    lane = Lane.of(ScriptedEngine(script))
    yield lane
    lane.close()


def test_several_pictures_of_one_conversation(lane: Lane, photo: Path):
    pieces: list[str] = []
    told: list[Answer] = []
    report = ask(
        lane, read_pictures([CT, photo], "肺"), "s", ["一", "二"], Options(),
        on_text=pieces.append, on_answer=told.append,
    )  # fmt: skip
    first, second = report.answers
    assert (first.question, first.text, first.region) == ("一", ANSWERS[0], "胸部")
    assert (second.question, second.text, second.region) == ("二", ANSWERS[1], "不确定")
    assert (first.pictures_encoded, second.pictures_encoded) == (2, 0)
    assert first.window == second.window == "肺 C-600/W1500；原图"
    assert first.tokens == len(first.text)
    assert "".join(pieces) == "".join(ANSWERS)
    assert told == [first, second]
    assert (report.model, report.engine) == ("脚本引擎", "scripted")


def test_slices_of_one_series_are_seen_in_one_automatic_window(tmp_path: Path):
    write_series(tmp_path / "one", [0, 10], contents=[abdomen(), chest()])
    write_series(tmp_path / "other", [0], uid="9", contents=[abdomen()])
    files = [tmp_path / "one" / "0-00.dcm", tmp_path / "other" / "0-00.dcm"]
    seen = read_pictures([*files, tmp_path / "one" / "0-01.dcm"], "auto")
    assert [image.window_name[:4] for image in seen.images] == ["自动：肺", "自动：腹", "自动：肺"]


def test_what_identifies_a_patient_never_reaches_the_model():
    heard: list[str] = []

    def script(conversation: Conversation) -> str:
        heard.extend(turn.text for turn in conversation.turns if turn.role == "user")
        return "未见异常。"

    lane = Lane.of(ScriptedEngine(script))
    asked = ["患者姓名：张三，右肺？", "住院号 A12345 呢？"]
    report = ask(lane, read_pictures([CT], "肺"), "s", asked, Options())
    lane.close()
    for words in (*heard, report.to_json()):
        assert "张三" not in words
        assert "A12345" not in words
    assert report.answers[0].question == "患者姓名：〔已隐去〕，右肺？"


def test_warnings_say_which_picture(lane: Lane, photo: Path):
    report = ask(lane, read_pictures([CT, photo], "auto"), "s", ["一"], Options())
    assert report.warnings[0].code == "MOD-121"  # the scripted engine calls itself a demonstration
    assert {warning.picture for warning in report.warnings[1:]} == {2}
    assert all(warning.message for warning in report.warnings)


def test_the_report_is_one_json_object(lane: Lane):
    report = ask(lane, read_pictures([CT], "auto"), "s", ["一"], Options())
    text = report.to_json()
    assert "\n" not in text
    whole = json.loads(text)
    assert set(whole) == {"model", "engine", "warnings", "answers"}
    assert set(whole["answers"][0]) == {
        "question", "text", "window", "region", "cut", "tokens", "ttft_s",
        "tokens_per_s", "pictures_encoded", "prefill_tokens",
    }  # fmt: skip


def test_fewer_tokens_make_a_shorter_answer(lane: Lane):
    report = ask(lane, read_pictures([CT], "auto"), "s", ["一"], Options(max_tokens=3))
    assert (report.answers[0].text, report.answers[0].tokens) == (ANSWERS[0][:3], 3)
    assert report.answers[0].cut
    assert report.warnings[-1].code == "ENG-106"
    assert "减少图像" in report.warnings[-1].message  # the model's context may be what is full


def test_the_cut_one_of_several_answers_is_named_by_its_place(lane: Lane):
    options = Options(max_tokens=len(ANSWERS[1]))
    report = ask(lane, read_pictures([CT], "auto"), "s", ["一", "二"], options)
    assert [answer.cut for answer in report.answers] == [True, False]
    assert report.warnings[-1].message.startswith("第 1 个回答到词元上限")


def test_the_refused_one_of_several_is_named_by_its_place(photo: Path, tmp_path: Path):
    (tmp_path / "张三.dcm").write_bytes(b"")
    with pytest.raises(AssistantError) as caught:
        read_pictures([photo, tmp_path / "张三.dcm"], "auto")
    assert caught.value.code == "IMG-102"
    assert caught.value.message.startswith("第 2 个文件：")
    assert "张三" not in str(caught.value)


def test_an_engine_that_cannot_load_is_told(photo: Path):
    def load() -> ScriptedEngine:
        raise AssistantError("MOD-101", "没有。", next_step="")

    with pytest.raises(AssistantError, match="MOD-101"):
        ask(Lane(load), read_pictures([photo], "auto"), "s", ["一"], Options())
