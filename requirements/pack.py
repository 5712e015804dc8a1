"""Everything that a machine without a network needs, in one folder: program, wheels, model.

The folder is a checkout with a folder ``wheels`` beside ``launcher.py``, which set-up
then uses instead of the network. Nothing in it is unpacked or run here.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from requirements.console import say
from requirements.diagnosis import refuse_full_disk, refuse_unreachable
from requirements.environment import ROOT
from requirements.installers import find_pip, present_uv
from requirements.machine import OLDEST_GLIBC, check_room
from requirements.registry import pip_environment

WHEELS = ROOT / "wheels"
NOTE = "离线安装说明.txt"
MARK = ".ct-assistant-pack"

SOURCES = (
    *("launcher.py", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
    *("assistant", "trainer", "requirements", "configs", "assets", "docs", "benchmarks", "tests"),
)
"""What a checkout is made of; what a person has put beside it does not travel."""

UV_PLATFORMS = {"linux": "x86_64-manylinux_2_31", "windows": "x86_64-pc-windows-msvc"}
_GIGABYTES = {"uv": 0.1, "assistant": 0.5, "cuda": 4.0, "train": 4.5}


@dataclass(frozen=True)
class Order:
    """What to pack.

    Attributes:
        folder: where to; made if need be.
        platform: "linux" or "windows", of the machine it is for.
        python: its version of Python, such as "3.12".
        cuda: with support for an NVIDIA card.
        train: with the training environment.
        model: a model's folder, or its name in the data folder; "" for the demo alone.
    """

    folder: Path
    platform: str
    python: str
    cuda: bool = False
    train: bool = False
    model: str = ""

    @property
    def locks(self) -> tuple[str, ...]:
        """Names of the locks whose wheels are needed."""
        return ("uv", "cuda" if self.cuda else "assistant", *(("train",) if self.train else ()))


def this_platform() -> str:
    """The machine's own."""
    return "windows" if os.name == "nt" else "linux"


def this_python() -> str:
    """The running Python's version."""
    return "{}.{}".format(*sys.version_info[:2])


def pack(order: Order) -> None:
    """Gather it all; run again after an interruption, it goes on.

    Raises:
        AssistantError: ENV-121 something else is in the folder, ENV-122 wheels cannot be
            had, ENV-123 no such model, ENV-124 the model is not intact; ENV-105 to ENV-107.
    """
    model = _find_model(order.model) if order.model else None
    _claim(order.folder)
    check_room(order.folder, sum(_GIGABYTES[name] for name in order.locks))
    say("正在复制程序…")
    for name in SOURCES:
        _copy(ROOT / name, order.folder / name)
    for name in order.locks:
        say(f"正在下载 {name}.txt 所列的安装包…")
        download(ROOT / "requirements" / f"{name}.txt", order.folder / "wheels", order)
    if model is not None:
        say("正在复制模型…")
        _copy_model(model, order.folder / "models" / model.name)
    note = order.folder / NOTE
    note.write_text(_instructions(order, model), encoding="utf-8")
    say(f"已备好。把整个文件夹带到目标机器，照其中的“{NOTE}”安装。")


def download(lock: Path, wheels: Path, order: Order) -> None:
    """The wheels of a lock for the machine that it is for, each checked by its hash."""
    pip = find_pip(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / lock.name
        _for_platform(lock, wanted, order)
        command = [
            *(*pip.command, "download", "--quiet", "--no-deps", "--require-hashes"),
            *("--only-binary", ":all:", "--dest", str(wheels), "--implementation", "cp"),
            *("--python-version", order.python, "-r", str(wanted)),
            *(part for tag in _tags(order.platform) for part in ("--platform", tag)),
        ]
        done = subprocess.run(
            command, env=pip_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    if done.returncode:
        raise _no_wheels(wheels.parent, done.stdout)


def _for_platform(lock: Path, wanted: Path, order: Order) -> None:
    """The lines of a lock that hold for the other machine; pip would judge them by this one."""
    uv = present_uv(ROOT)
    if uv is None:
        raise AssistantError(
            "ENV-125",
            "准备离线安装包需要安装工具 uv，它还没有取得。",
            next_step="请先运行一次 python launcher.py setup，再打包。",
        )
    command: list[str | Path] = [
        *(uv.path, "pip", "compile", "--quiet", "--no-deps", "--generate-hashes", "--no-header"),
        *("--python-platform", UV_PLATFORMS[order.platform], "--python-version", order.python),
        *("--no-annotate", "--no-emit-index-url", "--output-file", wanted, lock),
    ]
    done = subprocess.run(
        command, env=uv.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        raise _no_wheels(lock.parent, done.stdout)


def _tags(platform: str) -> tuple[str, ...]:
    if platform == "windows":
        return ("win_amd64",)
    newest = OLDEST_GLIBC[1]
    numbered = (f"manylinux_2_{minor}_x86_64" for minor in range(newest, 4, -1))
    return (*numbered, "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64")


def _no_wheels(folder: Path, output: bytes) -> AssistantError:
    answer = output.decode("utf-8", "replace")
    refuse_full_disk(folder)
    refuse_unreachable(answer)
    return AssistantError(
        "ENV-122",
        "有安装包没能下载。",
        next_step="请确认 --python 与 --platform 写的是目标机器的，再运行一次，已下载的不会重下。",
        detail=answer[-2000:],
    )


def _claim(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / MARK).is_file():
        raise AssistantError(
            "ENV-121",
            "目标文件夹里已有其他内容。",
            next_step="请指定一个空文件夹，或上次打包的文件夹。",
        )
    (folder / MARK).touch()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        unwanted = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(source, target, ignore=unwanted, dirs_exist_ok=True)
    elif source.is_file():
        shutil.copy2(source, target)


def data_folder() -> Path:
    """Where the assistant keeps its models, when nothing else was said."""
    given = os.environ.get("CT_ASSISTANT_DATA")
    if given:
        return Path(given)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "ct-assistant"
    share = os.environ.get("XDG_DATA_HOME", "").strip()
    return (Path(share) if share else Path.home() / ".local" / "share") / "ct-assistant"


def _find_model(name: str) -> Path:
    for folder in (Path(name).expanduser(), data_folder() / "models" / name):
        if (folder / "model.json").is_file():
            return folder.resolve()
    raise AssistantError(
        "ENV-123",
        f"找不到模型“{Path(name).name}”，或其中没有 model.json。",
        next_step="请写 models list 列出的名称，或一个带 model.json 的文件夹。",
    )


def _copy_model(source: Path, target: Path) -> None:
    """Copy what the card lists, and compare what lies there with it."""
    try:
        files = json.loads((source / "model.json").read_text(encoding="utf-8"))["files"]
        for name, digest in files.items():
            path = (source / name).resolve()
            if not path.is_relative_to(source):
                raise ValueError(name)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target / name)
            with (target / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise ValueError(name)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssistantError(
            "ENV-124",
            f"模型 {source.name} 的文件与说明不符，没有打包。",
            next_step="请重新取得这个模型后再打包。",
            detail=str(error),
        ) from error
    shutil.copy2(source / "model.json", target / "model.json")


def _instructions(order: Order, model: Path | None) -> str:
    system = {"linux": "Linux x86-64", "windows": "Windows 10/11 64 位"}[order.platform]
    lines = [
        f"CT 阅片助手离线安装包：{system}，Python {order.python}（须先装好同一版本的 Python）",
        "",
        "1. 把整个文件夹复制到本机可写的位置。",
        "2. 在文件夹里运行：",
        f"     python launcher.py setup {'cuda' if order.cuda else 'assistant'}",
        *(["     python launcher.py setup train"] if order.train else []),
        "   安装包取自 wheels 文件夹，不使用网络，逐个核对校验值。",
        "3. 打开页面：",
        f"     python launcher.py{f' --model models/{model.name}' if model else ''}",
    ]
    return "\n".join(lines) + "\n"
