"""Models as the page shows them: what is there, how far work is, answers side by side."""

from collections.abc import Iterable, Mapping
from html import escape

from assistant.engine.devices import find_card
from assistant.engine.loader import choose_engine
from assistant.errors import AssistantError
from assistant.models.catalog import ModelFolder
from assistant.models.speed import Speed
from assistant.ui import models_wording as wording
from assistant.ui import wording as common
from assistant.ui.models_trial import Trial
from assistant.ui.models_work import Work
from assistant.ui.transcript import card


def table(
    models: Iterable[ModelFolder],
    speeds: Mapping[str, Speed],
    memory: Mapping[str, int],
    in_use: str,
) -> str:
    """One line a model; ``in_use`` is the fingerprint of the one that answers."""
    head = "".join(f"<th>{name}</th>" for name in wording.COLUMNS)
    body = "".join(
        _line(model, speeds.get(mark), memory.get(mark), mark == in_use)
        for model in models
        for mark in (model.card.fingerprint,)
    )
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def progress(work: Work) -> str:
    """What is going on, or how it ended."""
    if work.error is not None:
        return card(work.error)
    if not work.words:
        return "" if work.trials else f'<div class="progress idle">{wording.IDLE}</div>'
    share = "" if work.share is None else f"width:{100 * work.share:.1f}%"
    phase = "running" if work.going else "done"
    waits = " waits" if work.going and work.share is None else ""
    track = f'<div class="track{waits}"><i style="{share}"></i></div>' if work.going else ""
    return (
        f'<div class="progress {phase}" role="status"><span>{escape(work.words)}</span>'
        f"{track}</div>"
    )


def comparison(trials: tuple[Trial, ...]) -> str:
    """The answers to the sample cases, side by side."""
    if not trials:
        return ""
    head = "".join(f"<th>{escape(trial.title)}{_measured(trial)}</th>" for trial in trials)
    lines = "".join(
        f"<tr><td>{escape(title)}</td>"
        + "".join(f"<td>{escape(trial.answers.get(title, ''))}</td>" for trial in trials)
        + "</tr>"
        for title in trials[0].answers
    )
    return (
        f'<table class="rows compared"><thead><tr><th>{wording.CASE}</th>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def where(model: ModelFolder) -> str:
    """The engine and device that a model would run on, or why it cannot."""
    try:
        engine = choose_engine(model, "auto")
    except AssistantError as error:
        return f"{error.message}（{error.code}）"
    device = "GPU" if engine == "transformers" and find_card().usable else "CPU"
    return f"{device} · {common.ENGINES[engine]}"


def _line(model: ModelFolder, speed: Speed | None, taken: int | None, in_use: bool) -> str:
    about = model.card
    demo = f'<span class="tag watch">{wording.DEMO_TAG}</span> ' if about.demo else ""
    used = f'<span class="tag plain">{wording.IN_USE}</span>' if in_use else ""
    memory = wording.UNKNOWN if taken is None else wording.size(taken)
    pace = wording.speed(speed.first_s, speed.tokens_per_s) if speed else wording.NOT_MEASURED
    return (
        f'<tr><td title="{escape(about.limits)}">{demo}{escape(about.title)}'
        f'<div class="code">{escape(about.name)}</div></td>'
        f"<td>{about.format}</td><td>{escape(where(model))}</td>"
        f"<td>{wording.size(model.size_bytes)}</td><td>{memory}</td><td>{pace}</td>"
        f"<td>{used}</td></tr>"
    )


def _measured(trial: Trial) -> str:
    speed = trial.speed
    words = f"{speed.device} · {wording.speed(speed.first_s, speed.tokens_per_s)}"
    return f'<div class="code">{escape(words)}</div>'
