"""One model sits the examination: every question once, every answer kept as it comes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import Prompts
from assistant.engine.base import Chooser, Engine, Options
from assistant.imaging.slice import RenderedImage
from trainer.exam.followups import Probe, probes
from trainer.exam.journal import Journal
from trainer.exam.paper import Case, blank
from trainer.exam.settings import Evaluate
from trainer.metrics.verdict import judge

T = TypeVar("T")


@dataclass(frozen=True)
class Sheet:
    """A model's answers.

    Attributes:
        reports: to the default question, one a case.
        blank: the report on a black picture.
        strangers: reports on pictures that are no CT.
        rephrased: reports on the first cases, asked for in other words.
        abnormal: P(异常) of each case; empty when the engine knows no probabilities.
        follow_ups: first answer, probe and later answer.
    """

    reports: tuple[str, ...]
    blank: str = ""
    strangers: tuple[str, ...] = ()
    rephrased: tuple[str, ...] = ()
    abnormal: tuple[float, ...] = ()
    follow_ups: tuple[tuple[str, Probe, str], ...] = ()


class Candidate:
    """A model that answers, or has answered.

    Args:
        load: loads the model; called only when something has not been answered yet.
        journal: its answers so far.
        prompts: system prompt and default question.
        settings: of the examination.
        console: shows how far it is.
        title: for people.
    """

    def __init__(
        self,
        load: Callable[[], Engine],
        journal: Journal,
        prompts: Prompts,
        settings: Evaluate,
        console: Console,
        title: str,
    ) -> None:
        self._load, self._journal, self._prompts = load, journal, prompts
        self._settings, self._console, self._title = settings, console, title
        self._engine: Engine | None = None

    def reports(self, cases: Sequence[Case]) -> tuple[str, ...]:
        """A report on every case."""
        question = self._prompts.default_question
        return tuple(
            self._answer(f"report/{case.picture.sha256}", self._ask(question, case.picture))
            for case in self._seen(cases, "报告")
        )

    def sit(self, cases: Sequence[Case], strangers: Iterable[RenderedImage]) -> Sheet:
        """The whole examination."""
        question = self._prompts.default_question
        reports = self.reports(cases)
        return Sheet(
            reports=reports,
            blank=self._answer("blank", self._ask(question, blank())),
            strangers=tuple(
                self._answer(f"report/{picture.sha256}", self._ask(question, picture))
                for picture in self._seen(list(strangers), "非 CT 图片")
            ),
            rephrased=self._rephrased(cases[: self._settings.rephrased]),
            abnormal=self._abnormal(cases),
            follow_ups=self._follow_ups(cases, reports),
        )

    def close(self) -> None:
        """Free the model."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _rephrased(self, cases: Sequence[Case]) -> tuple[str, ...]:
        question = self._settings.another_question
        return tuple(
            self._answer(f"rephrased/{case.picture.sha256}", self._ask(question, case.picture))
            for case in self._seen(cases, "换个问法")
        )

    def _abnormal(self, cases: Sequence[Case]) -> tuple[float, ...]:
        chances: list[float] = []
        for case in self._seen(cases, "P(异常)"):
            key = f"abnormal/{case.picture.sha256}"
            known = self._journal.get(key)
            if known is None:
                engine = self._open()
                if not isinstance(engine, Chooser):
                    return ()
                talk = self._ask(self._settings.yes_no_question, case.picture)
                (known,) = engine.likelihoods(talk, (self._settings.abnormal_answer,))
                engine.forget(talk.id)
                self._journal.put(key, known)
            chances.append(float(known))
        return tuple(chances)

    def _follow_ups(
        self, cases: Sequence[Case], reports: Sequence[str]
    ) -> tuple[tuple[str, Probe, str], ...]:
        examined = {f.sign: case.known.region for case in cases for f in case.known.findings}
        asked: list[tuple[str, Probe, str]] = []
        few = cases[: self._settings.follow_ups]
        for place, case in enumerate(self._seen(few, "追问")):
            first, region = reports[place], case.known.region
            others = [sign for sign, where in sorted(examined.items()) if where == region]
            turn = place % len(others) if others else 0
            talk = self._ask(self._prompts.default_question, case.picture).answer(first)
            stated = judge(case.known, first).stated
            for probe in probes(stated, others[turn:], region):
                key = f"{probe.question}/{case.picture.sha256}"
                asked.append((first, probe, self._answer(key, talk.ask(probe.question))))
        return tuple(asked)

    def _ask(self, question: str, picture: RenderedImage) -> Conversation:
        return Conversation.new(self._prompts.system).ask(question, (picture,))

    def _answer(self, key: str, talk: Conversation) -> str:
        known = self._journal.get(key)
        if known is None:
            engine = self._open()
            options = Options(max_tokens=self._settings.max_tokens)
            known = "".join(chunk.text for chunk in engine.stream(talk, options, Event()))
            engine.forget(talk.id)
            self._journal.put(key, known)
        return str(known)

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = self._load()
        return self._engine

    def _seen(self, items: Sequence[T], what: str) -> Iterable[T]:
        if not items:
            return ()
        return track(items, f"{self._title} · {what}", console=self._console)
