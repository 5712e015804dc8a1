import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from assistant.dialogue.conversation import Conversation
from assistant.engine import isolated as module
from assistant.engine.base import Chooser, Chunk, Options, Preparer, Stats, Together
from assistant.engine.isolated import EngineEnded, IsolatedEngine
from assistant.engine.lane import Lane
from assistant.engine.loader import load_engine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.models.card import read_card
from assistant.models.catalog import ModelFolder
from assistant.places import ASSETS

DEMO = ModelFolder(ASSETS / "demo-model", read_card(ASSETS / "demo-model"))
SHORT = Options(max_tokens=24)


@pytest.fixture(scope="module")
def engine() -> Iterator[IsolatedEngine]:
    there = IsolatedEngine(DEMO)
    yield there
    there.close()


def about_a_picture(seed: int = 0) -> Conversation:
    pixels = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    picture = RenderedImage(pixels, None, "", SliceRef(), f"picture-{seed}")
    return Conversation.new("").ask("请描述这幅图像。", (picture,))


def said(chunks: Iterator[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def test_it_says_what_the_engine_says(engine: IsolatedEngine):
    here = load_engine(DEMO)
    talks = [about_a_picture(0), about_a_picture(1)]
    try:
        assert engine.capabilities == here.capabilities
        assert isinstance(here, Chooser)
        assert isinstance(here, Preparer)
        assert isinstance(here, Together)
        engine.warm_up()
        assert engine.prepare(talks[0], Event())
        for talk in talks:
            expected = said(here.stream(talk, SHORT, Event()))
            assert said(engine.stream(talk, SHORT, Event())) == expected != ""
        chances = engine.likelihoods(talks[0], ("检", "此"))
        assert chances == pytest.approx(here.likelihoods(talks[0], ("检", "此")), abs=1e-3)
        told = ["", ""]
        for number, item in engine.stream_together(talks, SHORT, Event()):
            assert isinstance(item, Chunk)
            told[number] += item.text
        assert all(told)
        engine.forget(talks[0].id)
    finally:
        here.close()


def test_answers_go_on_by_turns(engine: IsolatedEngine):
    talks = [about_a_picture(2), about_a_picture(3)]
    alone = [said(engine.stream(talk, SHORT, Event())) for talk in talks]
    streams = [engine.stream(replace(talk, id=""), SHORT, Event()) for talk in talks]
    told = ["", ""]
    going = [0, 1]
    while going:
        for number in tuple(going):
            chunk = next(streams[number], None)
            if chunk is None:
                going.remove(number)
            else:
                told[number] += chunk.text
    assert told == alone


def test_a_cancel_reaches_it_and_a_dropped_answer_is_forgotten(engine: IsolatedEngine):
    cancel = Event()
    stream = engine.stream(about_a_picture(4), Options(max_tokens=400), cancel)
    next(stream)
    cancel.set()
    last = list(stream)[-1]
    assert isinstance(last.stats, Stats)
    assert last.stats.finish == "cancel"
    dropped = engine.stream(about_a_picture(5), SHORT, Event())
    assert next(chunk for chunk in dropped if chunk.text)
    dropped.close()
    assert said(engine.stream(about_a_picture(6), SHORT, Event()))
    assert engine.prepare(about_a_picture(7), cancel) is False


def test_a_refusal_arrives_as_it_was_raised(engine: IsolatedEngine):
    with pytest.raises(AssistantError, match="ENG-104") as caught:
        engine.likelihoods(about_a_picture(8), ("不", "不"))
    assert caught.value.next_step
    too_long = Conversation.new("").ask("长" * 20000)
    with pytest.raises(AssistantError, match="ENG-"):
        said(engine.stream(too_long, SHORT, Event()))
    assert said(engine.stream(about_a_picture(9), SHORT, Event()))


def test_what_cannot_be_loaded_is_told(tmp_path: Path):
    with pytest.raises(AssistantError, match="ENG-101"):
        IsolatedEngine(ModelFolder(tmp_path, DEMO.card))


def test_a_process_that_ends_while_loading(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_SERVE", "raise SystemExit(3)")
    with pytest.raises(AssistantError, match="ENG-007") as caught:
        IsolatedEngine(DEMO)
    assert "status 3" in caught.value.detail


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reply_that_does_not_fit_into_memory_hangs_nobody(monkeypatch: pytest.MonkeyPatch):
    def receive(pipe: object) -> object:
        raise MemoryError

    monkeypatch.setattr(module, "receive", receive)
    with pytest.raises(AssistantError, match="ENG-007"):
        IsolatedEngine(DEMO)


def test_what_breaks_while_loading_leaves_no_process(monkeypatch: pytest.MonkeyPatch):
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def popen(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(module.subprocess, "Popen", popen)
    with pytest.raises(AssistantError, match="ENG-007"):
        IsolatedEngine(replace(DEMO, card=None))  # type: ignore[arg-type]
    assert started[0].returncode is not None


def test_what_breaks_over_there_breaks_here_in_one_answer_only(engine: IsolatedEngine):
    nothing = RenderedImage(np.zeros(0, np.uint8), None, "", SliceRef(), "nothing")
    with pytest.raises(EngineEnded, match="Error"):
        said(engine.stream(Conversation.new("").ask("?", (nothing,)), SHORT, Event()))
    assert said(engine.stream(about_a_picture(10), SHORT, Event()))


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_a_killed_engine_costs_one_answer_and_comes_back():
    engines: list[IsolatedEngine] = []

    def load() -> IsolatedEngine:
        engines.append(IsolatedEngine(DEMO))
        return engines[-1]

    lane = Lane(load)
    try:
        lane.wait_ready(60)
        answer = lane.stream(about_a_picture(11), Options(max_tokens=400), Event())
        for item in answer:
            if isinstance(item, Chunk) and item.text:
                break
        os.kill(engines[0].pid, signal.SIGKILL)
        with pytest.raises(AssistantError, match="ENG-002"):
            list(answer)
        lane.wait_ready(60)
        items = lane.stream(about_a_picture(12), SHORT, Event())
        assert "".join(item.text for item in items if isinstance(item, Chunk))
        assert len(engines) == 2
        assert engines[1].pid != engines[0].pid
    finally:
        lane.close()


DEAF = """
import sys; sys.path.insert(0, sys.argv[1])
from assistant.engine.base import Capabilities
from assistant.engine.calls import Loaded
from assistant.pipe import receive, send
receive(sys.stdin.buffer)
send(sys.stdout.buffer, Loaded(Capabilities("openvino", "m", "CPU"), None))
while True:
    receive(sys.stdin.buffer)
"""
"""A process that loads and never answers."""


@pytest.mark.parametrize("what", ["an answer", "a preparation", "to forget"])
def test_an_engine_that_hangs_is_ended_once_nobody_waits(
    monkeypatch: pytest.MonkeyPatch, what: str
):
    monkeypatch.setattr(module, "_SERVE", DEAF)
    monkeypatch.setattr(module, "PATIENCE_S", 0.2)
    hung, cancel = IsolatedEngine(DEMO), Event()
    cancel.set()
    ask = {
        "an answer": lambda: list(hung.stream(about_a_picture(), SHORT, cancel)),
        "a preparation": lambda: hung.prepare(about_a_picture(), cancel),
        "to forget": lambda: hung.forget("somebody"),
    }[what]
    with pytest.raises(EngineEnded, match="did not stop"):
        ask()
    assert hung._process.wait(10) != 0
    hung.close()


def test_it_ends_with_the_assistant_and_not_before():
    there = IsolatedEngine(DEMO)
    stream = there.stream(about_a_picture(13), Options(max_tokens=400), Event())
    next(stream)
    process = there._process
    if os.name != "nt":
        for ending in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(ending)
    assert next(chunk for chunk in stream if chunk.text)
    assert process.stdin is not None
    process.stdin.close()  # what the system does when the assistant is gone
    assert process.wait(10) == 0
