"""The settings tab: the department's windows, the words to the model, how long to keep."""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.preferences import SENTENCES, Preferences, from_form
from assistant.ui import settings_wording as wording
from assistant.ui.guard import as_assistant_error, text
from assistant.ui.owner import may_manage
from assistant.ui.services import Services
from assistant.ui.theme import html
from assistant.ui.transcript import card
from assistant.ui.viewer import Updates
from assistant.ui.viewer_events import QUICK


@dataclass(frozen=True)
class SettingsTab:
    """The components of the tab, and what they do.

    Attributes:
        sentences: of :data:`assistant.preferences.SENTENCES`, in their order.
    """

    windows: gr.Textbox
    suggestions: gr.Textbox
    keep_days: gr.Number
    look: gr.Radio
    sentences: tuple[gr.Textbox, ...]
    save: gr.Button
    said: gr.HTML
    services: Services

    @property
    def form(self) -> list[Any]:
        """In the order of :meth:`keep`."""
        return [self.windows, self.suggestions, self.keep_days, self.look, *self.sentences]

    def bind(self, app: gr.Blocks) -> gr.events.Dependency:
        """Attach every event; what is returned succeeds whenever something was saved."""
        shown = [*self.form, self.said]
        app.load(self.show, None, [*shown, self.save], **QUICK)
        # Without Gradio's own checks, whose refusals are in English and carry no code.
        once = {**QUICK, "trigger_mode": "once", "preprocess": False}
        saved: gr.events.Dependency = self.save.click(self.keep, self.form, shown, **once)
        return saved

    def show(self, request: gr.Request) -> Updates:
        """What is set, as it is now, and free to be changed: not before, or it would be lost.

        Nothing for those who may not change it.
        """
        if not may_manage(request):
            return {self.said: ""}
        unset = self._unset()
        opened = {
            field: gr.update(value=value, interactive=True, placeholder=unset.get(field))
            for field, value in self._filled(self.services.preferences.now).items()
        }
        return {**opened, self.save: gr.update(interactive=True), self.said: ""}

    def keep(
        self,
        windows: object,
        suggestions: object,
        keep_days: object,
        look: object,
        *sentences: object,
    ) -> Updates:
        """Check what was written, keep it, and use it."""
        said = dict(zip(SENTENCES, map(text, sentences), strict=True))
        try:
            preferences = from_form(text(windows), text(suggestions), keep_days, text(look), **said)
            self.services.preferences.save(preferences)
        except Exception as error:
            return {self.said: f'<div class="stopped">{card(as_assistant_error(error))}</div>'}
        self.services.retention.look()
        done = f'<div class="saved" role="status">{wording.SAVED}</div>'
        return {**self._filled(preferences), self.said: done}

    def _filled(self, now: Preferences) -> Updates:
        sentences = (getattr(now, name) for name in SENTENCES)
        return {
            self.windows: "\n".join(window.line for window in now.windows),
            self.suggestions: "\n".join(now.suggestions),
            self.keep_days: now.keep_days,
            self.look: now.look,
            **dict(zip(self.sentences, sentences, strict=True)),
        }

    def _unset(self) -> Updates:
        """What stands in an empty field: what is in force without it."""
        shipped = (getattr(self.services.shipped, name) for name in SENTENCES)
        return {
            self.windows: wording.WINDOWS_HINT,
            self.suggestions: wording.SUGGESTIONS_HINT,
            self.keep_days: wording.now_kept(self.services.settings.keep_days),
            **dict(zip(self.sentences, shipped, strict=True)),
        }


def build_settings_tab(services: Services) -> SettingsTab:
    """Lay the tab out inside the current Blocks; what is set comes later."""
    shut: dict[str, Any] = {"interactive": False}
    with gr.Column(elem_id="settings"):
        with gr.Row(elem_id="settings-columns", equal_height=False):
            with gr.Column(min_width=320):
                windows = gr.Textbox(
                    label=wording.WINDOWS, lines=5, max_lines=9,
                    info=_shipped(services), elem_id="own-windows", **shut,
                )  # fmt: skip
                suggestions = gr.Textbox(
                    label=wording.SUGGESTIONS, lines=4,
                    max_lines=8, info=wording.SUGGESTIONS_NOTE, elem_id="own-suggestions", **shut,
                )  # fmt: skip
                keep_days = gr.Number(
                    None, label=wording.KEEP, info=wording.KEEP_NOTE, elem_id="keep-days", **shut
                )
                look = gr.Radio(
                    list(wording.LOOKS.items()), value="light", label=wording.LOOK,
                    info=wording.LOOK_NOTE, elem_id="look", elem_classes="chips", **shut,
                )  # fmt: skip
            with gr.Column(min_width=320):
                sentences = tuple(
                    gr.Textbox(
                        label=label, info=info, lines=2, max_lines=6, elem_id=f"own-{name}", **shut
                    )
                    for name, (label, info) in wording.SENTENCES.items()
                )
        with gr.Row(elem_id="settings-bar"):
            save = gr.Button(
                wording.SAVE, variant="primary", elem_id="save", min_width=100, interactive=False
            )
            html(f"<span>{wording.KEPT_IN}</span>", "settings-place")
        said = html("", "settings-said")
    return SettingsTab(windows, suggestions, keep_days, look, sentences, save, said, services)


def _shipped(services: Services) -> str:
    names = "、".join(preset.name for preset in services.shipped_presets)
    return escape(f"{wording.SHIPPED}：{names}")
