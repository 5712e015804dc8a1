import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import pydicom
import pytest

from assistant.errors import AssistantError
from assistant.imaging import intake
from assistant.imaging.render import render
from assistant.imaging.slice import Slice

BUNDLED = Path(pydicom.__file__).parent / "data"
TABLE = Path(__file__).with_name("pydicom_files.csv")


@dataclass(frozen=True)
class Row:
    """Expected outcome for one bundled file.

    ``mean`` is the mean gray of the picture under ``auto``, rounded; ``notices`` and a
    refusal's ``code`` are without their family.
    """

    file: str
    outcome: str
    code: str = ""
    kind: str = ""
    shape: str = ""
    modality: str = ""
    frame: str = ""
    window: str = ""
    mean: str = ""
    notices: str = ""


def outcome_of(file: str) -> Row:
    try:
        slice_ = intake.read_slice(BUNDLED / file)
    except AssistantError as error:
        return Row(file, "refused", error.code)
    picture = render(slice_)
    values = slice_.hu if slice_.hu is not None else slice_.gray
    assert values is not None
    return Row(
        file=file,
        outcome="read",
        kind="hu" if slice_.hu is not None else "gray",
        shape="x".join(map(str, values.shape)),
        modality=slice_.modality,
        frame=f"{slice_.frame + 1}/{slice_.frames}",
        window=picture.window_name,
        mean=str(round(float(picture.pixels.mean()))),
        notices=" ".join(notice.code.removeprefix("IMG-") for notice in slice_.notices),
    )


def bundled_files() -> list[str]:
    return sorted(
        path.relative_to(BUNDLED).as_posix()
        for path in BUNDLED.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    )


def table() -> dict[str, Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Row(**row) for row in csv.DictReader(file)]
    return {row.file: row for row in rows}


def test_the_table_names_every_bundled_file() -> None:
    assert set(bundled_files()) == set(table())


@pytest.mark.parametrize("file", bundled_files())
def test_every_bundled_file_as_the_table_says(file: str) -> None:
    found, expected = outcome_of(file), table()[file]
    if found.mean and expected.mean:  # decoders may differ by a gray value between systems
        assert abs(int(found.mean) - int(expected.mean)) <= 1
        expected = Row(*astuple(expected)[:-2], found.mean, expected.notices)
    assert found == expected


def test_the_same_series_has_the_same_new_name(bundled: Callable[[str], bytes]) -> None:
    folder = BUNDLED / "test_files/dicomdirtests/98892001/CT5N"
    names = {intake.read_slice(path).series_uid for path in folder.iterdir()}
    assert len(names) == 1
    assert "1.3.6" not in names.pop()
    assert intake.read_slice(bundled("CT_small.dcm")).series_uid not in names


def test_path_and_content_are_read_alike(bundled: Callable[[str], bytes]) -> None:
    by_path = intake.read_slice(BUNDLED / "test_files/CT_small.dcm")
    by_content = intake.read_slice(bundled("CT_small.dcm"))
    assert render(by_path).sha256 == render(by_content).sha256


@pytest.mark.parametrize("name", ["missing.dcm", "."])
def test_what_is_not_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssistantError) as caught:
        intake.read_slice(tmp_path / name)
    assert caught.value.code == "IMG-101"
    assert str(tmp_path) not in str(caught.value) + caught.value.detail


def test_names_that_are_not_ascii(tmp_path: Path, bundled: Callable[[str], bytes]) -> None:
    file = tmp_path / "张三 的 CT（1）.jpg"
    file.write_bytes(bundled("CT_small.dcm"))
    assert intake.read_slice(file).modality == "CT"


def test_a_frame_is_chosen(bundled: Callable[[str], bytes]) -> None:
    content = bundled("examples_ybr_color.dcm")
    assert intake.read_slice(content).frame == 15  # the middle of 30
    first, last = intake.read_slice(content, frame=0), intake.read_slice(content, frame=29)
    assert (first.frame, last.frame, first.frames) == (0, 29, 30)
    assert render(first).sha256 != render(last).sha256
    for frame in (-1, 30):
        with pytest.raises(AssistantError, match="IMG-112"):
            intake.read_slice(content, frame=frame)


def spoiled(content: bytes, seed: int, times: int) -> Iterator[bytes]:
    """Cut, flipped, overwritten and shortened copies of a file."""
    rng = random.Random(seed)
    for turn in range(times):
        copy = bytearray(content)
        match turn % 4:
            case 0:
                del copy[rng.randrange(1, len(copy)) :]
            case 1:
                for _ in range(rng.choice((1, 3, 10))):
                    copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)
            case 2:
                for _ in range(rng.choice((1, 2, 5))):
                    copy[rng.randrange(132, min(len(copy), 2500))] = rng.randrange(256)
            case _:
                start = rng.randrange(132, len(copy))
                del copy[start : start + rng.randrange(1, 40)]
        yield bytes(copy)


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "693_J2KI.dcm",
        "GDCMJ2K_TextGBR.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_RLE.dcm",
        "JPGExtended.dcm",
        "image_dfl.dcm",
    ],
)
def test_a_spoiled_file_is_read_or_refused(bundled: Callable[[str], bytes], name: str) -> None:
    outcomes = set()
    for content in spoiled(bundled(name), seed=20, times=120):
        try:
            slice_ = intake.read_slice(content)
            assert isinstance(slice_, Slice)
            assert render(slice_).pixels.dtype == "uint8"
            outcomes.add("read")
        except AssistantError as error:
            outcomes.add(error.code)
    assert {"read", "IMG-106"} <= outcomes


def test_every_cut_of_a_compressed_file_is_refused(bundled: Callable[[str], bytes]) -> None:
    content = bundled("MR_small_jpeg_ls_lossless.dcm")
    for end in range(200, len(content) - 200, 97):
        with pytest.raises(AssistantError):
            intake.read_slice(content[:end])


def test_warming_up_is_harmless() -> None:
    intake.warm_up()
    intake.warm_up()
