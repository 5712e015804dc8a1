"""Exchanges as rows of the database, and back."""

import io
import sqlite3
from typing import Any

import numpy as np
from PIL import Image

from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage, SliceRef
from assistant.imaging.window import Window
from assistant.store.exchange import Exchange, Picture

INSERT_EXCHANGE = "INSERT INTO exchange VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
UPDATE_EXCHANGE = (
    'UPDATE exchange SET answer=?, state=?, "window"=?, seconds=?, tokens_per_s=?,'
    " code=?, message=?, next_step=? WHERE id=?"
)
SELECT_EXCHANGES = (
    'SELECT id, question, asked, mode, answer, state, "window", seconds, tokens_per_s,'
    " code, message, next_step FROM exchange WHERE conversation=? ORDER BY place"
)
SELECT_PICTURES = (
    "SELECT s.exchange, p.sha256, p.png, s.center, s.width, s.window_name, s.series_uid,"
    " s.slice_index, s.frame, s.words, s.replaced, s.sides"
    " FROM exchange e JOIN shown s ON s.exchange = e.id"
    " JOIN picture p ON p.conversation = e.conversation AND p.sha256 = s.sha256"
    " WHERE e.conversation=? ORDER BY e.place, s.place"
)


def growing(exchange: Exchange) -> tuple[Any, ...]:
    """What changes while an answer is written, in the order of ``UPDATE_EXCHANGE``."""
    error = exchange.error
    told = (error.code, error.message, error.next_step) if error else ("", "", "")
    return (
        exchange.answer, exchange.state, exchange.window, exchange.seconds,
        exchange.tokens_per_s, *told,
    )  # fmt: skip


def insert(
    connection: sqlite3.Connection, conversation: str, place: int, exchange: Exchange
) -> None:
    """Write an exchange down, with the pictures that the conversation does not have yet."""
    fixed = (exchange.id, conversation, place, exchange.question, exchange.asked, exchange.mode)
    connection.execute(INSERT_EXCHANGE, (*fixed, *growing(exchange)))
    for number, picture in enumerate(exchange.pictures):
        image = picture.image
        connection.execute(
            "INSERT OR IGNORE INTO picture VALUES (?,?,?)",
            (conversation, image.sha256, as_png(image)),
        )
        window = (image.window.center, image.window.width) if image.window else (None, None)
        ref = image.slice_ref
        connection.execute(
            "INSERT INTO shown VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (exchange.id, number, image.sha256, *window, image.window_name,
             ref.series_uid, ref.index, ref.frame, picture.place, picture.replaced, picture.sides),
        )  # fmt: skip


def select(connection: sqlite3.Connection, conversation: str) -> tuple[Exchange, ...]:
    """The exchanges of a conversation with their pictures, oldest first."""
    pictures: dict[str, list[Picture]] = {}
    pixels: dict[str, np.ndarray[Any, np.dtype[np.uint8]]] = {}
    for (
        exchange,
        sha256,
        png,
        center,
        width,
        name,
        uid,
        index,
        frame,
        place,
        replaced,
        sides,
    ) in connection.execute(SELECT_PICTURES, (conversation,)):
        if sha256 not in pixels:
            pixels[sha256] = np.array(Image.open(io.BytesIO(png), formats=("PNG",)))
            pixels[sha256].flags.writeable = False
        image = RenderedImage(
            pixels[sha256],
            None if center is None else Window(center, width),
            name,
            SliceRef(uid, index, frame),
            sha256,
        )
        pictures.setdefault(exchange, []).append(Picture(image, place, bool(replaced), sides))
    return tuple(
        Exchange(
            question, asked, mode, tuple(pictures.get(id_, ())), answer, state, window, seconds,
            speed, AssistantError(code, message, next_step=next_step) if code else None, id_,
        )
        for id_, question, asked, mode, answer, state, window, seconds, speed, code, message,
        next_step in connection.execute(SELECT_EXCHANGES, (conversation,))
    )  # fmt: skip


def as_png(image: RenderedImage) -> bytes:
    """The pixels, lossless, and nothing else."""
    png = io.BytesIO()
    Image.fromarray(image.pixels).save(png, "PNG", compress_level=4)
    return png.getvalue()
