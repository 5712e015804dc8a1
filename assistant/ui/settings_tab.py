"""The settings tab: the department's windows, the words to the model, how long to keep."""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.preferences import Preferences, from_form
from assistant.ui import settings_wording as wording
from assistant.ui.guard import as_assistant_error
from assistant.ui.services import Services
from assistant.ui.theme import html
from assistant.ui.transcript import card
from assistant.ui.viewer import Updates
from assistant.ui.viewer_events import QUICK


@dataclass(frozen=True)
class SettingsTab:
    """The components of the tab, and what they do."""

    windows: gr.Textbox
    system: gr.Textbox
    suggestions: gr.Textbox
    keep_days: gr.Number
    look: gr.Radio
    save: gr.Button
    said: gr.HTML
    services: Services

    @property
    def form(self) -> list[Any]:
        """In the order of :func:`from_form`."""
        return [self.windows, self.system, self.suggestions, self.keep_days, self.look]

    def bind(self, app: gr.Blocks) -> gr.events.Dependency:
        """Attach every event; what is returned succeeds whenever something was saved."""
        shown = [*self.form, self.said]
        app.load(self.show, None, [*shown, self.save], **QUICK)
        # Without Gradio's own checks, whose refusals are in English and carry no code.
        once = {**QUICK, "trigger_mode": "once", "preprocess": False}
        saved: gr.events.Dependency = self.save.click(self.keep, self.form, shown, **once)
        return saved

    def show(self) -> Updates:
        """What is set, as it is now, and free to be changed: not before, or it would be lost."""
        filled = self._filled(self.services.preferences.now)
        opened = {
            field: gr.update(value=value, interactive=True) for field, value in filled.items()
        }
        return {**opened, self.save: gr.update(interactive=True), self.said: ""}

    def keep(
        self, windows: object, system: object, suggestions: object, keep_days: object, look: object
    ) -> Updates:
        """Check what was written, keep it, and use it."""
        windows, system, suggestions = map(_text, (windows, system, suggestions))
        try:
            preferences = from_form(windows, system, suggestions, keep_days, str(look))
            self.services.preferences.save(preferences)
        except Exception as error:
            return {self.said: f'<div class="stopped">{card(as_assistant_error(error))}</div>'}
        self.services.retention.look()
        said = f'<div class="saved" role="status">{wording.SAVED}</div>'
        return {**self._filled(preferences), self.said: said}

    def _filled(self, now: Preferences) -> Updates:
        return {
            self.windows: "\n".join(window.line for window in now.windows),
            self.system: now.system,
            self.suggestions: "\n".join(now.suggestions),
            self.keep_days: now.keep_days,
            self.look: now.look,
        }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def build_settings_tab(services: Services) -> SettingsTab:
    """Lay the tab out inside the current Blocks."""
    shipped = services.shipped
    with gr.Column(elem_id="settings"):
        with gr.Row(elem_id="settings-columns", equal_height=False):
            with gr.Column(min_width=320):
                windows = gr.Textbox(
                    label=wording.WINDOWS, placeholder=wording.WINDOWS_HINT, lines=5, max_lines=9,
                    info=_shipped(services), elem_id="own-windows", interactive=False,
                )  # fmt: skip
                keep_days = gr.Number(
                    None, label=wording.KEEP, info=wording.KEEP_NOTE, elem_id="keep-days",
                    placeholder=wording.now_kept(services.settings.keep_days), interactive=False,
                )  # fmt: skip
                look = gr.Radio(
                    list(wording.LOOKS.items()), value="light", label=wording.LOOK,
                    info=wording.LOOK_NOTE, elem_id="look", interactive=False,
                )  # fmt: skip
            with gr.Column(min_width=320):
                suggestions = gr.Textbox(
                    label=wording.SUGGESTIONS, placeholder="\n".join(shipped.suggestions), lines=6,
                    max_lines=8, info=wording.SUGGESTIONS_NOTE, elem_id="own-suggestions",
                    interactive=False,
                )  # fmt: skip
                system = gr.Textbox(
                    label=wording.SYSTEM, placeholder=shipped.system, lines=3, max_lines=8,
                    info=wording.SYSTEM_NOTE, elem_id="system", interactive=False,
                )  # fmt: skip
        with gr.Row(elem_id="settings-bar"):
            save = gr.Button(
                wording.SAVE, variant="primary", elem_id="save", min_width=100, interactive=False
            )
            html(f"<span>{wording.KEPT_IN}</span>", "settings-place")
        said = html("", "settings-said")
    return SettingsTab(windows, system, suggestions, keep_days, look, save, said, services)


def _shipped(services: Services) -> str:
    names = "、".join(preset.name for preset in services.shipped_presets)
    return escape(f"{wording.SHIPPED}：{names}")
