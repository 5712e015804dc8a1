"""A stage's manifest, written last: a stage without one is not done.

A stage works in its own folder. ``begin`` compares what is asked for (stage, inputs, config)
with what the folder says was done; an equal manifest with intact outputs means there is nothing
to do, an equal intention means a killed run goes on, anything else starts from an empty folder.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from assistant.errors import AssistantError

MANIFEST = "manifest.json"
INTENTION = ".intention.json"
PART = ".part"
_PACKAGES = (
    "ct-assistant",
    "torch",
    "transformers",
    "llamafactory",
    "peft",
    "openvino",
    "optimum-intel",
    "nncf",
    "numpy",
    "pydicom",
)


class Manifest(BaseModel):
    """What a finished stage was made of and what it made.

    Attributes:
        stage: name of the stage.
        inputs: sha256 by input name.
        config: the stage's settings.
        versions: version by package.
        outputs: sha256 by path relative to the folder.
        seconds: wall-clock time of the run that finished it.
        created: ISO 8601, UTC.
        figures: what the stage measured, by name with its unit; not part of the digest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    inputs: dict[str, str]
    config: dict[str, JsonValue]
    versions: dict[str, str]
    outputs: dict[str, str]
    seconds: float
    created: str
    figures: dict[str, float] = Field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Sha256 over the outputs: the input of the next stage."""
        return _digest_json(self.outputs)


@dataclass(frozen=True)
class Job:
    """A stage's run in its folder.

    Attributes:
        folder: where it works; exists.
        done: the manifest if nothing is to be done, else None.
        resumed: an earlier run with the same intention left something here.
    """

    folder: Path
    stage: str
    inputs: Mapping[str, str]
    config: Mapping[str, JsonValue]
    done: Manifest | None
    resumed: bool
    started: float

    def finish(
        self, outputs: Iterable[Path], figures: Mapping[str, float] = MappingProxyType({})
    ) -> Manifest:
        """Hash the outputs (files, or folders of files) and write the manifest.

        What the stage keeps for itself (hidden files, the manifest) is never an output.
        """
        manifest = Manifest(
            stage=self.stage,
            inputs=dict(self.inputs),
            config=dict(self.config),
            versions=_versions(),
            outputs={
                path.relative_to(self.folder).as_posix(): digest_file(path)
                for path in sorted(_walk(outputs))
            },
            seconds=round(time.monotonic() - self.started, 1),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            figures=dict(figures),
        )
        write_whole(self.folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
        (self.folder / INTENTION).unlink(missing_ok=True)
        return manifest


def begin(
    folder: Path, stage: str, *, inputs: Mapping[str, str], config: Mapping[str, JsonValue]
) -> Job:
    """Open a stage's folder: done, to be continued, or fresh and empty.

    Raises:
        AssistantError: TRN-121 when the folder holds files that no stage has made.
    """
    intention = _digest_json({"stage": stage, "inputs": dict(inputs), "config": dict(config)})
    started = time.monotonic()
    manifest = read_manifest(folder)
    if manifest is not None:
        same = (manifest.stage, manifest.inputs, manifest.config) == (stage, inputs, config)
        if same and intact(folder, manifest):
            return Job(folder, stage, inputs, config, manifest, False, started)
    resumed = manifest is None and _read_text(folder / INTENTION) == intention
    if not resumed:
        _empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / INTENTION, intention)
    return Job(folder, stage, inputs, config, None, resumed, started)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder, None when there is none or it cannot be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def intact(folder: Path, manifest: Manifest) -> bool:
    """Every output is there and unchanged."""
    return all(
        (folder / name).is_file() and digest_file(folder / name) == digest
        for name, digest in manifest.outputs.items()
    )


def digest_file(path: Path) -> str:
    """Sha256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a text file by rename: it is there completely or not at all."""
    partial = path.with_name(f"{path.name}{PART}")
    partial.write_text(text, encoding="utf-8", newline="\n")
    partial.replace(path)


def _empty(folder: Path) -> None:
    if not folder.exists():
        return
    # The last: a full disk, or a kill, while the stage was being opened.
    ours = any((folder / name).exists() for name in (MANIFEST, INTENTION, f"{INTENTION}{PART}"))
    if not ours and any(folder.iterdir()):
        raise AssistantError(
            "TRN-121",
            f"输出文件夹“{folder.name}”里已有不是本训练器生成的文件，未作改动。",
            next_step="请用 --out 换一个空文件夹，或先把其中的文件移走。",
            detail=str(folder),
        )
    # Renamed first: a kill during the removal leaves no half-removed folder under the name.
    rubbish = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(rubbish, ignore_errors=True)
    folder.rename(rubbish)
    shutil.rmtree(rubbish, ignore_errors=True)


def _walk(outputs: Iterable[Path]) -> Iterable[Path]:
    for output in outputs:
        found = output.rglob("*") if output.is_dir() else (output,)
        yield from (
            path
            for path in found
            if path.is_file() and not path.name.startswith(".") and path.name != MANIFEST
        )


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _digest_json(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
