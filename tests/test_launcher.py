"""The door, tried as a person would: as a script, from another folder, on other Pythons."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import launcher
from requirements.environment import ROOT, Environment, write_stamp

VERBS = ["app", "ask", "batch", "models", "train", "setup", "doctor", "test"]
posix_only = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

ECHO = """
import json, os, sys
names = ("CT_ASSISTANT_DATA", "PYTHONUTF8", "HF_HUB_OFFLINE", "GRADIO_ANALYTICS_ENABLED")
seen = {name: os.environ.get(name) for name in names}
print(json.dumps({"arguments": sys.argv[1:], "folder": os.getcwd(), **seen}, ensure_ascii=False))
sys.exit(3 if "refuse" in sys.argv else 0)
"""
WAIT = """
import signal, sys, time
def stop(number, frame):
    print("stopped", number, flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("started", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The door and what it needs, with no environment made yet."""
    folder = tmp_path / "片子 and spaces"
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    (folder / "assistant").mkdir()
    modules = (f"assistant/{name}.py" for name in ("__init__", "errors", "interrupt"))
    for name in ("launcher.py", *modules):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """The same with an environment that counts as ready, and an assistant that only echoes."""
    lock = checkout / "requirements" / "assistant.txt"
    environment = Environment("assistant", "阅片助手环境", checkout / ".venv", lock, 0.0)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment.folder], check=True)
    write_stamp(environment, environment.folder)
    (checkout / "assistant" / "__main__.py").write_text(ECHO, encoding="utf-8")
    return checkout


def launch(
    checkout: Path, *arguments: str, python: str = sys.executable, folder: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [python, checkout / "launcher.py", *arguments],
        cwd=folder or checkout.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], *([verb, "--help"] for verb in VERBS)])
def test_help_before_anything_is_installed(checkout: Path, arguments: list[str]) -> None:
    done = launch(checkout, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("用法：python launcher.py")
    assert not list(checkout.glob(".venv*"))


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["diagnose"], "USE-001"),
        (["--data"], "USE-002"),
        (["pack"], "USE-005"),
        (["pack", "out", "--platform", "mac"], "USE-005"),
        (["pack", "out", "--python", "3.9"], "USE-005"),
        (["pack", "out", "--gpu"], "USE-005"),
        (["pack", "out", "--model"], "USE-002"),
        (["setup", "everything"], "USE-004"),
        (["setup", "test", "train"], "USE-004"),
        (["setup", "--wheels"], "USE-002"),
    ],
)
def test_wrong_use_is_refused_by_code(checkout: Path, arguments: list[str], code: str) -> None:
    done = launch(checkout, *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(f"[{code}]")
    assert done.stdout == ""
    assert not list(checkout.glob(".venv*"))


@pytest.mark.parametrize(
    "arguments", [["setup", "--wheels", "no"], ["setup", "train", "--wheels=no"]]
)
def test_set_up_that_fails_leaves_stdout_alone(checkout: Path, arguments: list[str]) -> None:
    done = launch(checkout, *arguments)
    assert done.returncode == 4
    assert done.stderr.startswith("[ENV-112]")
    assert done.stdout == ""


def test_a_folder_that_cannot_be_set_up_in_is_told(checkout: Path) -> None:
    (checkout / ".venv-setup.lock").mkdir()
    done = launch(checkout, "ask")
    assert done.returncode == 4
    assert done.stderr.startswith("[ENV-109]")
    assert done.stdout == ""


def test_what_the_system_refuses_is_told_by_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(arguments: list[str]) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(launcher, "run", refuse)
    assert launcher.main(["ask"]) == launcher.NOT_SET_UP
    assert capsys.readouterr().err.startswith("[ENV-115]")


def test_doctor_before_anything_is_installed(checkout: Path) -> None:
    done = launch(checkout, "doctor")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("未安装") == 4
    assert "setup assistant" in done.stdout
    assert not list(checkout.glob(".venv*"))


def test_hands_over_as_it_was_called(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "assistant").mkdir()
    (tmp_path / "assistant" / "__main__.py").write_text("raise SystemExit('wrong one')")
    done = launch(ready, "--data", "数据", "ask", "a b.dcm", "-q", "有无出血？", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "arguments": ["ask", "a b.dcm", "-q", "有无出血？"],
        "folder": str(tmp_path),
        "CT_ASSISTANT_DATA": str(tmp_path / "数据"),
        "PYTHONUTF8": "1",
        "HF_HUB_OFFLINE": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",
    }


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        ([], ["app"]),
        (["--port", "7999"], ["app", "--port", "7999"]),
        (["app", "--no-browser"], ["app", "--no-browser"]),
        (["--data=数据"], ["app"]),
    ],
)
def test_the_page_is_what_opens_by_itself(
    ready: Path, arguments: list[str], meant: list[str]
) -> None:
    assert json.loads(launch(ready, *arguments).stdout)["arguments"] == meant


def test_the_data_folder_may_begin_at_home(ready: Path) -> None:
    told = json.loads(launch(ready, "--data=~/数据", "ask").stdout)
    assert told["CT_ASSISTANT_DATA"] == str(Path.home() / "数据")


def test_tests_that_are_interrupted_end_there(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []

    def interrupted(environment: Environment, module: str, arguments: list[str]) -> int:
        begun.append(arguments)
        return launcher.PYTEST_INTERRUPTED

    monkeypatch.setattr(launcher, "prepare", lambda _: None)
    monkeypatch.setattr(launcher, "hand_over", interrupted)
    monkeypatch.setenv("CT_TRAIN_PYTHON", "")
    monkeypatch.chdir(ROOT)
    assert launcher.test([]) == launcher.PYTEST_INTERRUPTED
    assert len(begun) == 1


def test_the_exit_code_is_the_verbs_own(ready: Path) -> None:
    assert launch(ready, "ask", "refuse").returncode == 3


def test_help_of_an_installed_verb_is_its_own(ready: Path) -> None:
    done = launch(ready, "ask", "--help")
    assert json.loads(done.stdout)["arguments"] == ["ask", "--help"]


def test_an_environment_with_cuda_serves_the_assistant(ready: Path) -> None:
    lock = ready / "requirements" / "cuda.txt"
    write_stamp(Environment("cuda", "", ready / ".venv", lock, 0.0), ready / ".venv")
    assert json.loads(launch(ready, "ask").stdout)["arguments"] == ["ask"]


def test_doctor_beside_cuda_does_not_ask_for_the_environment_it_contains(ready: Path) -> None:
    told = launch(ready, "doctor").stdout
    assert "阅片助手环境：就绪（python launcher.py setup assistant）" in told
    assert "阅片助手环境（含显卡支持）：未安装（python launcher.py setup cuda）" in told
    lock = ready / "requirements" / "cuda.txt"
    write_stamp(Environment("cuda", "", ready / ".venv", lock, 0.0), ready / ".venv")
    told = launch(ready, "doctor").stdout
    assert "阅片助手环境：包含在“阅片助手环境（含显卡支持）”里" in told
    assert "阅片助手环境（含显卡支持）：就绪（python launcher.py setup cuda）" in told
    assert "setup assistant" not in told


@posix_only
@pytest.mark.parametrize(
    ("number", "to_group", "said", "code"),
    [
        (signal.SIGINT, True, "interrupted", 130),
        (signal.SIGTERM, False, f"stopped {int(signal.SIGTERM)}", 0),
    ],
    ids=["ctrl-c", "terminate"],
)
def test_a_signal_ends_both_quietly(
    ready: Path, number: signal.Signals, to_group: bool, said: str, code: int
) -> None:
    (ready / "assistant" / "__main__.py").write_text(WAIT, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, ready / "launcher.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    time.sleep(0.1)
    if to_group:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert out.strip() == said
    assert err == ""
    assert process.returncode == code


@posix_only
@pytest.mark.parametrize("program", ["launcher", "assistant", "trainer"])
def test_ctrl_c_while_a_program_is_still_being_loaded(
    checkout: Path, tmp_path: Path, program: str
) -> None:
    slow = "import time; print('loading', flush=True); time.sleep(60)"
    (tmp_path / "typer.py").write_text(slow, encoding="utf-8")
    (checkout / "requirements" / "build.py").write_text(slow, encoding="utf-8")
    (checkout / "trainer").mkdir()
    for name in ("assistant/__main__.py", "trainer/__init__.py", "trainer/__main__.py"):
        shutil.copy(ROOT / name, checkout / name)
    process = subprocess.Popen(
        [sys.executable, *(["launcher.py"] if program == "launcher" else ["-m", program])],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert err == "\n已取消。\n"
    assert process.returncode == 130


def other_pythons() -> list[str]:
    """Interpreters of every version that this machine happens to have."""
    minors = [(2, 7), *((3, minor) for minor in range(6, 15))]
    named = [shutil.which(f"python{major}.{minor}") for major, minor in minors]
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [
        *(name for name in named if name and "shims" not in name),
        *map(str, sorted(root.glob("versions/*/bin/python"))),
    ]


def version_of(python: str) -> tuple[int, int]:
    ask = "import sys; print('%d %d' % sys.version_info[:2])"
    answer = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    major, minor = answer.stdout.split()
    return int(major), int(minor)


@pytest.mark.parametrize("python", other_pythons(), ids=lambda path: Path(path).parts[-3])
def test_every_python_gets_its_answer(checkout: Path, python: str) -> None:
    version = version_of(python)
    done = launch(checkout, "--help", python=python)
    if (3, 11) <= version <= (3, 13):
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("用法")
    else:
        assert done.returncode != 0
        assert "[ENV-101] 需要 Python 3.11" in done.stderr
        assert "Traceback" not in done.stderr
    assert not list(checkout.glob(".venv*"))


def test_a_python_from_the_future_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    assert launcher.main(["--help"]) == launcher.NOT_SET_UP
    spoken = capsys.readouterr()
    assert spoken.err.startswith("[ENV-101]")
    assert "3.14.0" in spoken.err
    assert spoken.out == ""
