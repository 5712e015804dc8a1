"""Chat and folder work together, with random cancels and disconnects: does anything wear out?

    python benchmarks/soak.py                    # 30 minutes, the embedded model
    python benchmarks/soak.py --minutes 2        # a short form
    python benchmarks/soak.py --model FOLDER     # also of shape_2b.py: WORK/openvino-int4

Run in the assistant's environment. Four people chat at once, each with pictures of their own;
some answers are cancelled, some are walked away from, some pictures are changed before the
question. A folder is worked through all the while. Ends with 1 when a bound is broken: memory
grows by more than 5% after the warm-up, somebody waits for ever, anything is refused, the engine
breaks, something of all this never came about, the warm-up took more than half of the time, or
the 95th percentile of a follow-up's first token exceeds twice that of an idle lane and 50 ms as
well, below which nobody notices.
What the engine keeps between questions has small budgets here, so that they are soon full and
growth is no cache being filled. People think for as much longer as the model is slower, so that a
folder gets its turn.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event, Lock, Thread, Timer

import numpy as np

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from assistant.dialogue.conversation import Conversation  # noqa: E402
from assistant.engine.base import Chunk, Options  # noqa: E402
from assistant.engine.isolated import IsolatedEngine  # noqa: E402
from assistant.engine.lane import Lane  # noqa: E402
from assistant.engine.memory import Budget  # noqa: E402
from assistant.errors import AssistantError  # noqa: E402
from assistant.imaging.slice import RenderedImage, SliceRef  # noqa: E402
from assistant.machine import cores, processor, resident_bytes  # noqa: E402
from assistant.models.card import CARD, ModelCard  # noqa: E402
from assistant.models.catalog import ModelFolder, as_folder, find_model  # noqa: E402

PEOPLE, GROUP = 4, 8
LONGEST_WAIT_S = 600.0
"""After the end everybody has been answered by then."""

GROWTH = 0.05
EXPECTED = ("answered", "cancelled", "folder group", "follow-up", "walked away")
"""What has to happen; everything else is a failure."""
WARM_UP_S = 60.0
WARM_PICTURES = 64
"""The warm-up is so long, and until so many pictures were asked about, more than the engine keeps;
at most one half."""

POSITIONS = 4096
"""Of states and of pictures, that the engine may keep: about 16 conversations, 48 pictures."""

OPTIONS = Options(max_tokens=48)


@dataclass
class Book:
    """What happened, written by all threads."""

    counts: Counter[str] = field(default_factory=Counter)
    details: Counter[str] = field(default_factory=Counter)
    followups_s: list[float] = field(default_factory=list)
    pictures_s: list[float] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    lock: Lock = field(default_factory=Lock)

    def note(self, what: str, followup_s: float | None = None, detail: str = "") -> None:
        """One more of these, and what lay behind it."""
        with self.lock:
            self.counts[what] += 1
            if detail:
                self.details[detail] += 1
            if followup_s is not None:
                self.followups_s.append(followup_s)
            pictures = {"answered": 1, "folder group": GROUP}.get(what, 0)
            self.pictures_s += [time.monotonic() - self.started] * pictures

    def note_failure(self, error: Exception) -> None:
        """By its code, or by its kind."""
        known = isinstance(error, AssistantError)
        self.note(error.code if known else type(error).__name__, detail=str(error))


def main() -> None:
    """Soak, print one table, end with 1 when a bound was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--model", default="demo")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--busy-machine", action="store_true", help="tell what time decides only")
    given = parser.parse_args()
    model = find(given.model)
    budget = budget_of(model.path)
    engines: list[IsolatedEngine] = []

    def load() -> IsolatedEngine:
        engines.append(IsolatedEngine(model, budget=budget))
        return engines[-1]

    lane = Lane(load, max_waiting=16)
    lane.wait_ready()
    idle, answer_s = idle_times(lane)
    book, stop = Book(), Event()
    work = [(person, (lane, book, stop, given.seed + i, answer_s)) for i in range(PEOPLE)]
    work.append((folder, (lane, book, stop, given.seed)))
    # Daemons: one that waits for ever must not keep this process.
    threads = [Thread(target=target, args=arguments, daemon=True) for target, arguments in work]
    for thread in threads:
        thread.start()
    memory = watch(given.minutes * 60, engines)
    stop.set()
    until = time.monotonic() + LONGEST_WAIT_S
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    lost = sum(thread.is_alive() for thread in threads) + lane.status.waiting
    lane.close()
    sys.exit(report(given, idle, book, memory, lost, restarts=len(engines) - 1))


def find(name: str) -> ModelFolder:
    """A model, or the bare OpenVINO folder that ``shape_2b.py`` leaves, which has no card."""
    bare = None if name == "demo" else as_folder(name)
    if bare is None or (bare / CARD).is_file() or not any(bare.glob("openvino_language_model.*")):
        return find_model(name, Path("data"))
    told = dict.fromkeys(("title", "base", "trained_on", "use", "limits", "created"), "-")
    files = {"config.json": "-"}
    return ModelFolder(bare, ModelCard(name="bare", format="openvino-int4", files=files, **told))


def budget_of(model: Path) -> Budget:
    """Bytes of so many positions of keys and values, and of as many embeddings, in float32."""
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    text = config.get("text_config", config)
    wide = text["hidden_size"] // text["num_attention_heads"] * text["num_key_value_heads"]
    states = text["num_hidden_layers"] * 2 * wide * 4
    return Budget(states=POSITIONS * states, pictures=POSITIONS * text["hidden_size"] * 4)


def picture(rng: random.Random) -> RenderedImage:
    """A grey picture that nobody has seen."""
    seed = rng.getrandbits(48)
    coarse = np.random.default_rng(seed).integers(0, 255, (16, 16, 1), np.uint8)
    pixels = coarse.repeat(16, 0).repeat(16, 1).repeat(3, 2)
    return RenderedImage(pixels, None, "", SliceRef(), f"{seed:012x}")


def ask(lane: Lane, talk: Conversation, cancel_after_s: float | None = None) -> tuple[str, float]:
    """The answer, and seconds to its first text, or to its end; stopped after a while if wanted."""
    cancel, started = Event(), time.monotonic()
    text, first = "", 0.0
    clock = Timer(cancel_after_s or 0.0, cancel.set)
    clock.daemon = True
    if cancel_after_s is not None:
        clock.start()
    for item in lane.stream(talk, OPTIONS, cancel):
        if isinstance(item, Chunk) and (item.text or item.stats):
            first = first or time.monotonic() - started
            text += item.text
    clock.cancel()
    return text, first


def idle_times(lane: Lane) -> tuple[list[float], float]:
    """First tokens of follow-ups when nobody else is there, and a whole first answer, seconds."""
    rng = random.Random(1)
    firsts, wholes = [], []
    for _ in range(10):
        talk = Conversation.new("s").ask("描述", (picture(rng),))
        started = time.monotonic()
        text, _ = ask(lane, talk)
        wholes.append(time.monotonic() - started)
        talk = talk.answer(text or "好").ask("哪一侧？")
        firsts.append(ask(lane, talk)[1])
        lane.forget(talk.id)
    return firsts, statistics.median(wholes)


def person(lane: Lane, book: Book, stop: Event, seed: int, answer_s: float) -> None:
    """Conversations one after another, until stopped; a pause is as long as 20 answers at most."""
    rng = random.Random(seed)
    while not stop.is_set():
        talk = Conversation.new("You are a helpful assistant.")
        for _ in range(rng.randint(1, 3)):  # re-windowed before the question
            image = picture(rng)
            lane.prepare(talk.ask("", (image,)))
            stop.wait(rng.uniform(0.0, 0.2))
        talk = talk.ask("请使用中文描述下这个图像并给出你的诊断结果", (image,))
        try:
            converse(lane, talk, book, rng, answer_s)
        except Exception as error:
            book.note_failure(error)
        finally:
            lane.forget(talk.id)
        stop.wait(rng.uniform(0.0, max(1.0, 20 * answer_s)))


def converse(
    lane: Lane, talk: Conversation, book: Book, rng: random.Random, answer_s: float
) -> None:
    """A question and follow-ups; some are cancelled or walked away from."""
    text, _ = ask(lane, talk)
    book.note("answered")
    for _ in range(rng.randint(0, 3)):
        talk = talk.answer(text or "好").ask(rng.choice(("哪一侧？", "有多大？", "下一步？")))
        whim = rng.random()
        if whim < 0.2:
            ask(lane, talk, rng.uniform(0.0, max(0.1, answer_s)))
            book.note("cancelled")
            return
        if whim < 0.4:
            stream = lane.stream(talk, OPTIONS, Event())
            next(stream)
            stream.close()
            book.note("walked away")
            return
        text, first = ask(lane, talk)
        book.note("follow-up", first)


def folder(lane: Lane, book: Book, stop: Event, seed: int) -> None:
    """Groups of a folder's pictures, until stopped; some groups are cancelled."""
    rng = random.Random(seed)
    while not stop.is_set():
        talks = [Conversation.new("s").ask("描述", (picture(rng),)) for _ in range(GROUP)]
        cancel = Event()
        if rng.random() < 0.1:
            cancel.set()
        try:
            found = lane.together(talks, OPTIONS, cancel)
            refused = next((one for one in found if isinstance(one, AssistantError)), None)
            if refused is not None:
                raise refused
            book.note("cancelled" if cancel.is_set() else "folder group")
        except Exception as error:
            book.note_failure(error)
        for talk in talks:
            lane.forget(talk.id)


def watch(seconds: float, engines: list[IsolatedEngine]) -> list[tuple[float, int]]:
    """Memory of this process and its engine's over time: (seconds, bytes)."""
    started, found = time.monotonic(), []
    while (now := time.monotonic() - started) < seconds:
        both = (resident_bytes(), resident_bytes(engines[-1].pid))
        found.append((now, sum(one or 0 for one in both)))
        time.sleep(min(1.0, seconds / 60))
    return found


def report(
    given: argparse.Namespace,
    idle: list[float],
    book: Book,
    memory: list[tuple[float, int]],
    lost: int,
    restarts: int,
) -> int:
    """Print what was measured; 1 when a bound was broken."""
    half_s = given.minutes * 30
    warm_s = [*book.pictures_s, *[float("inf")] * WARM_PICTURES][WARM_PICTURES - 1]
    warm_up_s = min(max(WARM_UP_S, warm_s), half_s)
    warm = [size for at, size in memory if at > warm_up_s]
    tenth = max(1, len(warm) // 10)
    before, after = statistics.median(warm[:tenth]), statistics.median(warm[-tenth:])
    growth = after / before - 1
    quiet, busy = p95(idle), p95(book.followups_s)
    bound = max(2 * quiet, 0.05)
    slow = busy > bound and not given.busy_machine
    errors = {what: count for what, count in book.counts.items() if what not in EXPECTED}
    never = [what for what in EXPECTED if not book.counts[what]]
    cold = warm_s > half_s
    empty = (cold or bool(never)) and not given.busy_machine
    grown = growth > GROWTH and not cold
    broken = grown or lost > 0 or slow or bool(errors) or empty or restarts > 0
    print(f"{date.today()}，{processor()}，{cores()} 核，{given.minutes:g} 分钟")
    print("| 项目 | 测得 | 目标 |\n|---|---|---|")
    sizes = f"{before / 1e6:.0f} → {after / 1e6:.0f} MB"
    print(f"| 预热后内存增长 | {growth:+.1%}（{sizes}{'，预热没有完成' * cold}） | < 5% |")
    print(f"| 丢失的请求或线程 | {lost} | 0 |")
    print(f"| 出错或被拒绝 | {errors or 0} | 0 |")
    print(f"| 引擎重新启动 | {restarts} | 0 |")
    print(f"| 没有发生过的 | {'、'.join(never) or 0} | 0 |")
    print(
        f"| 追问首字 p95，空闲 → 混合 | {quiet:.3f} → {busy:.3f} s（{busy / quiet:.1f} 倍） "
        f"| ≤ 2 倍，或 ≤ 0.050 s |"
    )
    print(f"| 发生的事 | {dict(sorted(book.counts.items()))} | |")
    for detail, count in book.details.most_common():
        print(f"\n{count} × {detail}")
    return int(broken)


def p95(values: list[float]) -> float:
    """The 95th percentile, by nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)] if ordered else 0.0


if __name__ == "__main__":
    main()
