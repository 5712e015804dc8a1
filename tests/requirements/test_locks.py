"""The locks: complete, the same for both systems, and silent about where files come from."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from requirements.environment import ALL, ROOT
from requirements.installers import UV_LOCK
from requirements.lock import UV_VERSION
from requirements.registry import uv_environment

LOCKS = [*(environment.lock for environment in ALL), UV_LOCK]
SHARED_WITH_TRAINING = (
    *("openvino", "pydicom"),
    *("pylibjpeg", "pylibjpeg-libjpeg", "pylibjpeg-openjpeg", "pylibjpeg-rle"),
)
PHONES_HOME = ("openvino-telemetry", "posthog", "sentry-sdk", "analytics-python", "wandb")
OLDEST_LINUX = "x86_64-manylinux_2_31"

lock_files = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)


@dataclass(frozen=True)
class Pin:
    """One requirement of a lock, and how many files it accepts."""

    requirement: Requirement
    hashes: int

    @property
    def version(self) -> Version:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "=="
        return Version(specifier.version)


def pins(lock: Path) -> list[Pin]:
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    joined = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    entries = joined.replace("\\\n", " ").splitlines()
    return [
        Pin(Requirement(entry.partition("--hash")[0].strip()), entry.count("--hash=sha256:"))
        for entry in entries
        if entry.strip()
    ]


def versions(lock: Path, package: str) -> set[Version]:
    return {pin.version for pin in pins(lock) if pin.requirement.name == package}


def extras() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed: dict[str, list[str]] = project["optional-dependencies"]
    return {
        extra: [Requirement(text) for text in texts if not text.startswith("ct-assistant")]
        for extra, texts in listed.items()
    }


@lock_files
def test_every_file_is_pinned_by_its_hash(lock: Path) -> None:
    assert pins(lock)
    assert all(pin.hashes and pin.version for pin in pins(lock))


@lock_files
def test_no_host_and_no_place_is_named(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    options = r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted)"
    assert not re.search(options, text, re.MULTILINE)
    assert not re.search(r"://|(^|\s)[/\\]\w|[A-Z]:\\", text)


@lock_files
def test_nothing_that_phones_home(lock: Path) -> None:
    assert not {pin.requirement.name for pin in pins(lock)} & set(PHONES_HOME)


@pytest.mark.parametrize(
    ("lock", "extra"),
    [
        *(("assistant", "assistant"), ("cuda", "assistant"), ("cuda", "cuda"), ("train", "train")),
        *(("test", "assistant"), ("test", "test")),
    ],
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, extra: str) -> None:
    path = ROOT / "requirements" / f"{lock}.txt"
    for wanted in extras()[extra]:
        found = versions(path, wanted.name.lower())
        assert found, f"{wanted} is not in {path.name}: run requirements/lock.py"
        assert all(wanted.specifier.contains(version) for version in found), wanted


@pytest.mark.parametrize("package", SHARED_WITH_TRAINING)
def test_training_decodes_and_runs_as_the_assistant_does(package: str) -> None:
    by_lock = {environment.name: versions(environment.lock, package) for environment in ALL}
    assert len(by_lock["assistant"]) == 1
    assert len(set(map(frozenset, by_lock.values()))) == 1, by_lock


def test_the_assistants_locks_agree() -> None:
    assistant, cuda, test = (
        {pin.requirement.name: versions(lock, pin.requirement.name) for pin in pins(lock)}
        for lock in (environment.lock for environment in ALL if environment.name != "train")
    )
    assert assistant.keys() <= cuda.keys() & test.keys()
    for name, found in assistant.items():
        assert found == cuda[name] == test[name], name


def test_the_assistant_alone_needs_no_torch() -> None:
    names = {pin.requirement.name for pin in pins(ROOT / "requirements" / "assistant.txt")}
    assert not {name for name in names if name.startswith(("torch", "nvidia", "transformers"))}


def test_training_asks_for_no_page() -> None:
    assert not {wanted.name for wanted in extras()["train"]} & {"gradio", "gradio-client"}


def test_the_three_of_torch_are_one_build() -> None:
    train = ROOT / "requirements" / "train.txt"
    built = {name: versions(train, name) for name in ("torch", "torchaudio", "torchvision")}
    assert built == {
        "torch": {Version("2.11.0")},
        "torchaudio": {Version("2.11.0")},
        "torchvision": {Version("0.26.0")},
    }


def test_uv_is_pinned_once() -> None:
    (pin,) = pins(UV_LOCK)
    assert str(pin.version) == UV_VERSION


@lock_files
@pytest.mark.parametrize("system", [OLDEST_LINUX, "x86_64-pc-windows-msvc"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_resolves_to_wheels_everywhere(
    lock: Path, system: str, python: str, uv: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(uv, "pip", "install", "--dry-run", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--python", sys.executable, "--target", tmp_path),
            *("--python-platform", system, "--python-version", python, "-r", lock),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=uv_environment(None),
    )
    offline = done.returncode != 0 and "error sending request" in done.stderr
    if offline and os.environ.get("CI") != "true":
        pytest.skip("no network")
    assert done.returncode == 0, done.stderr
    assert re.search(r"Would install \d+ package", done.stderr), done.stderr
