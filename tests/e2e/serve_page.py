"""The page with a scripted engine, as a process of its own for the browser tests."""

import argparse
import tempfile
import time
from pathlib import Path

from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.loading import open_lane
from assistant.settings import load_settings
from assistant.ui.app import open_services, serve


def script(conversation: Conversation) -> str:
    """An answer that tells which question, how many pictures, and repeats the question."""
    asked = [turn for turn in conversation.turns if turn.role == "user"]
    if asked[-1].text.startswith("请坏掉"):
        raise RuntimeError("C:/患者/张三.dcm")
    count = len(conversation.images)
    return (
        f"检查所见：第{len(asked)}问，共{count}幅图像。您问的是“{asked[-1].text}”。"
        "双肺野清晰，未见实变，纵隔居中，胸腔未见积液。大小 3*2*1cm。\n"
        "诊断意见：脚本引擎的回答，仅供测试，不是诊断。"
    )


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--engine", choices=["scripted", "demo"], default="scripted")
    parser.add_argument("--token-delay", type=float, default=0.02)
    parser.add_argument("--load-when", type=Path, help="load once this file exists")
    chosen = parser.parse_args()
    settings = load_settings(environment={}, data_dir=chosen.data, port=chosen.port)
    settings.temp_dir.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(settings.temp_dir)

    def load() -> ScriptedEngine:
        while chosen.load_when and not chosen.load_when.exists():
            time.sleep(0.05)
        return ScriptedEngine(script, token_delay_s=chosen.token_delay)

    lane = Lane(load) if chosen.engine == "scripted" else open_lane(settings)
    serve(open_services(settings, lane), settings.host, chosen.port, False)


if __name__ == "__main__":
    main()
