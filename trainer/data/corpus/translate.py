"""English captions into Chinese, checked, retried with what was wrong, remembered."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from trainer.data.corpus.endpoint import Endpoint
from trainer.data.corpus.fidelity import NAMES, Fault, check
from trainer.data.corpus.memory import TranslationMemory
from trainer.data.corpus.preparation import Translate
from trainer.data.corpus.terminology import Terminology, load_terminology

_SYSTEM = (
    "你是放射科翻译。把给出的英文 CT 图像说明译成规范的中文影像学描述。"
    "不得增删内容：每一处否定、左右侧别和数字（含单位）都必须与原文一一对应，数字用阿拉伯数字，"
    "句子顺序与原文相同。只输出译文。"
)
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)
_FENCE = re.compile(r"^```\w*\n|\n```$")
_PREFACE = re.compile(r"^(?:译文|翻译|中文(?:译文|翻译)?)\s*[:：]\s*")


@dataclass(frozen=True)
class Translation:
    """What came of a text.

    Attributes:
        chinese: None where no attempt passed the check.
        faults: of the last attempt, empty where it passed.
        attempts: answers asked for; 0 from memory.
    """

    english: str
    chinese: str | None
    faults: tuple[Fault, ...]
    attempts: int

    @property
    def why_not(self) -> str:
        """The faults in Chinese."""
        return "；".join(f"{NAMES[fault.kind]}：{fault.detail}" for fault in self.faults)


class Translator:
    """Translates many texts at a time.

    Args:
        wanted: the endpoint.
        table: terms to be used; the committed table by default.
        pause_s: before the first retry of a failed request.
    """

    def __init__(
        self, wanted: Translate, *, table: Terminology | None = None, pause_s: float = 1.0
    ) -> None:
        self._wanted = wanted
        self._table = table or load_terminology()
        words = repr([(term.english, term.chinese) for term in self._table.terms])
        scope = f"{wanted.model}\0{_SYSTEM}\0{sha256(words.encode()).hexdigest()}"
        self._memory = TranslationMemory(Path(wanted.cache), scope)
        self._endpoint = Endpoint(wanted, pause_s=pause_s)
        self._pool = ThreadPoolExecutor(wanted.workers)

    def translate(self, texts: Iterable[str]) -> Iterator[Translation]:
        """One result for each text, in order; each distinct text is asked for once.

        Raises:
            AssistantError: TRN-510 or TRN-511 from the endpoint.
        """
        waiting = {text: self._pool.submit(self.one, text) for text in texts}
        try:
            for future in waiting.values():
                yield future.result()
        finally:
            for future in waiting.values():
                future.cancel()

    def one(self, english: str) -> Translation:
        """Translate one text."""
        known = self._memory.get(english)
        # The checker may have become stricter since it was remembered.
        if known is not None and not check(english, known, self._table):
            return Translation(english, known, (), 0)
        asked: list[tuple[str, str]] = [("user", self._request(english))]
        faults: tuple[Fault, ...] = ()
        for attempt in range(1, self._wanted.attempts + 1):
            answer = _bare(self._endpoint.ask(_SYSTEM, asked, 0.0 if attempt == 1 else 0.4))
            faults = check(english, answer, self._table)
            if not faults:
                self._memory.put(english, answer)
                return Translation(english, answer, (), attempt)
            wrong = "；".join(fault.detail for fault in faults)
            again = f"译文有误：{wrong}。请对照原文改正，只输出改正后的完整译文。"
            asked = [asked[0], ("assistant", answer or "（空）"), ("user", again)]
        return Translation(english, None, faults, self._wanted.attempts)

    def close(self) -> None:
        """Wait for what is under way and let go of everything."""
        self._pool.shutdown(cancel_futures=True)
        self._endpoint.close()
        self._memory.close()

    def _request(self, english: str) -> str:
        used = {mention.term for mention in self._table.mentions(english)}
        ordered = sorted(used, key=lambda term: term.english)
        terms = "；".join(f"{term.english} = {term.chinese[0]}" for term in ordered)
        return f"术语：{terms}\n\n原文：{english}" if terms else f"原文：{english}"


def _bare(answer: str) -> str:
    """The translation alone, without thoughts, fences or a preface."""
    answer = _FENCE.sub("", _THOUGHT.sub("", answer).strip())
    return _PREFACE.sub("", answer.strip()).strip().strip('“”"').strip()
