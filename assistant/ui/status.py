"""The line that says which model and engine answer."""

from html import escape

from assistant.engine.lane import LaneStatus
from assistant.ui import wording


def status_line(status: LaneStatus) -> str:
    """Markup of the engine's state: a coloured dot, the model, the engine, the device."""
    if status.phase == "failed" and status.error is not None:
        error = status.error
        text = f"{wording.FAILED} [{error.code}] {error.message}{error.next_step}"
        return _line("failed", escape(text), title=text)
    if status.phase != "ready" or status.capabilities is None:
        return _line("loading", wording.LOADING)
    what = status.capabilities
    engine = wording.ENGINES.get(what.engine, what.engine)
    text = f"{what.model} · {engine} · {what.device}"
    tag = f'<span class="demo" title="{wording.DEMO}">{wording.DEMO_TAG}</span>'
    return _line("ready", f"{tag if what.is_demo else ''}{escape(text)}", title=text)


def draft_line(status: LaneStatus) -> str:
    """The quiet line that every answer is a draft; what pictures leave for; that a demo is one."""
    what = status.capabilities
    warned = f"<b>{wording.DEMO}</b>" if what is not None and what.is_demo else ""
    if what is not None and what.address:
        warned += f"<b>{escape(wording.leaves(what.address))}</b>"
    return f'<div class="draft">{warned}<span>{wording.DRAFT}</span></div>'


def _line(phase: str, text: str, title: str = "") -> str:
    return (
        f'<div class="engine {phase}" role="status" title="{escape(title)}">'
        f'<i class="dot"></i><span>{text}</span>'
        f'<button id="dark" type="button" title="{wording.DARK}" '
        f'aria-label="{wording.DARK}">◐</button></div>'
    )
