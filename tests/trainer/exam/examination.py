"""A small examination for tests: four cases, a scripted model, every figure worked out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import Prompts
from assistant.engine.scripted import ScriptedEngine
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.report.finding import Finding
from trainer.exam.journal import Journal
from trainer.exam.paper import Case
from trainer.exam.settings import Evaluate
from trainer.exam.sitting import Candidate
from trainer.metrics.verdict import Known

PROMPTS = Prompts(system="系统", default_question="请写报告", report="分三部分。", plain="通俗些。")
SETTINGS = Evaluate(pictures=4, rephrased=2, follow_ups=4, strangers=1)
EFFUSION = Known("胸部", (Finding("胸腔积液", "", "右", "有", 15.0),))
PNEUMOTHORAX = Known("胸部", (Finding("气胸", "", "左"),))
REPORTS = {
    "effusion": "检查所见：胸部CT：右侧胸腔见积液，厚约16mm。\n诊断意见：右侧胸腔积液。",
    "pneumothorax": "检查所见：胸部CT：右侧气胸。\n诊断意见：右侧气胸。",
    "normal": "检查所见：胸部CT平扫：未见异常。\n诊断意见：胸部CT未见明显异常。",
    "invented": "检查所见：胸部CT平扫：左侧气胸。\n诊断意见：左侧气胸。",
}


def picture(name: str) -> RenderedImage:
    """A grey picture of its own."""
    pixels = np.full((32, 40, 3), sum(name.encode()) % 256, np.uint8)
    return RenderedImage(pixels, None, "", SliceRef(), name)


CASES = (
    Case(EFFUSION, picture("effusion"), (30.0,), REPORTS["effusion"]),
    Case(PNEUMOTHORAX, picture("pneumothorax"), (90.0,), REPORTS["invented"]),
    Case(Known("胸部"), picture("normal"), (), REPORTS["normal"]),
    Case(Known("胸部"), picture("invented"), (), REPORTS["normal"]),
)


class Model(ScriptedEngine):
    """Reports by picture, and follow-ups that agree with them but for one side.

    Attributes:
        asked: questions, in order. closed: how often it was closed.
        dies_at: this many questions in, it is killed.
    """

    def __init__(self, dies_at: int = -1) -> None:
        super().__init__(self.say)
        self.asked: list[str] = []
        self.closed = 0
        self.dies_at = dies_at

    def say(self, talk: Conversation) -> str:
        question = talk.turns[-1].text
        self.hear(question)
        if question.startswith("有"):
            return "有。" if talk.images[0].sha256 != "normal" else "图像上未见。"
        if question.startswith("病灶在"):
            return "病灶位于右侧。" if talk.images[0].sha256 == "effusion" else "左侧。"
        return REPORTS.get(talk.images[0].sha256, "这不是CT图像。")

    def hear(self, question: str) -> None:
        if len(self.asked) == self.dies_at:
            raise KeyboardInterrupt
        self.asked.append(question)

    def close(self) -> None:
        self.closed += 1


class Sure(Model):
    """Also knows probabilities."""

    def likelihoods(self, conversation: Conversation, answers: tuple[str, ...]):
        self.hear("P")
        chance = {"effusion": 0.9, "pneumothorax": 0.8, "normal": 0.1, "invented": 0.95}
        return tuple(chance[conversation.images[0].sha256] for _ in answers)


def candidate(load: Callable[[], Model], path: Path, settings: Evaluate = SETTINGS) -> Candidate:
    """Somebody who sits it, keeping answers in a file."""
    console = Console(quiet=True)
    return Candidate(load, Journal(path, "model"), PROMPTS, settings, console, "模型")
