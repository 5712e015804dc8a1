"""The third tab: which models are there, which one answers, how they compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.models.catalog import DEMO, ModelFolder, list_models
from assistant.models.speed import read_speeds
from assistant.ui import models_wording as wording
from assistant.ui.batching import Batches
from assistant.ui.guard import as_assistant_error
from assistant.ui.models_page import comparison, progress, table
from assistant.ui.models_work import Work, Workshop
from assistant.ui.services import Services
from assistant.ui.status import status_line
from assistant.ui.theme import html
from assistant.ui.viewer import Updates
from assistant.ui.viewer_events import QUICK

REFRESH_S = 0.5


@dataclass(frozen=True)
class ModelsTab:
    """The components of the tab, and what they do; ``engine`` is the line in the top bar."""

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
    engine: gr.HTML
    services: Services
    batches: Batches
    workshop: Workshop

    def bind(self, app: gr.Blocks) -> None:
        """Attach every event."""
        shown = [
            *(self.progress, self.models, self.compared, self.clock, self.engine),
            *(self.model, self.other),
        ]
        once = {**QUICK, "trigger_mode": "once"}
        self.use.click(self.switch, self.model, shown, **once)
        self.trial.click(self.compare, [self.model, self.other], shown, **once)
        self.quantize.click(self.shrink, self.model, shown, **once)
        self.fetch.click(self.bring, [self.name, self.source], shown, **once)
        self.stop.click(self.workshop.stop, None, None, **QUICK)
        gr.on([app.load, self.clock.tick], self.look, None, shown, **QUICK)

    def switch(self, model: str) -> Updates:
        """Another model answers, without a restart."""
        return self._do(lambda: self.workshop.switch(model, busy=self.batches.going))

    def compare(self, model: str, other: str) -> Updates:
        """One or two models on the sample cases."""
        return self._do(lambda: self.workshop.compare(*filter(None, (model, other))))

    def shrink(self, model: str) -> Updates:
        """A 4-bit copy."""
        return self._do(lambda: self.workshop.quantize(model))

    def bring(self, name: str, source: str) -> Updates:
        """From a hub or a folder."""
        return self._do(lambda: self.workshop.fetch(name or "", source))

    def look(self) -> Updates:
        """Everything as it is now."""
        work = self.workshop.work
        settings, lane = self.services.settings, self.services.lane
        models = tuple(list_models(settings.data_dir))
        status = lane.status
        now = status.capabilities
        choices = choices_of(models)
        return {
            self.progress: progress(work),
            self.models: table(
                models, read_speeds(settings.cache_dir), now.fingerprint if now else ""
            ),
            self.compared: comparison(work.trials),
            self.clock: gr.Timer(active=work.going or status.phase == "loading"),
            self.engine: status_line(status),
            self.model: gr.update(choices=choices),
            self.other: gr.update(choices=[(wording.NOBODY, ""), *choices]),
        }

    def _do(self, act: Callable[[], None]) -> Updates:
        try:
            act()
        except Exception as error:
            return {**self.look(), self.progress: progress(Work(error=as_assistant_error(error)))}
        return {**self.look(), self.clock: gr.Timer(active=True)}


def choices_of(models: tuple[ModelFolder, ...]) -> list[tuple[str, str]]:
    """Titles, and the names that --model takes."""
    return [
        (
            f"{one.card.title}（{one.card.name}）",
            DEMO if one.path.name == "demo-model" else one.path.name,
        )
        for one in models
    ]


def build_models_tab(
    services: Services, batches: Batches, engine: gr.HTML, app: gr.Blocks
) -> ModelsTab:
    """Lay the tab out inside the current Blocks and connect it."""
    choices = choices_of(tuple(list_models(services.settings.data_dir)))
    shared: dict[str, Any] = {"filterable": False, "interactive": True}
    with gr.Column(elem_id="models"):
        with gr.Row(elem_id="models-bar"):
            model = gr.Dropdown(
                choices, value=DEMO, label=wording.CHOOSE, elem_id="model", **shared
            )
            use = gr.Button(wording.USE, variant="primary", elem_id="use", min_width=100)
            other = gr.Dropdown(
                [(wording.NOBODY, ""), *choices], value="", label=wording.AGAINST,
                elem_id="other", **shared,
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
        gr.Timer(REFRESH_S, active=False), engine, services, batches, Workshop(services),
    )  # fmt: skip
    tab.bind(app)
    return tab
