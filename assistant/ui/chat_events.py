"""What the right half and the list do when they are touched."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from assistant.engine.base import Options
from assistant.errors import AssistantError
from assistant.store.exchange import MODES, Mode
from assistant.ui import asking, drafts
from assistant.ui.chat_panel import HOTTEST, LONGEST, SHORTEST
from assistant.ui.errand import Errand, parse
from assistant.ui.face import Face
from assistant.ui.guard import as_assistant_error
from assistant.ui.owner import owner_of
from assistant.ui.services import Services
from assistant.ui.session import Desk, Desks
from assistant.ui.viewer import Updates, Viewer
from assistant.ui.viewer_events import QUICK


@dataclass(frozen=True)
class ChatEvents:
    """Connects the right half and the list to the desk of whoever touches them."""

    face: Face
    viewer: Viewer
    desks: Desks
    services: Services

    def bind(self, app: gr.Blocks) -> None:
        """Attach every event."""
        panel, bar = self.face.panel, self.face.sidebar
        drawn = self.face.outputs
        typed = [*drawn, panel.question]
        everything = [*typed, *self.viewer.outputs]
        asks = {**QUICK, "trigger_mode": "once", "preprocess": False}
        sends = [panel.question.submit, panel.send.click]
        gr.on(sends, self.ask, [panel.question, *panel.manner], typed, **asks)
        panel.stop.click(self.stop, None, None, **QUICK)
        panel.new.click(self.renew, panel.question, typed, **QUICK)
        panel.clear.click(self.clear, panel.question, everything, **QUICK)
        wish = [bar.errand, *panel.manner, panel.question]
        # Each of them counts, also while an answer is being written.
        errands = {**QUICK, "trigger_mode": "multiple", "preprocess": False}
        bar.errand.change(self.run, wish, everything, **errands)
        latest = {**QUICK, "trigger_mode": "always_last"}
        bar.search.change(self.look_up, bar.search, bar.talks, **latest)
        bar.pulse.change(self.notice, None, drawn, **latest)
        recall = "() => sessionStorage.ctTalk || ''"
        app.load(self.arrive, bar.pulse, everything, js=recall, **QUICK)

    def ask(
        self, question: str, mode: object, temperature: object, length: object, request: gr.Request
    ) -> Iterator[Updates]:
        """Stream the answer to what was typed."""
        desk, owner = self._who(request)
        options, how = _options(temperature, length), _mode(mode)
        changing, place = bool(desk.editing), drafts.place_of(desk)
        try:
            _must_have_arrived(desk)
            asking.ask(desk, self.services, owner, question or "", how, options)
        except Exception as error:
            yield from self._refused(desk, owner, error)
            return
        before = desk.drafts.pop(place, "")  # the place is another one after the first question
        typed = before if changing else ""
        yield {**self.face.drawn(desk, owner), self.face.panel.question: typed}
        yield from self.face.followed(desk, owner)

    def stop(self, request: gr.Request) -> None:
        """End the answer; what is shown stays."""
        desk, _ = self._who(request)
        self.services.scribe.stop(desk.record.id)

    def renew(self, typed: str, request: gr.Request) -> Updates:
        """Begin a new conversation about the same picture; an answer being written goes on."""
        desk, owner = self._who(request)
        drafts.keep(desk, typed)
        desk.lay(self.desks.blank(), kept=False)
        return {**self.face.drawn(desk, owner), self.face.panel.question: drafts.take(desk)}

    def clear(self, typed: str, request: gr.Request) -> Updates:
        """Begin anew, without the picture and with an empty question box."""
        desk, _ = self._who(request)
        desk.put(None)
        anew = {**self.renew(typed, request), self.face.panel.question: ""}
        return {**anew, **self.viewer.opened(None)}

    def look_up(self, search: str, request: gr.Request) -> Updates:
        """Narrow the list."""
        desk, owner = self._who(request)
        desk.search = search or ""
        return self.face.listed(desk, owner)

    def notice(self, request: gr.Request) -> Iterator[Updates]:
        """Draw what changed elsewhere: in another tab, or by itself."""
        desk, owner = self._who(request)
        if desk.seen == self.services.ledger.revision(owner):
            yield {self.face.sidebar.talks: gr.skip()}
            return
        if desk.watcher is None or self.services.scribe.running(desk.record.id) is None:
            asking.refresh(desk, self.services, owner)
            yield self.face.drawn(desk, owner)
            yield from self.face.followed(desk, owner)
        else:
            yield self.face.listed(desk, owner)

    def arrive(self, conversation: str, request: gr.Request) -> Iterator[Updates]:
        """Show the conversation that this tab showed before it was reloaded, or a new one."""
        desk, owner = self._who(request)
        desk.arrived = True
        shown: Updates = {}
        try:
            if conversation:
                asking.open_record(desk, self.services, owner, conversation)
                shown = self.viewer.opened(desk.view)
        except Exception as error:
            as_assistant_error(error)  # into the log; it was deleted meanwhile
        yield {**self.face.drawn(desk, owner), **shown}
        yield from self.face.followed(desk, owner)

    def run(
        self,
        sent: str,
        mode: object,
        temperature: object,
        length: object,
        typed: object,
        request: gr.Request,
    ) -> Iterator[Updates]:
        """Do what a click on the thread, on a suggestion or on the list asks for."""
        errand = parse(sent or "")
        if errand is None:
            yield {self.face.sidebar.talks: gr.skip()}
            return
        desk, owner = self._who(request)
        try:
            _must_have_arrived(desk)
            desk.refusal = None
            also = self._done(
                errand, desk, owner, _mode(mode), _options(temperature, length), typed
            )
        except Exception as error:
            yield from self._refused(desk, owner, error)
            return
        yield {**self.face.drawn(desk, owner), **also}
        yield from self.face.followed(desk, owner)

    def _done(
        self,
        errand: Errand,
        desk: Desk,
        owner: str,
        mode: Mode,
        options: Options,
        typed: object,
    ) -> Updates:
        services, question = self.services, self.face.panel.question
        match errand.verb:
            case "open":
                drafts.keep(desk, typed)
                asking.open_record(desk, services, owner, errand.target)
                return {question: drafts.take(desk), **self.viewer.opened(desk.view)}
            case "rename":
                services.ledger.rename(owner, errand.target, errand.text)
            case "delete":
                asking.remove(desk, services, owner, errand.target, self.desks.blank())
                drafts.drop(desk, errand.target)
            case "edit":
                if not desk.editing:
                    drafts.keep(desk, typed)
                return {question: asking.edit(desk, errand.target) or drafts.take(desk)}
            case "ask":  # what is being typed stays
                desk.editing = ""
                asking.ask(desk, services, owner, errand.text, mode, options)
            case "again":
                asking.again(desk, services, owner, errand.target, options)
        return {}

    def _refused(self, desk: Desk, owner: str, error: Exception) -> Iterator[Updates]:
        """Show why nothing was done, beside what another tab does in the same conversation.

        What is drawn here the pulse does not bring again: it must not be an older state.
        """
        refusal = as_assistant_error(error)
        try:
            asking.refresh(desk, self.services, owner)
        except Exception as unread:
            as_assistant_error(unread)  # into the log; the refusal is what is told
        desk.refusal = refusal
        yield self.face.drawn(desk, owner)
        if desk.record.running and desk.watcher is None:
            yield from self.face.followed(desk, owner)

    def _who(self, request: gr.Request) -> tuple[Desk, str]:
        return self.desks.of(request.session_hash or ""), owner_of(request)


def _must_have_arrived(desk: Desk) -> None:
    if not desk.arrived:
        raise AssistantError(
            "USE-208",
            "页面与程序断开得太久，画面上的图像与对话已不在程序里，问题没有提交。",
            next_step="请刷新页面；对话在左侧列表里，图像请重新打开。",
        )


def _options(temperature: object, length: object) -> Options:
    """What the sliders say, within their ends whatever was sent."""
    heat = float(temperature) if isinstance(temperature, int | float) else 0.0
    tokens = round(length) if isinstance(length, int | float) else LONGEST
    return Options(
        max_tokens=min(max(tokens, SHORTEST), LONGEST),
        temperature=min(max(heat, 0.0), HOTTEST),
        seed=secrets.randbits(31),
    )


def _mode(value: Any) -> Mode:
    return value if value in MODES else ""
