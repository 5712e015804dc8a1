"""A deterministic engine without a model, for tests and for work on the page."""

import time
from collections.abc import Callable, Iterator
from threading import Event

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Options, Stats


def echo_script(conversation: Conversation) -> str:
    """Say which question this is, how many pictures there are, and repeat the question."""
    asked = [turn for turn in conversation.turns if turn.role == "user"]
    return (
        f"检查所见：脚本引擎收到第{len(asked)}个问题，本次对话共{len(conversation.images)}幅图像。"
        f"您的问题是：{asked[-1].text}\n诊断意见：这不是模型的回答，仅供测试。"
    )


class ScriptedEngine:
    """Answers with a script, one character a token.

    Args:
        script: the answer to a conversation.
        token_delay_s: pause before each character, to look like decoding.
        encode_delay_s: pause before the first character for each new picture, to look
            like encoding; like a real encoder it does not look at ``cancel``.
    """

    def __init__(
        self,
        script: Callable[[Conversation], str] = echo_script,
        *,
        token_delay_s: float = 0.0,
        encode_delay_s: float = 0.0,
    ) -> None:
        self._script = script
        self._token_delay_s = token_delay_s
        self._encode_delay_s = encode_delay_s
        self._known_pictures: dict[str, set[str]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """A scripted engine on no device."""
        return Capabilities(engine="scripted", model="脚本引擎", device="无模型", is_demo=True)

    def warm_up(self) -> None:
        """Nothing to warm up."""

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """Yield the script's answer a character at a time."""
        started = time.perf_counter()
        known = self._known_pictures.setdefault(conversation.id, set())
        new = {image.sha256 for image in conversation.images} - known
        time.sleep(self._encode_delay_s * len(new))
        known |= new
        answer = self._script(conversation)
        text = answer[: options.max_tokens]
        first_at = last_at = started
        tokens = 0
        for character in text:
            time.sleep(self._token_delay_s)
            if cancel.is_set():
                break
            last_at = time.perf_counter()
            first_at = last_at if tokens == 0 else first_at
            tokens += 1
            yield Chunk(character)
        cancelled = cancel.is_set()
        decode_s = last_at - first_at
        yield Chunk(
            "",
            Stats(
                tokens=tokens,
                ttft_s=first_at - started,
                tokens_per_s=(tokens - 1) / decode_s if tokens > 1 and decode_s > 0 else 0.0,
                pictures_encoded=len(new),
                prefill_tokens=len(conversation.turns[-1].text),
                finish="cancel" if cancelled else "length" if len(answer) > len(text) else "stop",
            ),
        )

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """Know the pictures before they are asked about."""
        known = self._known_pictures.setdefault(conversation.id, set())
        for image in conversation.images:
            if image.sha256 not in known:
                time.sleep(self._encode_delay_s)
                if cancel.is_set():
                    return False
                known.add(image.sha256)
        return True

    def forget(self, conversation_id: str) -> None:
        """Drop the pictures known of a conversation."""
        self._known_pictures.pop(conversation_id, None)

    def close(self) -> None:
        """Drop everything known."""
        self._known_pictures.clear()
