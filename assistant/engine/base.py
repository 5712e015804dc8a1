"""What every engine offers. Errors are AssistantErrors of family ENG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Literal, Protocol, runtime_checkable

from assistant.dialogue.conversation import Conversation
from assistant.errors import AssistantError


@dataclass(frozen=True)
class Options:
    """How to generate.

    Attributes:
        max_tokens: most tokens of the answer.
        temperature: 0 is greedy.
        seed: of the sampler, when temperature > 0.
    """

    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Stats:
    """What an answer cost.

    Attributes:
        tokens: tokens generated.
        ttft_s: seconds from the call of ``stream`` to the first character, encoding included.
        tokens_per_s: decode speed after the first token, 0 when fewer than two tokens.
        pictures_encoded: pictures that went through the vision tower for this answer.
        prefill_tokens: prompt positions computed for this answer (cached ones excluded).
        finish: "stop" at end of text, "length" at max_tokens, "cancel" when stopped.
    """

    tokens: int
    ttft_s: float
    tokens_per_s: float
    pictures_encoded: int
    prefill_tokens: int
    finish: Literal["stop", "length", "cancel"]


@dataclass(frozen=True)
class Chunk:
    """A piece of the answer. Never ends inside a character; the last one carries ``stats``.

    One without text says only that the answer goes on, so that others can have their turn.
    """

    text: str
    stats: Stats | None = None


@dataclass(frozen=True)
class Capabilities:
    """What an engine is and can do.

    Attributes:
        engine: "openvino", "transformers", "remote" or "scripted".
        model: name from the model's card.
        device: for people, for example "CPU · INT4".
        is_demo: the model is a demonstration model.
        fingerprint: digest of the model's files; answers of different ones are never mixed.
        context_tokens: longest prompt plus answer.
        images_per_conversation: most pictures in one conversation.
        batch_size: conversations decoded together.
        address: where pictures and questions are sent; "" when they stay on this machine.
    """

    engine: str
    model: str
    device: str
    is_demo: bool = False
    fingerprint: str = ""
    context_tokens: int = 4096
    images_per_conversation: int = 16
    batch_size: int = 1
    address: str = ""


def refuse_too_many(conversation: Conversation) -> None:
    """Before anything is computed or sent.

    Raises:
        AssistantError: ENG-105 there are more pictures than one conversation may have.
    """
    count, most = len(conversation.images), Capabilities.images_per_conversation
    if count > most:
        raise AssistantError(
            "ENG-105",
            f"一次对话最多 {most} 幅图像，这次有 {count} 幅。",
            next_step="请新建对话，或只选关键层面再提问。",
        )


class Engine(Protocol):
    """A loaded model. ``stream`` is called by one thread at a time (see lane)."""

    @property
    def capabilities(self) -> Capabilities:
        """What this engine is and can do."""
        ...

    def warm_up(self) -> None:
        """Pay first-use costs now (compilation, first inference)."""
        ...

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """Answer the last user turn; stops within one token or step once ``cancel`` is set.

        The last chunk carries the stats, also when cancelled.
        """
        ...

    def forget(self, conversation_id: str) -> None:
        """Drop what is kept for a conversation (pictures, KV)."""
        ...

    def close(self) -> None:
        """Free memory; the engine is not used afterwards."""
        ...


@runtime_checkable
class Chooser(Protocol):
    """What an engine may offer besides: how likely answers are, without writing one."""

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """Probability that the answer to the last user turn begins as each of these does.

        Only the first token of each counts, and is looked for among the whole vocabulary.

        Raises:
            AssistantError: ENG-104 two of them begin with the same token.
        """
        ...


@runtime_checkable
class Preparer(Protocol):
    """What an engine may offer besides: to get ready before the question is known."""

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """Encode and prefill all before the text of the last user turn; False when cancelled.

        A later ``stream`` of the same conversation, with any text in that turn, goes on
        from there. Cancel takes effect while encoding and prefilling.
        """
        ...


@runtime_checkable
class Together(Protocol):
    """What an engine may offer besides: several answers for little more than one's time."""

    def stream_together(
        self, conversations: Sequence[Conversation], options: Options, cancel: Event
    ) -> Iterator[tuple[int, Chunk | AssistantError]]:
        """Answers to several conversations, chunk by chunk with the conversation's number.

        Each ends with a chunk that carries stats, or with the reason why it is not answered.
        """
        ...
