import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.batch.job import Job
from assistant.batch.question import Questions
from assistant.batch.source import Source
from assistant.engine.base import Options
from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.store.exchange import Record
from assistant.ui.batch_opening import open_row
from assistant.ui.batching import Batch
from assistant.ui.session import Desk
from tests.assistant.batch.conftest import write_series
from tests.assistant.imaging.test_content import abdomen, chest

JOB = Job("s", Questions("所见？"), window="骨")
EMPTY = Record("s")
Run = Callable[..., Batch]


@pytest.fixture
def run(tmp_path: Path, open_lane: Callable[..., Lane]) -> Iterator[Run]:
    batches: list[Batch] = []

    def run_(folder: Path, job: Job = JOB) -> Batch:
        batch = Batch(
            lambda _: Source(folder), None, open_lane(lambda _: "右侧气胸。"), job,
            scratch=tmp_path,
        )  # fmt: skip
        batches.append(batch)
        until = time.monotonic() + 120
        while batch.standing.going and time.monotonic() < until:
            time.sleep(0.02)
        return batch

    yield run_
    for batch in batches:
        batch.close()


def test_the_picture_and_the_answer_are_as_the_batch_had_them(tmp_path: Path, run: Run) -> None:
    write_series(tmp_path / "in", [0, 10])
    batch = run(tmp_path / "in")
    opened = open_row(batch, "0-01.dcm", EMPTY, most=99)
    turns = opened.record.conversation.turns
    assert [turn.text for turn in turns] == ["所见？", "右侧气胸。"]
    assert [image.sha256 for image in turns[0].images] == [opened.view.image.sha256]
    assert "C400" in opened.view.image.window_name
    assert opened.record.title == "胸部 · 所见？"
    # Going on, the same picture is not sent again.
    assert not Desk(opened.record).needs(opened.view.image)


def test_of_a_series_all_slices_are_opened_at_the_one_clicked(tmp_path: Path, run: Run) -> None:
    write_series(tmp_path / "in", [float(10 * n) for n in reversed(range(7))])
    batch = run(tmp_path / "in", replace(JOB, by="series", per_series=3))
    opened = open_row(batch, "0-06.dcm", EMPTY, most=99)  # the lowest in the patient
    assert (opened.view.index, len(opened.view.stack)) == (0, 7)
    middle = open_row(batch, "0-03.dcm", EMPTY, most=99)
    assert len(middle.record.conversation.images) == 3
    assert middle.record.conversation.turns[-1].text == "右侧气胸。"
    few = open_row(batch, "0-03.dcm", EMPTY, most=5)  # no more than were asked about
    assert (few.view.index, len(few.view.stack)) == (1, 3)
    pictures = [image.sha256 for image in few.record.conversation.images]
    assert pictures == [image.sha256 for image in middle.record.conversation.images]


@pytest.mark.parametrize("most", [99, 3])
def test_the_automatic_window_of_a_series_is_that_which_the_batch_used(
    tmp_path: Path, run: Run, most: int
) -> None:
    trunk = [abdomen(), abdomen(), abdomen(), chest(), chest()]
    write_series(tmp_path / "in", [float(10 * n) for n in range(5)], contents=trunk)
    batch = run(tmp_path / "in", replace(JOB, window="auto", by="series", per_series=2))
    (exchange,) = open_row(batch, "0-03.dcm", EMPTY, most=most).record.exchanges
    names = [picture.image.window_name for picture in exchange.pictures]
    assert names == ["自动：肺 C-600/W1500"] * 2
    assert exchange.window == names[0]
    lowest = open_row(batch, "0-00.dcm", EMPTY, most=most)
    assert lowest.view.image.window_name == names[0]


def test_a_cut_answer_is_opened_as_one(tmp_path: Path, run: Run) -> None:
    write_series(tmp_path / "in", [0])
    batch = run(tmp_path / "in", replace(JOB, options=Options(max_tokens=3)))
    (exchange,) = open_row(batch, "0-00.dcm", EMPTY, most=9).record.exchanges
    assert (exchange.answer, exchange.state) == ("右侧气", "cut")


def test_a_file_that_is_gone_is_told(tmp_path: Path, run: Run) -> None:
    write_series(tmp_path / "in", [0])
    batch = run(tmp_path / "in")
    with pytest.raises(AssistantError, match="USE-231"):
        open_row(batch, "other.dcm", EMPTY, most=9)
    (tmp_path / "in" / "0-00.dcm").unlink()
    with pytest.raises(AssistantError, match="USE-232"):
        open_row(batch, "0-00.dcm", EMPTY, most=9)


@pytest.mark.parametrize("job", [JOB, replace(JOB, by="series")])
def test_an_answer_is_never_shown_beside_another_picture(
    tmp_path: Path, run: Run, job: Job
) -> None:
    write_series(tmp_path / "in", [0, 10])
    batch = run(tmp_path / "in", job)
    folder = tmp_path / "in"
    (folder / "0-01.dcm").write_bytes((folder / "0-00.dcm").read_bytes())
    with pytest.raises(AssistantError, match="USE-233"):
        open_row(batch, "0-01.dcm", EMPTY, most=9)
