"""A talk as the chat panel shows it: text escaped, pictures small, refusals as cards."""

import base64
import io
import re
from dataclasses import dataclass
from html import escape
from typing import Literal, TypedDict

from PIL import Image

from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage
from assistant.ui import wording

THUMB_PIXELS = 128
_HEADING = re.compile(r"^(检查所见|影像所见|诊断意见|诊断印象|印象|建议)(?=[：:])", re.M)
# Measures such as 3*2*1cm or 3~5mm would lose their signs as Markdown, so every sign of it
# is written as a character reference; addresses are not to become links.
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$!@]|:(?=//)|(?<=www)\.")
_BOLD = re.compile(r"&#42;&#42;(?=\S)(.+?)(?<=\S)&#42;&#42;")
_INDENT = re.compile(r"^[ \t]+", re.M)


class Message(TypedDict):
    """What gr.Chatbot takes."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True)
class Entry:
    """One bubble.

    Attributes:
        text: as typed, or as the model wrote it.
        picture: markup of the picture sent with a question, or "".
        note: the quiet line below.
        waiting: shown instead of text until the first character.
        error: a refusal, shown below the text that was already written.
        tag: in which mode a question was asked, in words.
        edits: id by which the question may be changed, or "".
        again: id by which the question may be asked once more, or "".
    """

    role: Literal["user", "assistant"]
    text: str = ""
    picture: str = ""
    note: str = ""
    waiting: str = ""
    error: AssistantError | None = None
    tag: str = ""
    edits: str = ""
    again: str = ""


def messages(entries: tuple[Entry, ...]) -> list[Message]:
    """Entries for gr.Chatbot, oldest first."""
    return [{"role": entry.role, "content": _content(entry)} for entry in entries]


def card(error: AssistantError, remark: str = "") -> str:
    """A refusal a person can act on: what happened, what to do, and the code."""
    return (
        '<div class="card" role="alert">'
        f'<div class="card-what">{_lines(error.message)}</div>'
        f'<div class="card-next">{_lines(error.next_step + remark)}</div>'
        f'<div class="card-code">{escape(error.code)}</div></div>'
    )


def thumbnail(image: RenderedImage, caption: str) -> str:
    """A small copy of a picture with a caption, carried inside the page itself."""
    small = Image.fromarray(image.pixels)
    small.thumbnail((THUMB_PIXELS, THUMB_PIXELS))
    return (
        f'<div class="sent"><img alt="" src="{data_url(small, "JPEG")}">'
        f"<span>{escape(caption)}</span></div>"
    )


def data_url(picture: Image.Image, kind: Literal["PNG", "JPEG"] = "PNG") -> str:
    """A picture inside the page itself, so that no file of it is ever served."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, compress_level=1, quality=85)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/{kind.lower()};base64,{content}"


def _content(entry: Entry) -> str:
    parts = [entry.picture]
    if entry.text:
        parts.append(_prose(entry.text) if entry.role == "assistant" else _plain(entry.text))
    if entry.waiting:
        parts.append(f'<div class="waiting">{escape(entry.waiting)}</div>')
    if entry.error is not None:
        parts.append(card(entry.error))
    parts.append(_foot(entry))
    # A blank line ends an HTML block in Markdown.
    return "\n\n".join(part for part in parts if part)


def _foot(entry: Entry) -> str:
    """The quiet line below a bubble, with what can be done with it."""
    buttons = [
        *([_button("copy", "", wording.COPY)] if entry.note and entry.text else ()),
        *([_button("again", entry.again, wording.AGAIN)] if entry.again else ()),
        *([_button("edit", entry.edits, wording.EDIT)] if entry.edits else ()),
    ]
    told = entry.note or entry.tag
    if not told and not buttons:
        return ""
    kind = "note" if entry.note else "tools"
    said = f"<span>{escape(told)}</span>" if told else ""
    return f'<div class="{kind}">{said}{"".join(buttons)}</div>'


def _button(kind: str, target: str, text: str) -> str:
    # The framework leaves of an element's attributes little more than its classes.
    named = f"{kind} of-{escape(target)}" if target else kind
    return f'<button class="{named}" type="button">{text}</button>'


def _plain(text: str) -> str:
    flat = _INDENT.sub("", escape(text, quote=False))
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", flat)


def _prose(text: str) -> str:
    return _HEADING.sub(r"**\1**", _BOLD.sub(r"**\1**", _plain(text)))


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
