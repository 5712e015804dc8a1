"""What a tab may do with a conversation: ask, ask again, change a question, open, remove."""

from dataclasses import replace

from assistant.dialogue.prompts import Prompts
from assistant.dialogue.scrub import scrub
from assistant.engine.base import Options
from assistant.errors import AssistantError
from assistant.store.exchange import Exchange, Mode, Picture, Record
from assistant.ui import wording
from assistant.ui.services import Services
from assistant.ui.session import Desk
from assistant.ui.study import View, still

LONGEST_QUESTION = 2000
"""Characters."""


def ask(
    desk: Desk, services: Services, owner: str, question: str, mode: Mode, options: Options
) -> None:
    """Ask what was typed, after the last answer or in the place of the question being changed.

    Raises:
        AssistantError: USE-201 to USE-203, USE-207, STO-201 to STO-204.
    """
    text = scrub(_checked(question))
    if desk.wanted is not None:
        raise AssistantError(
            "USE-207",
            "新的图像还在读取，问题没有提交。",
            next_step="请等图像显示出来，看清是要问的那一幅，再提问。",
        )
    _catch_up(desk, services, owner)
    if desk.editing:
        changed = _exchange(desk.record, desk.editing)
        before = desk.record.before(changed.id)
        exchange = replace(_fresh(changed), question=text, mode=mode)
    else:
        before = desk.record
        exchange = Exchange(text, text, mode, _pictures(desk))
    asked = replace(exchange, asked=_with_mode(text, mode, services.prompts))
    _send(desk, services, owner, before, asked, options)


def again(desk: Desk, services: Services, owner: str, exchange_id: str, options: Options) -> None:
    """Ask a question once more; its answer and what followed are removed.

    Raises:
        AssistantError: STO-201 to STO-204.
    """
    _catch_up(desk, services, owner)
    asked = _fresh(_exchange(desk.record, exchange_id))
    _send(desk, services, owner, desk.record.before(exchange_id), asked, options)


def edit(desk: Desk, exchange_id: str) -> str:
    """Begin to change a question, "" ends it; the question as it was.

    Raises:
        AssistantError: STO-204 it is not there.
    """
    desk.editing = ""
    if not exchange_id:
        return ""
    found = _exchange(desk.record, exchange_id)
    desk.editing = found.id
    return found.question


def open_record(desk: Desk, services: Services, owner: str, conversation: str) -> None:
    """Lay one of the owner's conversations on the desk, with its last picture on screen.

    Raises:
        AssistantError: STO-201 there is none.
    """
    live = services.scribe.running(conversation) is not None
    record = services.ledger.load(owner, conversation)
    desk.lay(record, kept=True)
    desk.read(record, live=live)
    pictures = [picture for exchange in record.exchanges for picture in exchange.pictures]
    desk.put(still(pictures[-1]) if pictures else None)
    desk.study = desk.view.study.key if desk.view else ""


def remove(desk: Desk, services: Services, owner: str, conversation: str, blank: Record) -> None:
    """Remove a conversation for good, the answer being written in it included.

    Raises:
        AssistantError: STO-201 there is none.
    """
    services.ledger.delete(owner, conversation)
    services.scribe.stop(conversation)
    services.lane.forget(conversation)
    if desk.record.id == conversation:
        desk.lay(blank, kept=False)


def refresh(desk: Desk, services: Services, owner: str) -> None:
    """Read the conversation anew: another tab may have gone on with it, or removed it."""
    if not desk.kept:
        return
    try:
        _catch_up(desk, services, owner)
    except AssistantError as error:
        if error.code != "STO-201":
            raise
        desk.lay(Record(services.prompts.system), kept=False)


def _catch_up(desk: Desk, services: Services, owner: str) -> None:
    if not desk.kept:
        return
    live = services.scribe.running(desk.record.id) is not None
    desk.read(services.ledger.load(owner, desk.record.id), live=live)


def _send(
    desk: Desk,
    services: Services,
    owner: str,
    before: Record,
    exchange: Exchange,
    options: Options,
) -> None:
    if not desk.kept and before.exchanges:
        services.ledger.adopt(owner, before)
    exchange = replace(exchange, window=_window(before, exchange))
    asked = services.scribe.ask(owner, before, exchange, options)
    if desk.view is not None and _shows(desk.view, exchange):
        desk.study = desk.view.study.key
    desk.record, desk.kept, desk.refusal, desk.editing = asked, True, None, ""


def _shows(view: View, exchange: Exchange) -> bool:
    """Whether the exchange is about the picture on screen, and not about one before it."""
    return any(picture.image.sha256 == view.image.sha256 for picture in exchange.pictures)


def _window(before: Record, exchange: Exchange) -> str:
    """The window of the picture that the answer is about, in words."""
    image = exchange.pictures[-1].image if exchange.pictures else before.last_image
    return (image.window_name if image else "") or wording.NO_WINDOW


def _checked(question: str) -> str:
    text = question.strip()
    if not text:
        raise AssistantError(
            "USE-202", "问题是空的。", next_step="请写下要问的内容，或点选一个常用问题。"
        )
    if len(text) > LONGEST_QUESTION:
        raise AssistantError(
            "USE-203",
            f"问题太长（{len(text)} 字，上限 {LONGEST_QUESTION} 字）。",
            next_step="请精简后再问。",
        )
    return text


def _pictures(desk: Desk) -> tuple[Picture, ...]:
    """The picture on screen, when it is not the one sent last."""
    view = desk.view
    if view is None:
        if desk.record.last_image is None:
            raise AssistantError(
                "USE-201", "还没有图像。", next_step="请先把 CT 图像拖到左侧，再提问。"
            )
        return ()
    if not desk.needs(view.image):
        return ()
    replaced = desk.study not in ("", view.study.key)
    return (Picture(view.image, view.place, replaced, view.sides),)


def _with_mode(text: str, mode: Mode, prompts: Prompts) -> str:
    added = {"report": prompts.report, "plain": prompts.plain, "": ""}[mode]
    return f"{text}\n{added}" if added else text


def _exchange(record: Record, exchange_id: str) -> Exchange:
    for exchange in record.exchanges:
        if exchange.id == exchange_id:
            return exchange
    raise AssistantError(
        "STO-204", "这一问已不在对话中。", next_step="对话可能在另一窗口中改动过，请核对后再问。"
    )


def _fresh(exchange: Exchange) -> Exchange:
    """The same question with the same pictures, not answered yet."""
    return Exchange(exchange.question, exchange.asked, exchange.mode, exchange.pictures)
