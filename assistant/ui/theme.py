"""The look: Gradio's own colours and sizes as variables, the rest in page.css and page.js."""

import base64
import json
from pathlib import Path

import gradio as gr

from assistant.preferences import Look
from assistant.settings import Settings
from assistant.ui import batch_wording, wording

_HERE = Path(__file__).parent
_SHEETS = (
    "palette.css",
    "page.css",
    "zoom.css",
    "talks.css",
    "batch.css",
    "models.css",
    "settings.css",
    "narrow.css",
)
_SCRIPTS = ("page.js", "zoom.js", "talks.js", "batch.js")

MOST_SENT = 1000
"""Files that Gradio takes in one upload."""


def theme() -> gr.themes.Base:
    """Colours and sizes; only fonts of the system, so that none is fetched."""
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.cyan,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_md,
        spacing_size=gr.themes.sizes.spacing_sm,
        text_size=gr.themes.sizes.text_md,
        font=["sans-serif"],
        font_mono=["monospace"],
    )
    return base.set(
        body_background_fill="#eef1f4",
        body_background_fill_dark="#0f1419",
        block_background_fill="#ffffff",
        block_background_fill_dark="#171d24",
        border_color_primary="#d9dfe6",
        border_color_primary_dark="#2a333d",
        button_primary_background_fill="#0b5c73",
        button_primary_background_fill_dark="#14799a",
        button_primary_background_fill_hover="#0e7490",
        button_primary_background_fill_hover_dark="#1990b5",
        button_primary_text_color="#ffffff",
        slider_color="#0e7490",
        slider_color_dark="#38bdf8",
    )


def css() -> str:
    """The style sheet; words that Gradio has no place for are handed in as variables."""
    words = (
        f':root {{ --open: "{wording.OPEN}"; --reading: "{wording.READING}"; '
        f'--batch-drop: "{batch_wording.DROP}"; }}\n'
    )
    return words + "".join((_HERE / name).read_text(encoding="utf-8") for name in _SHEETS)


def html(value: str, name: str) -> gr.HTML:
    """Markup of our own, without the framework's typography and scripts."""
    return gr.HTML(value, elem_id=name, js_on_load=None, apply_default_css=False)


def head(settings: Settings, look: Look = "light") -> str:
    """Icon, limits and the script, to stand first in the page's head.

    Args:
        settings: the limits.
        look: light or dark, for a browser that has not chosen.
    """
    icon = base64.b64encode((_HERE / "icon.svg").read_bytes()).decode("ascii")
    limits = {
        "maxMb": settings.max_upload_mb,
        "maxFiles": settings.max_files,
        "maxBatchUploads": MOST_SENT,
        "labels": wording.LABELS,
        "look": look,
        **wording.BROWSER,
    }
    script = "".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    return (
        f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml;base64,{icon}">'
        f"<script>window.ctAssistant = {json.dumps(limits, ensure_ascii=False)};\n"
        f"{script}</script>"
    )


def topbar() -> str:
    """Name of the program."""
    icon = (_HERE / "icon.svg").read_text(encoding="utf-8")
    fold = (
        f'<button id="list" type="button" title="{wording.LIST}" '
        f'aria-label="{wording.LIST}">☰</button>'
    )
    return f'<div class="brand">{fold}{icon}<strong>{wording.TITLE}</strong></div>'
