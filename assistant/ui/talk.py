"""A conversation together with how the page shows it."""

from dataclasses import dataclass, replace

from assistant.dialogue.conversation import Conversation
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage
from assistant.ui import wording
from assistant.ui.study import View
from assistant.ui.transcript import Entry, thumbnail


@dataclass(frozen=True)
class Talk:
    """What the engine is told, and what the page shows.

    Attributes:
        conversation: what the engine is told.
        entries: what the page shows, refusals among them.
        study: key of the study whose picture was sent last, "" before the first.
    """

    conversation: Conversation
    entries: tuple[Entry, ...] = ()
    study: str = ""

    def needs(self, image: RenderedImage) -> bool:
        """Whether the next question carries this picture: it is not the last one sent."""
        sent = self.conversation.images
        return not sent or sent[-1].sha256 != image.sha256

    @property
    def window(self) -> str:
        """The window of the picture that an answer is about, in words."""
        sent = self.conversation.images
        return sent[-1].window_name if sent and sent[-1].window_name else wording.NO_WINDOW

    @property
    def carries_picture(self) -> bool:
        """Whether the last question brought a picture."""
        turns = self.conversation.turns
        return bool(turns and turns[-1].images)

    def ask(self, text: str, view: View | None) -> "Talk":
        """With one more question and a place for its answer.

        The picture on screen goes along when it is not the one sent last; when it is
        from other files than that one, the page says so.
        """
        if view is None or not self.needs(view.image):
            return self._asked(text, (), Entry("user", text))
        changed = self.study not in ("", view.study.key)
        marker = wording.REPLACED if changed else ""
        parts = (marker, view.image.window_name, view.place)
        picture = thumbnail(view.image, " · ".join(part for part in parts if part))
        asked = self._asked(text, (view.image,), Entry("user", text, picture=picture))
        return replace(asked, study=view.study.key)

    def refuse(self, error: AssistantError) -> "Talk":
        """With a card instead of a question."""
        return replace(self, entries=(*self._lasting, Entry("assistant", error=error)))

    def show(self, entry: Entry) -> "Talk":
        """With its last entry replaced."""
        return replace(self, entries=(*self.entries[:-1], entry))

    def settle(self, entry: Entry) -> "Talk":
        """With its answer complete; a question that got no text was never asked."""
        shown = self.show(entry)
        if entry.text:
            return replace(shown, conversation=self.conversation.answer(entry.text))
        turns = self.conversation.turns[:-1]
        return replace(shown, conversation=replace(self.conversation, turns=turns))

    def _asked(self, text: str, images: tuple[RenderedImage, ...], question: Entry) -> "Talk":
        pending = Entry("assistant", waiting=wording.LOOKING if images else wording.THINKING)
        return replace(
            self,
            conversation=self.conversation.ask(text, images),
            entries=(*self._lasting, question, pending),
        )

    @property
    def _lasting(self) -> tuple[Entry, ...]:
        """Entries without a last card that answered no question; it has served."""
        entries = self.entries
        alone = entries and entries[-1].error and (len(entries) == 1 or entries[-2].role != "user")
        return entries[:-1] if alone else entries
