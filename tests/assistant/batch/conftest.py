"""What the batch's tests share: a scripted lane that counts, and small real files."""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file

from assistant.batch.control import Control
from assistant.batch.job import Job
from assistant.batch.question import Questions
from assistant.batch.row import Row
from assistant.batch.run import Progress, run_batch
from assistant.batch.source import Source
from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine

JOB = Job(system="s", questions=Questions("q"))


class Counted:
    """A script that remembers what it was asked."""

    def __init__(self, text: str = "右侧气胸。") -> None:
        self.text = text
        self.asked: list[Conversation] = []

    def __call__(self, conversation: Conversation) -> str:
        self.asked.append(conversation)
        return self.text


@pytest.fixture
def script() -> Counted:
    return Counted()


@pytest.fixture
def lane(script: Counted) -> Iterator[Lane]:
    lane = Lane.of(ScriptedEngine(script))
    yield lane
    lane.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    shutil.copy(get_testdata_file("CT_small.dcm", download=False), folder / "ct")
    (folder / "notes.txt").write_text("不是影像", encoding="utf-8")
    for shade in (80, 160):
        gray = np.full((32, 32), shade, np.uint8)
        Image.fromarray(gray).save(folder / "sub" / f"{shade}.jpg")
    return folder


def run(folder: Path, out: Path, lane: Lane, job: Job = JOB) -> list[Progress]:
    return list(run_batch(Source(folder), out, lane, job, Control()))


def results(out: Path) -> list[Row]:
    return [Row.from_json(row) for row in json.loads((out / "results.json").read_text("utf-8"))]


def write_series(
    folder: Path,
    positions: list[float],
    *,
    uid: str = "1.2.3",
    turned: int = 0,
    contents: Sequence[np.ndarray] = (),
):
    """A CT series: one file a position, named in the order given, with its HU if any are given."""
    source = get_testdata_file("CT_small.dcm", download=False)
    folder.mkdir(parents=True, exist_ok=True)
    for number, position in enumerate(positions):
        data = dcmread(source)
        data.SeriesInstanceUID = uid
        data.SOPInstanceUID = f"{uid}.{turned}.{number}"
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.ImageOrientationPatient = [1, 0, 0, 0, 0, -1] if turned else [1, 0, 0, 0, 1, 0]
        data.ImagePositionPatient = [0, position, 0] if turned else [0, 0, position]
        if contents:
            data.Rows, data.Columns = contents[number].shape
            data.PixelData = (contents[number] - int(data.RescaleIntercept)).astype("<i2").tobytes()
        data.save_as(folder / f"{turned}-{number:02d}.dcm")
