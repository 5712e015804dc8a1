"""The goals of the embedded model and what it reaches, from nothing, as two tables.

    python benchmarks/demo_model.py                          # 2,000 pictures, assets/demo-model
    python benchmarks/demo_model.py MODEL --pictures 20      # a dry run
    python benchmarks/demo_model.py --bf16 FOLDER --nf4 FOLDER --keep answers.jsonl

Run in the test or the training environment; other forms than INT4 need the training one. The
pictures are phantoms of seeds that no training had, with every sign of the first tier, also
those that the model's own config did not teach. What is counted is what ``train evaluate``
counts. ``--keep`` holds every answer, so that a killed run goes on where it was.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median
from threading import Event

from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Options
from assistant.machine import processor
from trainer.config import load_pipeline
from trainer.data.phantom.labels import TIER_ONE
from trainer.data.recipe import SynthConfig
from trainer.exam.goal_page import goal_table, sign_table, untaught
from trainer.exam.goals import Goal, f1_over, goals_of, lost
from trainer.exam.journal import Journal
from trainer.exam.paper import Case, draw_cases, draw_strangers, handed_in
from trainer.exam.result import Examination, assess, graded, standing
from trainer.exam.settings import Evaluate
from trainer.exam.sitting import Candidate
from trainer.exam.taught import recipe_of, taught_by
from trainer.exam.variants import Variant, quantized
from trainer.metrics.details import Graded
from trainer.metrics.share import bootstrap

ROOT = Path(__file__).resolve().parents[1]
TIMED = 20
"""Pictures that the clock runs for, after one that warms up."""


def main() -> None:
    """Draw, ask, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "assets" / "demo-model")
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--others", type=int, default=300, help="of every other form and control")
    parser.add_argument("--bf16", type=Path, help="folder of the merged model")
    parser.add_argument("--nf4", type=Path, help="folder of the NF4 form")
    parser.add_argument("--recipe", type=Path, help="a config whose questions are asked instead")
    parser.add_argument("--keep", type=Path, help="file of answers, to go on after a kill")
    chosen = parser.parse_args()
    few = min(chosen.others, chosen.pictures)
    settings = Evaluate(
        pictures=chosen.pictures, strangers=few, follow_ups=few, rephrased=0, variant_pictures=few
    )
    recipe = recipe_of(chosen.model)
    taught = taught_by(recipe)
    if chosen.recipe is not None:
        recipe = load_pipeline(chosen.recipe).phantoms
    asked = dict.fromkeys((*TIER_ONE, *taught_by(recipe)))
    drawn = recipe.model_copy(update={"signs": tuple(asked)})
    cases = tuple(draw_cases(settings, drawn))
    with tempfile.TemporaryDirectory(prefix="demo-model-") as scratch:
        keep = chosen.keep or Path(scratch) / "answers.jsonl"
        main_form = quantized(chosen.model.resolve())
        found = examine(main_form, cases, settings, drawn, keep)
        jpegs = reports(main_form, tuple(handed_in(cases[:few], settings.seed)), settings, keep)
        others = {
            name: reports(quantized(folder.resolve()), cases[:few], settings, keep)
            for name, folder in (("bf16", chosen.bf16), ("NF4", chosen.nf4))
            if folder is not None
        }
    goals = goals_of(found)
    if set(taught) < set(TIER_ONE):
        goals.insert(1, Goal("其中教过的征象的 F1", f1_over(found.answers, taught), 0.95))
    goals += [
        lost(others.get("bf16", ()), found.answers, ("bf16", "INT4")),
        lost(others.get("bf16", ()), others.get("NF4", ()), ("bf16", "NF4")),
        *times(main_form, cases[: TIMED + 1]),
    ]
    print(f"{date.today()}，{processor()}，{main_form.title}，{len(cases)} 幅，对照各 {few} 幅\n")
    print("\n".join(goal_table(goals)), end="\n\n")
    before, after = (f1_over(some, asked).value for some in (found.answers[:few], jpegs))
    print(
        f"前 {few} 幅存成 JPG（部分叠字、加边框、缩放）再问：全部征象 F1 "
        f"{before:.1%} → {after:.1%}。\n"
    )
    print(untaught(taught), end="\n\n")
    print("\n".join(sign_table(found.details.signs, taught)))


def examine(
    form: Variant, cases: Sequence[Case], settings: Evaluate, recipe: SynthConfig, keep: Path
) -> Examination:
    """All of it, by the form that clinicians run."""
    candidate = sitter(form, settings, keep)
    try:
        sheet = candidate.sit(cases, draw_strangers(settings, recipe))
    finally:
        candidate.close()
    last = standing(form.key, form.title, form.before, graded(cases, sheet.reports))
    return assess(cases, sheet, [last], settings)


def reports(
    form: Variant, cases: Sequence[Case], settings: Evaluate, keep: Path
) -> tuple[Graded, ...]:
    """Reports of another form on the first pictures."""
    candidate = sitter(form, settings, keep)
    try:
        return graded(cases, candidate.reports(cases))
    finally:
        candidate.close()


def sitter(form: Variant, settings: Evaluate, keep: Path) -> Candidate:
    """A form that answers, its answers kept under what decides them."""
    prompts, console = load_prompts(), Console(stderr=True)
    journal = Journal(keep, form.sitter(prompts, settings))
    return Candidate(form.load, journal, prompts, settings, console, form.title)


def times(form: Variant, cases: Sequence[Case]) -> list[Goal]:
    """Seconds to the first token and to the end of a report, the picture not seen before."""
    engine, prompts = form.load(), load_prompts()
    firsts: list[float] = []
    wholes: list[float] = []
    try:
        for case in cases:
            talk = Conversation.new(prompts.system).ask(prompts.default_question, (case.picture,))
            began, first = time.perf_counter(), 0.0
            for chunk in engine.stream(talk, Options(max_tokens=320), Event()):
                if chunk.text or chunk.stats:
                    first = first or time.perf_counter() - began
            firsts.append(first)
            wholes.append(time.perf_counter() - began)
            engine.forget(talk.id)
    finally:
        engine.close()
    rows = (("首字（中位）", firsts[1:], 0.3), ("整份报告（中位）", wholes[1:], 2.0))
    return [_seconds(name, taken, target) for name, taken, target in rows]


def _seconds(name: str, taken: Sequence[float], target: float) -> Goal:
    figure = bootstrap(len(taken), lambda chosen: median(taken[i] for i in chosen))
    return Goal(name, figure, target, at_least=False, unit="s")


if __name__ == "__main__":
    main()
