"""The third tab: which models are there, which one answers, how they compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.models.catalog import DEMO, ModelFolder, list_models
from assistant.models.speed import read_memory, read_speeds
from assistant.ui import models_wording as wording
from assistant.ui.batching import Batches
from assistant.ui.guard import as_assistant_error, text
from assistant.ui.models_page import comparison, progress, table
from assistant.ui.models_work import Work, Workshop
from assistant.ui.owner import may_manage
from assistant.ui.services import Services
from assistant.ui.theme import html
from assistant.ui.viewer import Updates
from assistant.ui.viewer_events import QUICK

REFRESH_S = 0.5


@dataclass(frozen=True)
class ModelsTab:
    """The components of the tab, and what they do."""

    model: gr.Dropdown
    other: gr.Dropdown
    use: gr.Button
    trial: gr.Button
    quantize: gr.Button
    name: gr.Textbox
    source: gr.Dropdown
    fetch: gr.Button
    stop: gr.Button
    progress: gr.HTML
    models: gr.HTML
    compared: gr.HTML
    clock: gr.Timer
    services: Services
    batches: Batches
    workshop: Workshop

    def bind(self, app: gr.Blocks) -> None:
        """Attach every event."""
        shown = [*(self.progress, self.models, self.compared, self.clock, self.model, self.other)]
        # Without Gradio's own checks, whose refusals are in English and carry no code.
        once = {**QUICK, "trigger_mode": "once", "preprocess": False}
        self.use.click(self.switch, self.model, shown, **once)
        self.trial.click(self.compare, [self.model, self.other], shown, **once)
        self.quantize.click(self.shrink, self.model, shown, **once)
        self.fetch.click(self.bring, [self.name, self.source], shown, **once)
        self.stop.click(self.workshop.stop, None, None, **QUICK)
        app.load(self.arrive, None, shown, **QUICK)
        self.clock.tick(self.look, None, shown, **QUICK)

    def switch(self, model: object) -> Updates:
        """Another model answers, without a restart."""
        return self._do(lambda: self.workshop.switch(text(model), busy=self.batches.going))

    def compare(self, model: object, other: object) -> Updates:
        """One or two models on the sample cases."""
        return self._do(lambda: self.workshop.compare(*filter(None, map(text, (model, other)))))

    def shrink(self, model: object) -> Updates:
        """A 4-bit copy."""
        return self._do(lambda: self.workshop.quantize(text(model)))

    def bring(self, name: object, source: object) -> Updates:
        """From a hub or a folder."""
        return self._do(lambda: self.workshop.fetch(text(name), text(source)))

    def arrive(self, request: gr.Request) -> Updates:
        """Everything for a page that was opened, with the model in use chosen."""
        if not may_manage(request):
            return self.look(request)
        used = next((one.name for one in self._models() if self._answers(one)), DEMO)
        shown = self._shown()
        return {**shown, self.model: gr.update(**{**shown[self.model], "value": used})}

    def look(self, request: gr.Request) -> Updates:
        """Everything as it is now; nothing for those who may not manage models."""
        return self._shown() if may_manage(request) else {self.clock: gr.Timer(active=False)}

    def _shown(self) -> Updates:
        work, status = self.workshop.work, self.services.lane.status
        now, models = status.capabilities, self._models()
        cache = self.services.settings.cache_dir
        speeds, memory = read_speeds(cache), read_memory(cache)
        choices = [(f"{one.card.title}（{one.card.name}）", one.name) for one in models]
        return {
            self.progress: progress(work),
            self.models: table(models, speeds, memory, now.fingerprint if now else ""),
            self.compared: comparison(work.trials),
            self.clock: gr.Timer(active=work.going or status.phase == "loading"),
            self.model: gr.update(choices=choices),
            self.other: gr.update(choices=[(wording.NOBODY, ""), *choices]),
        }

    def _models(self) -> tuple[ModelFolder, ...]:
        settings = self.services.settings
        return tuple(list_models(settings.data_dir, used=settings.model))

    def _answers(self, model: ModelFolder) -> bool:
        now = self.services.lane.status.capabilities
        return now is not None and now.fingerprint == model.card.fingerprint

    def _do(self, act: Callable[[], None]) -> Updates:
        try:
            act()
        except Exception as error:
            return {**self._shown(), self.progress: progress(Work(error=as_assistant_error(error)))}
        return {**self._shown(), self.clock: gr.Timer(active=True)}


def build_models_tab(
    services: Services, batches: Batches, workshop: Workshop, app: gr.Blocks
) -> ModelsTab:
    """Lay the tab out inside the current Blocks and connect it; what it shows comes later."""
    shared: dict[str, Any] = {"filterable": False, "interactive": True}
    with gr.Column(elem_id="models"):
        with gr.Row(elem_id="models-bar"):
            model = gr.Dropdown([], label=wording.CHOOSE, elem_id="model", **shared)
            use = gr.Button(wording.USE, variant="primary", elem_id="use", min_width=100)
            other = gr.Dropdown(
                [(wording.NOBODY, "")], value="", label=wording.AGAINST, elem_id="other", **shared
            )  # fmt: skip
            trial = gr.Button(wording.TRY, elem_id="trial", min_width=110)
            quantize = gr.Button(wording.QUANTIZE, elem_id="quantize", min_width=110)
        with gr.Row(elem_id="models-fetch"):
            name = gr.Textbox(
                label=wording.FETCH_NAME, placeholder=wording.FETCH_HINT, max_lines=1,
                elem_id="fetch-name",
            )  # fmt: skip
            source = gr.Dropdown(
                list(wording.SOURCES), value="modelscope", show_label=False, elem_id="hub",
                label=wording.FETCH, **shared,
            )  # fmt: skip
            fetch = gr.Button(wording.FETCH, elem_id="fetch", min_width=80)
            stop = gr.Button(wording.STOP, variant="stop", elem_id="models-stop", min_width=80)
        bar = html(progress(Work()), "models-progress")
        rows = html("", "models-rows")
        compared = html("", "compared")
    tab = ModelsTab(
        model, other, use, trial, quantize, name, source, fetch, stop, bar, rows, compared,
        gr.Timer(REFRESH_S, active=False), services, batches, workshop,
    )  # fmt: skip
    tab.bind(app)
    return tab
