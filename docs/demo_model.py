"""Writes docs/demo_model.md and its picture: ``.venv-test/bin/python docs/demo_model.py``.

A dozen phantoms of seeds that no training had, what they show, and what the embedded model
answers. Seeds are counted up from ``FIRST_SEED``; a picture is taken when its kind of truth (its
first sign, or a normal slice of its region) has not been taken yet, whatever the answer.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw
from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.dialogue.prompts import load_prompts
from trainer.data.recipe import SynthConfig
from trainer.exam.gallery import in_words
from trainer.exam.journal import Journal
from trainer.exam.paper import Case, draw_cases
from trainer.exam.result import graded
from trainer.exam.settings import Evaluate
from trainer.exam.sitting import Candidate
from trainer.exam.variants import quantized
from trainer.metrics.details import Graded

ROOT = Path(__file__).resolve().parents[1]
PAGE, PICTURE = ROOT / "docs" / "demo_model.md", ROOT / "docs" / "images" / "demo_model.jpg"
MODEL = ROOT / "assets" / "demo-model"
FIRST_SEED, COUNT, MOST_SEEDS = 970_000_000, 12, 400
COLUMNS, EDGE, FRAME = 4, 252, 4
RIGHT, WRONG = (60, 150, 80), (200, 60, 50)
HEAD = """# 内置模型的画廊

十二幅种子未用于训练的模拟层面，旁边是真值与内置模型（`assets/demo-model`）的原话。
选图只看种子与真值，不看回答：种子从 {first} 起逐一递增，真值的种类（第一个征象，
或某部位的正常）第一次出现时取用，满十二幅为止。绿框为完全正确（部位、征象、侧别
全对且无多余），红框为有错。由 `.venv-test/bin/python docs/demo_model.py` 重新生成。
全部目标与测得值见 `python benchmarks/demo_model.py`，成绩见[评测](evaluation.md)，
层面怎样画成见[模拟 CT](phantoms.md)。

![十二个模拟层面与对错](images/demo_model.jpg)

{right} 幅完全正确，{wrong} 幅有错。没有教过的征象也在考题里，漏掉就是错；教过哪些见
[模型说明](../assets/demo-model/README.md)。

| 图 | 种子 | 真值 | 回答说有 | 判定 |
|---|---|---|---|---|
"""


def main() -> None:
    """Choose, ask, judge and write."""
    chosen = list(choose())
    answers = ask([case for _, case in chosen])
    draw_sheet(chosen, answers).save(PICTURE, quality=86, optimize=True)
    right = sum(one.right for one in answers)
    head = HEAD.format(first=FIRST_SEED, right=right, wrong=len(answers) - right)
    pairs = zip(chosen, answers, strict=True)
    rows = [row(n, seed, one) for n, ((seed, _), one) in enumerate(pairs, 1)]
    quotes = [quote(n, one) for n, one in enumerate(answers, 1)]
    text = head + "\n".join(rows) + "\n\n## 回答原文\n\n" + "\n".join(quotes)
    PAGE.write_text(text, encoding="utf-8", newline="\n")


def choose() -> Iterator[tuple[int, Case]]:
    """Seeds and cases by the rule."""
    taken: set[tuple[str, str]] = set()
    settings = Evaluate(pictures=MOST_SEEDS, seed=FIRST_SEED)
    for index, case in enumerate(draw_cases(settings, SynthConfig.model_validate({}))):
        first = case.known.findings[0].sign if case.known.findings else "正常"
        if (case.known.region, first) not in taken:
            taken.add((case.known.region, first))
            yield FIRST_SEED + index, case
        if len(taken) == COUNT:
            return


def ask(cases: Sequence[Case]) -> tuple[Graded, ...]:
    """The model's reports, graded."""
    form = quantized(MODEL)
    with tempfile.TemporaryDirectory() as scratch:
        journal = Journal(Path(scratch) / "answers.jsonl", form.digest)
        console = Console(stderr=True)
        candidate = Candidate(form.load, journal, load_prompts(), Evaluate(), console, form.title)
        try:
            return graded(cases, candidate.reports(cases))
        finally:
            candidate.close()


def draw_sheet(chosen: Sequence[tuple[int, Case]], answers: Sequence[Graded]) -> Image.Image:
    """Numbered pictures in frames that say whether the answer was right."""
    step = EDGE + 2 * FRAME + 4
    sheet = Image.new("RGB", (COLUMNS * step, -(-len(chosen) // COLUMNS) * step), (90, 90, 90))
    draw = ImageDraw.Draw(sheet)
    for place, ((_, case), one) in enumerate(zip(chosen, answers, strict=True)):
        x, y = place % COLUMNS * step, place // COLUMNS * step
        color = RIGHT if one.right else WRONG
        draw.rectangle((x, y, x + EDGE + 2 * FRAME - 1, y + EDGE + 2 * FRAME - 1), fill=color)
        picture = Image.fromarray(case.picture.pixels).resize((EDGE, EDGE))
        sheet.paste(picture, (x + FRAME, y + FRAME))
        draw.rectangle((x, y, x + 22, y + 16), fill=color)
        draw.text((x + 5, y + 2), str(place + 1), fill=(255, 255, 255))
    return sheet


def row(number: int, seed: int, one: Graded) -> str:
    """A line of the table."""
    known, said = one.known, one.verdict
    truth = f"{known.region}：{in_words(known.findings)}"
    answer = f"{said.region}：{in_words(said.stated)}"
    return f"| {number} | {seed} | {truth} | {answer} | {verdict(one)} |"


def verdict(one: Graded) -> str:
    """What is wrong with an answer, in words."""
    matched = one.matched
    words = [f"漏报{finding.sign}" for finding in matched.missed]
    words += [f"多报{finding.sign}" for finding in matched.extra]
    words += [f"{pair.known.sign}侧别错" for pair in matched.wrong_side]
    if one.verdict.region != one.known.region:
        words.append("部位错")
    if not words:
        words.append("完全正确")
    words += [f"{p.known.sign}大小误差超过 30%" for p in matched.pairs if p.side and not p.size]
    return "；".join(dict.fromkeys(words))


def quote(number: int, one: Graded) -> str:
    """The whole answer."""
    text = one.text.strip().replace("\n", "  \n> ")
    return f"**{number}.** {verdict(one)}\n\n> {text}\n"


if __name__ == "__main__":
    main()
