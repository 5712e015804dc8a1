"""A model on the sample cases: what it says, and how fast it is on this machine."""

import secrets
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from threading import Event

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Chunk, Options, Stats
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.loading import load_named
from assistant.models.catalog import find_model
from assistant.models.speed import Speed, keep_speed
from assistant.ui.samples import load_samples, read_sample
from assistant.ui.services import Services
from assistant.ui.study import first_view, open_study

Tell = Callable[[str, int, int], None]
"""Told the model, the number of the case from 1, and how many there are."""


@dataclass(frozen=True)
class Trial:
    """What one model said about each sample case, by the case's title.

    Attributes:
        title: the model's.
        speed: on this machine.
        answers: by the case's title, in its order.
    """

    title: str
    speed: Speed
    answers: dict[str, str]


def try_out(name: str, services: Services, tell: Tell, cancel: Event) -> Trial:
    """Ask a model the default question about every sample, and keep its speed.

    The model that is in use answers where it is; another one is loaded for the time.

    Raises:
        AssistantError: MOD-101 to MOD-104, those of loading; MOD-209 cancelled.
    """
    card = find_model(name, services.settings.data_dir).card
    with _lane(name, card.fingerprint, services) as lane:
        capabilities = lane.wait_ready()
        titles = [sample.title for sample in load_samples()]
        answers: dict[str, str] = {}
        costs: list[Stats] = []
        for number, title in enumerate(titles, start=1):
            tell(card.title, number, len(titles))
            answers[title], cost = _ask(title, lane, services, cancel)
            costs.append(cost)
    speed = _speed(costs, capabilities.device)
    keep_speed(services.settings.cache_dir, card.fingerprint, speed)
    return Trial(card.title, speed, answers)


def _speed(costs: list[Stats], device: str) -> Speed:
    return Speed(
        device=device,
        first_s=round(statistics.median(cost.ttft_s for cost in costs), 3),
        tokens_per_s=round(statistics.median(cost.tokens_per_s for cost in costs), 1),
        measured=date.today().isoformat(),
    )


@contextmanager
def _lane(name: str, fingerprint: str, services: Services) -> Iterator[Lane]:
    """A lane before the model."""
    now = services.lane.status.capabilities
    if now is not None and now.fingerprint == fingerprint:
        yield services.lane
        return
    lane = Lane(lambda: load_named(services.settings, name))
    try:
        yield lane
    finally:
        lane.close()


def _ask(title: str, lane: Lane, services: Services, cancel: Event) -> tuple[str, Stats]:
    prompts = services.prompts
    shown = first_view(open_study(read_sample(title)), "auto").image
    # A picture that the engine remembers would make it seem quicker than it is.
    unseen = replace(shown, sha256=secrets.token_hex(32))
    talk = Conversation.new(prompts.system).ask(prompts.default_question, (unseen,))
    own = Event()
    text, stats = "", None
    try:
        options = Options(max_tokens=services.settings.max_tokens)
        for item in lane.stream(talk, options, own):
            if cancel.is_set():
                own.set()
            if isinstance(item, Chunk):
                text, stats = text + item.text, item.stats or stats
    finally:
        lane.forget(talk.id)
    if cancel.is_set() or stats is None:
        raise AssistantError("MOD-224", "已停止，没有试完。", next_step="可以再次试用。")
    return text.strip(), stats
