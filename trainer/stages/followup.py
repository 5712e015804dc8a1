"""followup: conversations of several turns, and how often the first answer comes again."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from threading import Event

from pydantic import JsonValue
from rich.progress import track

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Engine, Options
from assistant.engine.loader import load_engine
from assistant.errors import AssistantError
from assistant.imaging.slice import RenderedImage
from assistant.models.card import read_card
from assistant.models.catalog import ModelFolder
from trainer.data.prepared import HELD_OUT, read_rows, rendered
from trainer.manifest import write_whole
from trainer.metrics.repeats import Talk, load_questions, repeats
from trainer.stages.quantize import FOLDERS
from trainer.workspace import Workspace

RECORD = "followup.json"
_ANSWER_TOKENS = 256


def run(work: Workspace) -> None:
    """Talk about pictures of the data through the assistant's own engine.

    Raises:
        AssistantError: TRN-404 when more later answers repeat the first than allowed.
    """
    settings = work.pipeline.followup
    questions = load_questions()
    config: dict[str, JsonValue] = settings.model_dump(mode="json")
    config["questions"] = [list(one) for one in questions]
    config["system"] = load_prompts().system
    job = work.begin(
        "followup", inputs={"quantize": work.finished("quantize").digest}, config=config
    )
    if job.done is not None:
        return
    model = work.folder("quantize") / FOLDERS[work.pipeline.quantize.formats[0]]
    engine = load_engine(ModelFolder(model, read_card(model)))
    shown = list(islice(pictures(work.data), settings.pictures))
    try:
        talks = [
            hold(engine, picture, questions[number % len(questions)])
            for number, picture in enumerate(track(shown, "  追问", console=work.console))
        ]
    finally:
        engine.close()
    share = repeats(talks)
    low, high = share.interval
    record = {"repeated": asdict(share), "interval": [low, high], "talks": [*map(asdict, talks)]}
    write_whole(job.folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    work.console.print(
        f"  后续回答重复第一轮：{share.hits}/{share.of}，{share.value:.1%}（{low:.1%}–{high:.1%}）"
    )
    if share.value > settings.most:
        raise AssistantError(
            "TRN-404",
            f"后续回答有 {share.value:.1%} 重复第一轮的回答，超过配置允许的 {settings.most:.0%}。",
            next_step="请在 mix 中加入多轮的医生对话后重新训练；逐例见 followup.json。",
        )
    figures = {"repeated": round(share.value, 4), "later_answers": float(share.of)}
    work.finish(job, job.folder / RECORD, figures=figures)


def hold(engine: Engine, picture: RenderedImage, questions: tuple[str, ...]) -> Talk:
    """Ask all questions about one picture in one conversation."""
    talk = Conversation.new(load_prompts().system)
    answers = []
    for number, question in enumerate(questions):
        talk = talk.ask(question, (picture,) if number == 0 else ())
        chunks = engine.stream(talk, Options(max_tokens=_ANSWER_TOKENS), Event())
        answers.append("".join(chunk.text for chunk in chunks))
        talk = talk.answer(answers[-1])
    engine.forget(talk.id)
    return Talk(questions, tuple(answers))


def pictures(data: Path) -> Iterator[RenderedImage]:
    """First pictures of the data's conversations, those held out from training first."""
    rows = read_rows(data, *HELD_OUT, "mllm_eval", "mllm_med")
    return (rendered(row.pictures[0]) for row in rows if row.pictures)
