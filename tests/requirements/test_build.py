import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from requirements import build
from requirements.build import ensure
from requirements.environment import ROOT, STAMP, is_ready
from requirements.installers import pinned_uv
from tests.requirements.bench import Bench, write_wheel

ENSURE = """
import sys
from pathlib import Path
from requirements.build import ensure
from requirements.environment import Environment
folder, lock, wheels = map(Path, sys.argv[1:])
ensure(Environment("tiny", "小环境", folder, lock, 0.01), wheels=wheels)
"""


def start_ensure(bench: Bench, **variables: str) -> "subprocess.Popen[str]":
    environment = bench.environment
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE, environment.folder, environment.lock, bench.wheels],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables},
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def installed_version(bench: Bench) -> str:
    command = [bench.environment.python, "-c", "import tiny_probe; print(tiny_probe.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.usefixtures("uv")
def test_builds_from_a_folder_of_wheels(bench: Bench) -> None:
    ensure(bench.environment, wheels=bench.wheels)
    assert installed_version(bench) == "1.0"
    assert is_ready(bench.environment)
    assert bench.leftovers() == []


def test_builds_by_pip_where_uv_cannot_be_had(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    ensure(bench.environment, wheels=bench.wheels)
    assert installed_version(bench) == "1.0"
    assert is_ready(bench.environment)
    assert bench.leftovers() == []


@pytest.mark.usefixtures("uv")
@pytest.mark.parametrize("name", ["包 #1", "包,二", "100%41"])
def test_builds_from_a_folder_of_any_name(bench: Bench, name: str) -> None:
    ensure(bench.environment, wheels=bench.wheels.rename(bench.wheels.with_name(name)))
    assert installed_version(bench) == "1.0"


@pytest.mark.usefixtures("uv")
def test_does_nothing_when_ready(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure(bench.environment, wheels=bench.wheels)
    monkeypatch.setattr(build, "_build", lambda *_: pytest.fail("built again"))
    ensure(bench.environment, wheels=bench.wheels)


@pytest.mark.usefixtures("uv")
def test_a_changed_lock_is_followed(bench: Bench) -> None:
    ensure(bench.environment, wheels=bench.wheels)
    bench.asks_for(write_wheel(bench.wheels, "2.0"))
    assert not is_ready(bench.environment)
    ensure(bench.environment, wheels=bench.wheels)
    assert installed_version(bench) == "2.0"
    assert bench.leftovers() == []


@pytest.mark.usefixtures("uv")
def test_a_wrong_hash_is_refused_and_what_was_there_stays(bench: Bench) -> None:
    ensure(bench.environment, wheels=bench.wheels)
    pin, _, digest = write_wheel(bench.wheels, "2.0").rpartition(":")
    bench.asks_for(f"{pin}:{digest[::-1].strip()}\n")
    with pytest.raises(AssistantError) as refusal:
        ensure(bench.environment, wheels=bench.wheels)
    assert refusal.value.code == "ENV-112"
    assert installed_version(bench) == "1.0"
    assert bench.leftovers() == []


@pytest.mark.parametrize("present", [True, False], ids=["empty", "missing"])
def test_incomplete_wheels_are_named(bench: Bench, tmp_path: Path, present: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    if present:
        elsewhere.mkdir()
    with pytest.raises(AssistantError) as refusal:
        ensure(bench.environment, wheels=elsewhere)
    assert refusal.value.code == "ENV-112"
    assert not bench.environment.folder.exists()


def test_no_room(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")(10**12, 10**12, 4 * 10**6)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(AssistantError) as refusal:
        ensure(bench.environment, wheels=bench.wheels)
    assert refusal.value.code == "ENV-105"
    assert not bench.environment.folder.exists()


@pytest.mark.usefixtures("uv")
def test_two_at_once_build_once(bench: Bench) -> None:
    both = [start_ensure(bench), start_ensure(bench)]
    spoken = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], spoken
    assert sum("已就绪" in text for text in spoken) == 1, spoken
    assert installed_version(bench) == "1.0"


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a shell script")
@pytest.mark.usefixtures("uv")
def test_a_killed_set_up_leaves_nothing_that_is_used(bench: Bench, tmp_path: Path) -> None:
    asleep = tmp_path / "asleep"
    stand_in = tmp_path / "bin" / "uv"
    stand_in.parent.mkdir()
    stand_in.write_text(
        "#!/bin/sh\n"
        f'case "$1" in --version) echo "uv {pinned_uv()} (stand-in)" ;;\n'
        f' venv) for last; do :; done; mkdir -p "$last/bin"; echo half > "$last/bin/python" ;;\n'
        f' *) echo $$ > "{asleep}.tmp"; mv "{asleep}.tmp" "{asleep}"; exec sleep 120 ;;\n'
        "esac\n"
    )
    stand_in.chmod(0o755)
    process = start_ensure(bench, PATH=f"{stand_in.parent}:/usr/bin:/bin")
    deadline = time.monotonic() + 60
    while not asleep.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    half_made = bench.leftovers()
    process.kill()
    process.wait()
    os.kill(int(asleep.read_text()), signal.SIGKILL)
    assert half_made == [f".venv.new-{process.pid}"]
    assert not bench.environment.folder.exists()

    ensure(bench.environment, wheels=bench.wheels)
    assert installed_version(bench) == "1.0"
    assert bench.leftovers() == []


@pytest.mark.usefixtures("uv")
def test_an_environment_without_its_stamp_is_built_again(bench: Bench) -> None:
    ensure(bench.environment, wheels=bench.wheels)
    (bench.environment.folder / STAMP).unlink()
    assert not is_ready(bench.environment)
    ensure(bench.environment, wheels=bench.wheels)
    assert is_ready(bench.environment)
    assert bench.leftovers() == []


def test_an_environment_in_use_is_left_in_place(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, fresh = bench.environment.folder, tmp_path / "fresh"
    folder.mkdir()
    (folder / "old").touch()

    rename = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if self == fresh:
            raise PermissionError
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(AssistantError) as refusal:
        build._replace(folder, fresh)
    assert refusal.value.code == "ENV-111"
    assert (folder / "old").exists()


def test_no_endless_wait_for_another_set_up(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LONGEST_WAIT_S", 0.0)
    with build._turn(bench.home), pytest.raises(AssistantError) as refusal, build._turn(bench.home):
        pytest.fail("two had the turn")
    assert refusal.value.code == "ENV-110"
