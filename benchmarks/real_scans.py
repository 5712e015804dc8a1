"""What a model says about real CT that no training has seen, as one table.

    python benchmarks/real_scans.py --radiomics pyradiomics-3.1.0.tar.gz --cranium Cranium.inv3

Run in the test or the training environment. Three public volumes without names, which are not
in this repository: two chests with a marked lung tumour, which the source archive of pyradiomics
3.1.0 (on PyPI) holds for its tests, and the head of the Debian package ``invesalius-examples``
(``/usr/share/doc/invesalius-examples/examples/Cranium.inv3``). Nothing is trained on them. They
are no longer untouched, though: that vessels cut across were called nodules here, and calcified
aortas aneurysms, is why phantoms have shown both since 2026-11-28.

Regions were read from the pictures. Of findings only the tumours are known, by the masks that
come with them; whatever else the model states is counted as a statement, not as an error.
"""

import argparse
import gzip
import hashlib
import plistlib
import sys
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assistant.dialogue.conversation import Conversation
from assistant.dialogue.prompts import load_prompts
from assistant.engine.base import Engine, Options
from assistant.imaging.render import render
from assistant.imaging.slice import RenderedImage, Slice
from assistant.machine import processor
from assistant.models.card import read_card
from assistant.report.finding import Finding
from assistant.report.findings import extract, is_urgent
from assistant.report.region import region_of
from trainer.exam.variants import quantized
from trainer.metrics.share import Share

ROOT = Path(__file__).resolve().parents[1]
RADIOMICS_SHA256 = "24722c962a6bbd09bc39c1c67dbffe92435f9692a421fabaae8a6b4511eb48e4"
CRANIUM_SHA256 = "3b34f11f7c4f557f4c65cd6543c412a2f6ceb0cfecfd9c41184420e02d9b7e2a"
TUMOUR_SIGNS = {"肺结节", "肺肿块"}
WINDOWS = {"头颅": ("脑",), "胸部": ("肺", "纵隔"), "腹部": ("腹部",)}


@dataclass(frozen=True)
class Stretch:
    """Slices of one region in a volume.

    Attributes:
        volume: name of the volume.
        region: what they show.
        slices: which, from 0.
        tumour: those of them in which a mask marks a lung tumour.
        side: of the tumour.
    """

    volume: str
    region: str
    slices: range
    tumour: range = range(0)
    side: str = ""


STRETCHES = (
    Stretch("head", "头颅", range(6, 100, 4)),
    Stretch("lung1", "胸部", range(2, 42, 2), range(32, 35), "右"),
    Stretch("lung2", "腹部", range(0, 8)),
    Stretch("lung2", "胸部", range(16, 56, 2), range(15, 26), "左"),
)
"""Below 16, lung2 passes from the abdomen into the chest; above 41 and 55 begins the neck."""


@dataclass(frozen=True)
class Look:
    """One answer: the window, and what it states."""

    window: str
    index: int
    region: str
    findings: tuple[Finding, ...]


def main() -> None:
    """Look at everything and print what was said."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, default=ROOT / "assets" / "demo-model")
    parser.add_argument("--radiomics", type=Path, required=True, help="pyradiomics-3.1.0.tar.gz")
    parser.add_argument("--cranium", type=Path, required=True, help="Cranium.inv3")
    parser.add_argument("--each", action="store_true", help="also print every answer's findings")
    chosen = parser.parse_args()
    volumes = {
        "head": read_inv3(checked(chosen.cranium, CRANIUM_SHA256)),
        **read_radiomics(checked(chosen.radiomics, RADIOMICS_SHA256)),
    }
    engine = quantized(chosen.model.resolve()).load()
    print(f"{date.today()}，{processor()}，{read_card(chosen.model).title}\n")
    print("| 数据 | 窗 | 看了 | 部位正确 | 提到征象 | 提到急症 | 肿瘤层面说出结节或肿块且侧别对 |")
    print("|---|---|---|---|---|---|---|")
    try:
        for stretch in STRETCHES:
            looks = tuple(look_at(engine, volumes[stretch.volume], stretch))
            for window in WINDOWS[stretch.region]:
                print(row(stretch, window, [one for one in looks if one.window == window]))
            for one in looks if chosen.each else ():
                stated = "、".join(f"{f.side}{f.sign}" for f in one.findings) or "无"
                print(f"  {stretch.volume} {one.index} {one.window}: {one.region} {stated}")
    finally:
        engine.close()


def look_at(engine: Engine, volume: Sequence[Slice], stretch: Stretch) -> Iterator[Look]:
    """Every slice of the stretch through every window of its region."""
    for index in stretch.slices:
        for window in WINDOWS[stretch.region]:
            text = answer(engine, render(volume[index], window))
            found = tuple(f for f in extract(text) if f.status != "无")
            yield Look(window, index, region_of(text), found)


def answer(engine: Engine, picture: RenderedImage) -> str:
    """The report on a picture."""
    prompts = load_prompts()
    talk = Conversation.new(prompts.system).ask(prompts.default_question, (picture,))
    text = "".join(chunk.text for chunk in engine.stream(talk, Options(max_tokens=320), Event()))
    engine.forget(talk.id)
    return text


def row(stretch: Stretch, window: str, looks: Sequence[Look]) -> str:
    """A row of the table."""
    marked = [one for one in looks if one.index in stretch.tumour]
    named = [
        any(f.sign in TUMOUR_SIGNS and f.side == stretch.side for f in one.findings)
        for one in marked
    ]
    shares = (
        Share.among(one.region == stretch.region for one in looks),
        Share.among(bool(one.findings) for one in looks),
        Share.among(is_urgent(one.findings) for one in looks),
    )
    cells = [stretch.volume, window, str(len(looks))]
    cells += [f"{share.hits}（{share.value:.0%}）" for share in shares]
    cells.append(f"{sum(named)}/{len(named)}" if named else "—")
    return f"| {' | '.join(cells)} |"


def checked(path: Path, digest: str) -> Path:
    """The path, if it is the file that the slice numbers were read from."""
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        sys.exit(f"{path.name}: another file than the one that this benchmark knows")
    return path


def read_radiomics(archive: Path) -> dict[str, list[Slice]]:
    """Both chests of the source archive."""
    with tarfile.open(archive) as tar:
        return {
            name: read_nrrd(_member(tar, f"pyradiomics-3.1.0/data/{name}_image.nrrd"))
            for name in ("lung1", "lung2")
        }


def read_nrrd(content: bytes) -> list[Slice]:
    """Axial slices of a gzipped NRRD of int16, feet first, the patient's right on the left."""
    header, _, packed = content.partition(b"\n\n")
    fields = dict(line.split(": ", 1) for line in header.decode().splitlines() if ": " in line)
    form = (fields["type"], fields["encoding"], fields["endian"])
    assert form == ("short", "gzip", "little"), form
    across, down, count = (int(size) for size in fields["sizes"].split())
    hu = np.frombuffer(gzip.decompress(packed), "<i2").reshape(count, down, across)
    spacing = float(fields["space directions"].split(",")[0].strip("("))
    return [as_slice(one, abs(spacing)) for one in hu]


def read_inv3(path: Path) -> list[Slice]:
    """Axial slices of an InVesalius project, which keeps them upside down."""
    with tarfile.open(path) as tar:
        folder = tar.getnames()[0].partition("/")[0]
        plan = plistlib.loads(_member(tar, f"{folder}/main.plist"))
        content = _member(tar, f"{folder}/matrix.dat")
    hu = np.frombuffer(content, np.dtype(plan["matrix"]["dtype"]))
    return [as_slice(one[::-1], plan["spacing"][0]) for one in hu.reshape(plan["matrix"]["shape"])]


def as_slice(hu: NDArray[np.int16], spacing: float) -> Slice:
    """A slice as intake would hand it on."""
    return Slice(
        hu=np.ascontiguousarray(hu, np.int16),
        source="dicom",
        modality="CT",
        spacing_mm=(spacing, spacing),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    )


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None, name
    return file.read()


if __name__ == "__main__":
    main()
