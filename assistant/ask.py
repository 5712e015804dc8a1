"""Questions about pictures, answered on a terminal or as one JSON object."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.scrub import scrub
from assistant.engine.base import Capabilities, Chunk, Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.imaging.intake import read_slice
from assistant.imaging.render import render
from assistant.imaging.series import sort_series
from assistant.imaging.slice import Notice, RenderedImage, Slice
from assistant.report.region import region_of

DEMO = Notice("MOD-121", "当前为演示模型：用合成影像训练，只用来展示流程，请勿用于真实病例。")

CUT = Notice(
    "ENG-106",
    "回答到词元上限时还没有写完，可调大 max_tokens 后再问；对话很长时请新建对话或减少图像。",
)


@dataclass(frozen=True)
class Warned:
    """A warning; ``picture`` counts from 1, 0 when it is not about one."""

    picture: int
    code: str
    message: str


@dataclass(frozen=True)
class Answer:
    """One answer and what it cost.

    Attributes:
        question: as the model was asked, without what identifies a patient.
        text: the whole answer.
        window: windows that the model saw the pictures in, each named once.
        region: one of ``lexicon.REGIONS``, read from this answer alone.
        cut: it ends at the most tokens of an answer, not where the model would end it.
        tokens: tokens generated.
        ttft_s: seconds from submission to the first character, encoding included.
        tokens_per_s: decode speed after the first token.
        pictures_encoded: pictures encoded for this answer.
        prefill_tokens: prompt positions computed for this answer.
    """

    question: str
    text: str
    window: str
    region: str
    cut: bool
    tokens: int
    ttft_s: float
    tokens_per_s: float
    pictures_encoded: int
    prefill_tokens: int


@dataclass(frozen=True)
class Report:
    """Everything ``ask --json`` prints."""

    model: str
    engine: str
    warnings: tuple[Warned, ...]
    answers: tuple[Answer, ...]

    def to_json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True)
class Exhibit:
    """The pictures as the model will see them, and what to say about them."""

    images: tuple[RenderedImage, ...]
    warnings: tuple[Warned, ...]

    @property
    def window(self) -> str:
        """Every window used, each named once."""
        return "；".join(dict.fromkeys(image.window_name for image in self.images))


def read_pictures(files: Sequence[Path], window: str) -> Exhibit:
    """Read and render every file.

    Raises:
        AssistantError: those of ``read_slice`` and ``render``; which file is meant is
            said by its place, not its name.
    """
    slices: list[Slice] = []
    warnings: list[Warned] = []
    for place, file in enumerate(files, start=1):
        try:
            slice_ = read_slice(file)
        except AssistantError as error:
            raise error if len(files) == 1 else _at(place, error) from error
        slices.append(slice_)
        warnings += [Warned(place, notice.code, notice.message) for notice in slice_.notices]
    guides = {member: one.middle for one in sort_series(slices) for member in one.members}
    images = (
        render(slice_, window, index=index, guide=guides[index])
        for index, slice_ in enumerate(slices)
    )
    return Exhibit(tuple(images), tuple(warnings))


def ask(
    lane: Lane,
    exhibit: Exhibit,
    system: str,
    questions: Sequence[str],
    options: Options,
    *,
    on_text: Callable[[str], None] = lambda _: None,
    on_answer: Callable[[Answer], None] = lambda _: None,
) -> Report:
    """Ask in turn, all pictures with the first question.

    Args:
        lane: the engine, waited for while it loads.
        exhibit: the pictures.
        system: system prompt.
        questions: the first one and its follow-ups; what identifies a patient is left out.
        options: how to generate.
        on_text: told each piece of an answer as it comes.
        on_answer: told each answer when it is whole.

    Raises:
        AssistantError: the engine cannot be loaded or breaks.
    """
    capabilities = lane.wait_ready()
    conversation = Conversation.new(system)
    answers: list[Answer] = []
    for question in map(scrub, questions):
        conversation = conversation.ask(question, () if answers else exhibit.images)
        answer = _answer(lane, conversation, question, exhibit.window, options, on_text)
        conversation = conversation.answer(answer.text)
        answers.append(answer)
        on_answer(answer)
    lane.forget(conversation.id)
    cut = tuple(
        Warned(0, CUT.code, f"第 {turn} 个{CUT.message}" if len(answers) > 1 else CUT.message)
        for turn, answer in enumerate(answers, start=1)
        if answer.cut
    )
    warnings = _of_model(capabilities) + exhibit.warnings + cut
    return Report(capabilities.model, capabilities.engine, warnings, tuple(answers))


def _answer(
    lane: Lane,
    conversation: Conversation,
    question: str,
    window: str,
    options: Options,
    on_text: Callable[[str], None],
) -> Answer:
    pieces: list[str] = []
    for item in lane.stream(conversation, options, Event()):
        if not isinstance(item, Chunk):
            continue
        pieces.append(item.text)
        on_text(item.text)
        if item.stats is not None:
            stats = item.stats
    text = "".join(pieces)
    return Answer(
        question=question,
        text=text,
        window=window,
        region=region_of(text),
        cut=stats.finish == "length",
        tokens=stats.tokens,
        ttft_s=round(stats.ttft_s, 4),
        tokens_per_s=round(stats.tokens_per_s, 2),
        pictures_encoded=stats.pictures_encoded,
        prefill_tokens=stats.prefill_tokens,
    )


def _at(place: int, error: AssistantError) -> AssistantError:
    return AssistantError(
        error.code,
        f"第 {place} 个文件：{error.message}",
        next_step=error.next_step,
        detail=error.detail,
    )


def _of_model(capabilities: Capabilities) -> tuple[Warned, ...]:
    return (Warned(0, DEMO.code, DEMO.message),) if capabilities.is_demo else ()
