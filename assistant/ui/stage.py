"""The film: the picture with what a workstation writes into its corners, as markup."""

from html import escape

from PIL import Image

from assistant.ui import wording
from assistant.ui.study import View
from assistant.ui.transcript import data_url


def stage(view: View) -> str:
    """The picture with its overlays, as the corners of a workstation show them."""
    image = view.image
    height, width = image.pixels.shape[:2]
    source = data_url(Image.fromarray(image.pixels))
    spacing = view.slice_.spacing_mm
    stored = view.slice_.hu if view.slice_.hu is not None else view.slice_.gray
    as_stored = stored is not None and stored.shape[:2] == (height, width)
    scale = f" · {spacing[0]:.2f} mm" if spacing and as_stored else ""
    return (
        f'<div class="stage{"" if image.window else " plain"}" data-of="{_series(view)}">'
        f'<img decoding="sync" alt="{wording.SEEN}" src="{source}">'
        f"{_sides(view)}"
        f'<div class="corner tl">{escape(image.window_name or wording.NO_WINDOW)}</div>'
        f'<div class="corner tr">{escape(view.place)}</div>'
        f'<div class="corner bl"><span class="whole">{wording.SEEN}</span>'
        f'<span class="part">{wording.ENLARGED}</span></div>'
        f'<div class="corner br">{width}×{height}{scale}</div>{_zoom()}</div>'
    )


def empty_stage() -> str:
    """What stands in the picture's place before there is one."""
    return (
        '<div class="stage empty plain"><div class="invite">'
        '<svg viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="25"/>'
        '<circle cx="32" cy="32" r="14"/><path d="M32 7v12M32 45v12M7 32h12M45 32h12"/></svg>'
        f"<strong>{wording.DROP_TITLE}</strong><span>{wording.DROP_HINT}</span></div></div>"
    )


def notice_list(view: View) -> str:
    """The warnings beside the picture, each once, with their codes."""
    rows = dict.fromkeys((notice.code, notice.message) for notice in view.notices)
    lines = (
        f'<li>{escape(message)}<span class="code">{escape(code)}</span></li>'
        for code, message in rows
    )
    text = "".join(lines)
    return f'<ul class="notices">{text}</ul>' if text else ""


def _sides(view: View) -> str:
    """Beside the picture, not in it: the model never sees them."""
    edges = zip(("left", "right", "top", "bottom"), view.sides, strict=False)
    return "".join(f'<div class="side {edge}">{letter}</div>' for edge, letter in edges)


def _zoom() -> str:
    """Buttons for the page's script."""
    buttons = "".join(
        f'<button type="button" class="{name}" title="{hint}" aria-label="{label}">{sign}</button>'
        for name, sign, label, hint in wording.ZOOM
    )
    return f'<div class="zoom">{buttons}</div>'


def _series(view: View) -> str:
    """Another one whenever something else is opened: what is looked at in one stays enlarged."""
    return f"{view.study.key}-{view.series}"
