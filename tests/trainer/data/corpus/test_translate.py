from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from tests.trainer.scripted_endpoint import Scripted
from trainer.data.corpus.endpoint import Endpoint
from trainer.data.corpus.preparation import Translate
from trainer.data.corpus.translate import Translator

ENGLISH = "A 12 mm nodule in the left upper lobe, without pleural effusion."
CHINESE = "左肺上叶可见一枚 12 mm 结节，未见胸腔积液。"


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    one = Scripted()
    one.answer = lambda _: (200, CHINESE)
    yield one
    one.close()


@pytest.fixture
def settings(tmp_path: Path, scripted: Scripted) -> Translate:
    cache = tmp_path / "memory.sqlite"
    return Translate(endpoint=scripted.address, model="m", cache=cache, retries=2, attempts=3)


def translate(settings: Translate, *texts: str) -> list:
    translator = Translator(settings, pause_s=0.001)
    try:
        return list(translator.translate(texts))
    finally:
        translator.close()


def test_the_terms_used_go_with_the_request(settings: Translate, scripted: Scripted) -> None:
    (done,) = translate(settings, ENGLISH)
    assert (done.chinese, done.attempts) == (CHINESE, 1)
    (body,) = scripted.asked
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert "pleural effusion = 胸腔积液" in body["messages"][1]["content"]
    assert "appendicitis" not in body["messages"][1]["content"]


def test_what_was_translated_is_not_asked_again(settings: Translate, scripted: Scripted) -> None:
    translate(settings, ENGLISH)
    (again,) = translate(settings, ENGLISH)
    assert (again.chinese, again.attempts) == (CHINESE, 0)
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("左肺上叶可见一枚 12 mm 结节，可见胸腔积液。", "否定"),
        ("右肺上叶可见一枚 12 mm 结节，未见胸腔积液。", "侧别"),
        ("左肺上叶可见一枚 21 mm 结节，未见胸腔积液。", "数字"),
    ],
)
def test_a_wrong_answer_is_sent_back_with_what_is_wrong(
    settings: Translate, scripted: Scripted, wrong: str, told: str
) -> None:
    scripted.answer = lambda messages: (200, wrong if len(messages) == 2 else CHINESE)
    (done,) = translate(settings, ENGLISH)
    assert (done.chinese, done.attempts) == (CHINESE, 2)
    sent = scripted.asked[1]["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user"]
    assert sent[2]["content"] == wrong
    assert told in sent[3]["content"]


def test_what_never_passes_stays_english_and_is_not_remembered(
    settings: Translate, scripted: Scripted
) -> None:
    scripted.answer = lambda _: (200, CHINESE.replace("左", "右"))
    for round_ in (1, 2):
        (done,) = translate(settings, ENGLISH)
        assert done.chinese is None
        assert done.why_not.startswith("侧别")
        assert len(scripted.asked) == 3 * round_


@pytest.mark.parametrize("dressed", [f"译文：{CHINESE}", f"<think>左？右？</think>\n{CHINESE}"])
def test_the_translation_is_taken_out_of_what_is_around_it(
    settings: Translate, scripted: Scripted, dressed: str
) -> None:
    scripted.answer = lambda _: (200, dressed)
    assert translate(settings, ENGLISH)[0].chinese == CHINESE


def test_a_server_that_stumbles_is_asked_again(settings: Translate, scripted: Scripted) -> None:
    scripted.answer = lambda _: (503 if len(scripted.asked) < 3 else 200, CHINESE)
    assert translate(settings, ENGLISH)[0].chinese == CHINESE
    assert len(scripted.asked) == 3


@pytest.mark.parametrize(("status", "code"), [(500, "TRN-510"), (401, "TRN-511")])
def test_a_server_that_stays_down_stops_the_work(
    settings: Translate, scripted: Scripted, status: int, code: str
) -> None:
    scripted.answer = lambda _: (status, "")
    with pytest.raises(AssistantError) as caught:
        translate(settings, ENGLISH)
    assert caught.value.code == code


def test_a_web_page_is_no_endpoint_and_is_not_asked_again(
    settings: Translate, scripted: Scripted
) -> None:
    scripted.kind = "text/html; charset=utf-8"
    with pytest.raises(AssistantError, match="网页") as caught:
        translate(settings, ENGLISH)
    assert caught.value.code == "TRN-511"
    assert len(scripted.asked) == 1


def test_the_key_comes_from_the_environment(
    settings: Translate, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed = settings.model_copy(update={"key_variable": "A_KEY"})
    monkeypatch.delenv("A_KEY", raising=False)
    assert "A_KEY" in Endpoint(keyed).problems()[0]
    monkeypatch.setenv("A_KEY", "secret")
    assert Endpoint(keyed).problems() == []
    assert scripted.keys[-1] == "Bearer secret"


def test_an_endpoint_that_is_not_there_is_found_beforehand(settings: Translate) -> None:
    gone = settings.model_copy(update={"endpoint": "http://127.0.0.1:9/v1"})
    assert "连不上" in Endpoint(gone).problems()[0]


def test_a_proxy_never_sees_what_is_meant_for_this_machine(
    settings: Translate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert Endpoint(settings).problems() == []


def test_a_memory_that_is_no_database_is_told(settings: Translate, tmp_path: Path) -> None:
    (tmp_path / "memory.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(AssistantError) as caught:
        Translator(settings)
    assert caught.value.code == "TRN-512"
