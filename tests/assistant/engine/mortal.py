"""Engines that die as their process might, and are loaded again slowly."""

import time
from collections.abc import Callable

from assistant.dialogue.conversation import Conversation
from assistant.engine.isolated import EngineEnded
from assistant.engine.scripted import ScriptedEngine, echo_script


class Mortal(ScriptedEngine):
    """Once it is dead every method raises, but it may be closed.

    Args:
        dies_in: the method in which it dies; "" never.
        script: as of every scripted engine.
    """

    def __init__(self, dies_in: str, script: Callable[[Conversation], str]) -> None:
        super().__init__(script)
        self._dies_in = dies_in
        self.dead = self.closed = False
        self.entered: list[str] = []

    def warm_up(self):
        self._enter("warm_up")

    def prepare(self, conversation, cancel):
        self._enter("prepare")
        return super().prepare(conversation, cancel)

    def stream(self, conversation, options, cancel):
        self._enter("stream")
        yield from super().stream(conversation, options, cancel)

    def forget(self, conversation_id):
        self._enter("forget")
        super().forget(conversation_id)

    def close(self):
        self.closed = True

    def _enter(self, method: str) -> None:
        self.entered.append(method)
        self.dead = self.dead or method == self._dies_in
        if self.dead:
            raise EngineEnded("engine process ended, status -9")


class Mortals:
    """Loads one after another, from the second on in ``reload_s`` seconds.

    Args:
        fates: the method in which each dies; the last one's is that of all after it.
        script: of every one.
    """

    def __init__(
        self,
        *fates: str,
        script: Callable[[Conversation], str] = echo_script,
        reload_s: float = 0.05,
    ) -> None:
        self._fates = fates
        self._script = script
        self._reload_s = reload_s
        self.loaded: list[Mortal] = []

    def __call__(self) -> Mortal:
        if self.loaded:
            time.sleep(self._reload_s)
        fate = self._fates[min(len(self.loaded), len(self._fates) - 1)]
        self.loaded.append(Mortal(fate, self._script))
        return self.loaded[-1]
