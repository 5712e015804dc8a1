"""A batch in a process of its own, to be killed: every question it asks is noted in a file."""

import sys
from pathlib import Path

from assistant.batch.control import Control
from assistant.batch.job import Job
from assistant.batch.question import Questions
from assistant.batch.run import run_batch
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine


def main(folder: Path, out: Path, asked: Path) -> None:
    """Go through the folder."""

    def script(conversation: Conversation) -> str:
        with asked.open("a", encoding="utf-8") as file:
            file.write(conversation.images[0].sha256 + "\n")
        return "右侧气胸。"

    lane = Lane.of(ScriptedEngine(script, token_delay_s=0.002))
    for _ in run_batch(Source(folder), out, lane, Job("s", Questions("q")), Control()):
        pass
    lane.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
