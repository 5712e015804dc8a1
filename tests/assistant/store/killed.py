"""Answers being written in a process of its own, to be killed; every state shown is printed."""

import sys
from pathlib import Path

from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from assistant.store.exchange import Exchange, Record
from assistant.store.ledger import Ledger
from assistant.store.scribe import Scribe


def explain(error: Exception) -> AssistantError:
    """The test sees it in the answer that is missing."""
    return AssistantError("SYS-201", str(error), next_step="")


def main(folder: Path) -> None:
    """Ask for ever."""
    ledger = Ledger(folder)
    lane = Lane.of(ScriptedEngine(lambda _: "右肺上叶结节。" * 9, token_delay_s=0.004))
    scribe = Scribe(lane, ledger, explain)
    while True:
        record = scribe.ask("甲", Record("s"), Exchange("一", "一"), Options())
        for progress in scribe.follow(record.id):
            shown = progress.exchange
            sys.stdout.write(f"{record.id} {shown.state} {shown.answer}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main(Path(sys.argv[1]))
