"""What goes on with models behind the page, one thing at a time for everybody."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock, Thread

from assistant.errors import AssistantError
from assistant.loading import load_named
from assistant.models.carry import carry_in
from assistant.models.catalog import as_folder, find_model
from assistant.models.download import download_model
from assistant.models.hub import hub_named
from assistant.models.shelf import Progress
from assistant.models.shrink import shrink
from assistant.ui import models_wording as wording
from assistant.ui.guard import as_assistant_error
from assistant.ui.models_trial import Trial, try_out
from assistant.ui.services import Services

PATIENCE_S = 15.0
"""How long work may take to end when the program does, seconds."""


@dataclass(frozen=True)
class Work:
    """How far it is.

    Attributes:
        going: it goes on.
        words: what happens, or has happened.
        share: how much of it is done, 0 to 1, None where that cannot be said.
        trials: of the last comparison.
        error: why it ended.
    """

    going: bool = False
    words: str = ""
    share: float | None = None
    trials: tuple[Trial, ...] = ()
    error: AssistantError | None = None


class Workshop:
    """Fetches, quantises, tries and switches; a second order is refused meanwhile."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = Lock()
        self._cancel = Event()
        self._thread: Thread | None = None
        self.work = Work()

    def switch(self, name: str, *, busy: bool) -> None:
        """Another model answers from now on; its files are verified before anything else.

        Raises:
            AssistantError: MOD-225 ``busy``, a batch goes on; MOD-226 something else does.
        """
        if busy:
            raise AssistantError(
                "MOD-225",
                "批量正在进行，切换模型会使它停下。",
                next_step="请等批量结束，或先在“批量”页停止它。",
            )

        def work() -> str:
            services = self._services
            find_model(name, services.settings.data_dir)
            found = services.lane.switch(lambda: load_named(services.settings, name))
            return wording.switched(found.model)

        self._begin(wording.SWITCHING, work)

    def fetch(self, name: str, source: str) -> None:
        """Bring a model into the data folder, from a hub or a folder."""

        def work() -> str:
            models, folder = self._services.settings.models_dir, as_folder(name.strip())
            if folder is not None:
                found = carry_in(folder, models, report=self._arrive, cancel=self._cancel)
            else:
                hub = hub_named(source)
                found = download_model(
                    name.strip(), models, hub, report=self._arrive, cancel=self._cancel
                )
            return wording.ready(found.card.title)

        self._begin(wording.FETCH, work)

    def quantize(self, name: str) -> None:
        """Make a 4-bit copy of a model, once."""

        def work() -> str:
            settings = self._services.settings
            model = find_model(name, settings.data_dir)
            made = shrink(model, settings.models_dir, tell=self._step, cancel=self._cancel)
            return wording.ready(made.card.title)

        self._begin(wording.QUANTIZE, work)

    def compare(self, *names: str) -> None:
        """Try one or two models on the sample cases."""

        def work() -> str:
            trials: list[Trial] = []
            for name in dict.fromkeys(names):
                trials.append(try_out(name, self._services, self._ask, self._cancel))
                self.work = replace(self.work, trials=tuple(trials))
            return ""

        self._begin(wording.LOADING, work)

    def stop(self) -> None:
        """End what can be ended."""
        self._cancel.set()

    def close(self) -> None:
        """End what goes on, with the program: nothing that it started stays behind."""
        self.stop()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def _begin(self, words: str, work: Callable[[], str]) -> None:
        with self._lock:
            if self.work.going:
                raise AssistantError(
                    "MOD-226", "另一项模型操作正在进行。", next_step="请等它完成后再试。"
                )
            self._cancel.clear()
            self.work = Work(True, words)
            self._thread = Thread(target=self._do, args=(work,), name="models", daemon=True)
            self._thread.start()

    def _do(self, work: Callable[[], str]) -> None:
        try:
            words = work()
            self.work = replace(self.work, going=False, words=words, share=None)
        except Exception as error:
            refusal = as_assistant_error(error)
            self.work = replace(self.work, going=False, words="", share=None, error=refusal)

    def _arrive(self, now: Progress) -> None:
        words = wording.fetching(Path(now.file).name, now.done, now.total)
        self.work = replace(self.work, words=words, share=now.done / max(1, now.total))

    def _step(self, step: str) -> None:
        share = list(wording.STEPS).index(step) / len(wording.STEPS)
        self.work = replace(self.work, words=wording.STEPS[step], share=share)

    def _ask(self, model: str, number: int, total: int) -> None:
        words = wording.asking(model, number, total)
        self.work = replace(self.work, words=words, share=(number - 1) / total)
