# -*- coding: utf-8 -*-  # noqa: UP009
"""The one door: find or make the right environment, then hand over to the module in it.

Standard library only. The whole file is readable by Python 3.6, so that a Python that is
too old is told so in a sentence.
"""

import sys

if sys.version_info >= (3, 11):  # noqa: UP036
    from assistant import interrupt

    if __name__ == "__main__":
        interrupt.quietly()

import os
import shutil
import signal
import subprocess
from pathlib import Path

if sys.version_info >= (3, 11):  # noqa: UP036
    from assistant.errors import AssistantError
    from requirements.build import ensure
    from requirements.environment import (
        ALL,
        ASSISTANT,
        CUDA,
        ROOT,
        TEST,
        TRAIN,
        Environment,
        is_ready,
        stamped_name,
        state_of,
    )
    from requirements.machine import check_system, describe
    from requirements.pack import UV_PLATFORMS, WHEELS, Order, pack, this_platform, this_python

# Python 2 stops here and shows the line, which is all that it can be told.
PYTHONS: str = "3.11、3.12 或 3.13"  # [ENV-101] 需要 Python 3.11–3.13: python3.11 launcher.py

WRONG_USE, NOT_SET_UP, INTERRUPTED = 2, 4, 130
PYTEST_INTERRUPTED = 2

HELP = """\
用法：python launcher.py [--data 文件夹] [动词] [参数…]

  app      打开阅片页面（不写动词时即为此项）
  ask      就一张或多张影像提问，在终端得到回答
  batch    批量诊断文件夹中的影像，写出 CSV、XLSX、HTML 与 JSON
  models   获取模型（models fetch），列出已有的模型（models list）
  users    管理可以登录页面的用户（users add、list、password、remove）
  pack     备好离线安装包：程序、安装包与模型
  train    训练：train 阶段 配置文件
  setup    只安装运行环境，不启动
  doctor   检查本机：已安装的组件、显卡与驱动、将使用的模型和引擎
  test     运行测试，其后为 pytest 参数

  --data 文件夹   数据库、日志、缓存与临时文件的位置（也可用环境变量 CT_ASSISTANT_DATA）

每个动词后加 --help 看它的参数。首次运行会自动安装所需环境。
"""

VERB_HELP = {
    "app": """\
用法：python launcher.py app [--host 127.0.0.1] [--port 7860] [--no-browser]
                             [--model 名称或文件夹] [--engine auto|openvino|transformers|remote]

在本机打开阅片页面。
""",
    "ask": """\
用法：python launcher.py ask 文件… -q 问题 [-q 追问…] [--window auto|肺|…|窗位/窗宽] [--json]

就影像提问。多个文件视为同一次对话中的多张影像；--json 时标准输出只有一个 JSON 对象。
""",
    "batch": """\
用法：python launcher.py batch 文件夹或ZIP --out 输出文件夹 [-q 问题] [--window 窗]
                               [--by slice|series] [--slices 3] [--dry-run]

批量诊断文件夹中的影像，每个文件一行结果，写出 CSV、XLSX、HTML 与 JSON。
""",
    "models": """\
用法：python launcher.py models fetch 名称或文件夹 [--from modelscope|huggingface]
      python launcher.py models quantize 名称或文件夹 [--format openvino-int4|nf4]
      python launcher.py models list

把模型取到数据文件夹并核对每个文件，量化为 4 位，或列出已有的模型。
""",
    "users": """\
用法：python launcher.py users add 用户名 [--admin]
      python launcher.py users list
      python launcher.py users password 用户名
      python launcher.py users remove 用户名

管理可以登录页面的用户；有用户即须登录。第一位用户是管理员，可以更换模型与改动设置。
密码在终端中输入，不会显示。
""",
    "pack": """\
用法：python launcher.py pack 文件夹 [--platform linux|windows] [--python 3.12] [--cuda] [--train]
                              [--model 名称或文件夹]

在联网的机器上备好离线安装包：程序、按锁文件校验的安装包与模型。缺省为本机的系统与 Python
版本。把整个文件夹带到没有网络的机器，运行其中的 python launcher.py 即可。
""",
    "train": """\
用法：python launcher.py train 阶段 配置文件
例：  python launcher.py train run configs/train/demo.yaml

在单独的训练环境中运行训练的一个阶段；run 依次运行全部阶段，中断后可接着运行。
""",
    "setup": """\
用法：python launcher.py setup [assistant|cuda|train|test] [--wheels 文件夹]

只安装运行环境，缺省为 assistant。cuda 在阅片环境中加入显卡支持；train 为训练环境；
test 为测试环境。--wheels 从文件夹安装，不使用网络；准备方法见 requirements/README.md。
""",
    "doctor": """\
用法：python launcher.py doctor

检查本机与各运行环境，不安装也不修改任何内容。
""",
    "test": """\
用法：python launcher.py test [pytest 参数…]

安装测试所需的环境（包括训练环境），再运行测试。
""",
}

MODULES = {
    **dict.fromkeys(("app", "ask", "batch", "models", "users"), "assistant"),
    "train": "trainer",
}

# What would otherwise report to its makers, or look for a model on the network, does not.
QUIET = {
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}


def main(arguments: "list[str]") -> int:
    """Run one verb; the exit code is the verb's own, 2 for wrong usage, 4 when set-up fails."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        sys.stderr.write(wrong_python())
        return NOT_SET_UP
    try:
        return run(arguments)
    except AssistantError as refusal:
        sys.stderr.write(f"[{refusal.code}] {refusal.message}\n{refusal.next_step}\n")
        return WRONG_USE if refusal.code.startswith("USE") else NOT_SET_UP
    except OSError as error:
        sys.stderr.write(f"[ENV-115] 读写文件失败：{error}\n请检查磁盘与文件夹权限后重试。\n")
        return NOT_SET_UP
    except KeyboardInterrupt:
        sys.stderr.write("\n已取消。\n")
        return INTERRUPTED


def wrong_python() -> str:
    """The sentence for a Python that the environments cannot be made of."""
    names = ("python3.13", "python3.12", "python3.11")
    present = next((name for name in names if shutil.which(name) and starts(name)), None)
    if present:
        advice = f"本机已有合适的版本，请运行：{present} launcher.py"
    elif os.name == "nt":
        advice = "请从 Python 官方网站安装 64 位的 3.12，再运行：py -3.12 launcher.py"
    else:
        advice = "请用系统的软件包管理器安装其中之一，再用它运行 launcher.py。"
    current = ".".join(map(str, sys.version_info[:3]))
    return f"[ENV-101] 需要 Python {PYTHONS}，现在用的是 {current}。\n{advice}\n"


def starts(python: str) -> bool:
    """Whether a command of that name is more than a name."""
    nowhere = subprocess.DEVNULL
    return subprocess.call([python, "-c", ""], stdout=nowhere, stderr=nowhere) == 0


def run(arguments: "list[str]") -> int:
    """Sort out the verb and what stands before it, and do it."""
    data, arguments = take("--data", arguments)
    if arguments and arguments[0] in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    named = bool(arguments) and not arguments[0].startswith("-")
    verb, rest = (arguments[0], arguments[1:]) if named else ("app", arguments)
    if verb not in VERB_HELP:
        raise unknown(verb)
    if not {"-h", "--help"}.isdisjoint(rest) and not can_explain_itself(verb):
        sys.stdout.write(VERB_HELP[verb])
        return 0
    if data:
        os.environ["CT_ASSISTANT_DATA"] = str(Path(data).expanduser().absolute())
    if verb == "setup":
        return setup(rest)
    if verb == "doctor":
        return doctor(rest)
    if verb == "test":
        return test(rest)
    if verb == "pack":
        return pack_up(rest)
    environment = environment_of(verb)
    prepare(environment)
    return hand_over(environment, MODULES[verb], [verb, *rest] if verb != "train" else rest)


def take(option: str, arguments: "list[str]") -> "tuple[str | None, list[str]]":
    """The value of ``option`` if the arguments begin with it, and the arguments after it."""
    if not arguments or arguments[0].partition("=")[0] != option:
        return None, arguments
    value, rest = arguments[0].partition("=")[2], arguments[1:]
    if not value and rest:
        value, rest = rest[0], rest[1:]
    if not value:
        raise AssistantError("USE-002", f"{option} 后面缺少取值。", next_step="请补上后重试。")
    return value, rest


def unknown(verb: str) -> "AssistantError":
    """The refusal of a verb that there is not."""
    advice = "运行 python launcher.py --help 查看全部动词。"
    return AssistantError("USE-001", f"没有 {verb} 这个动词。", next_step=advice)


def can_explain_itself(verb: str) -> bool:
    """Whether the module behind ``verb`` is there to give its own, fuller help."""
    return verb in MODULES and is_ready(environment_of(verb))


def environment_of(verb: str) -> "Environment":
    """Where the module behind ``verb`` runs; one with CUDA serves the assistant as well."""
    if verb == "train":
        return TRAIN
    return CUDA if stamped_name(CUDA.folder) == CUDA.name else ASSISTANT


def prepare(environment: "Environment", wheels: "Path | None" = None) -> None:
    """Have ``environment`` ready on a machine that can hold it; a pack brings its wheels."""
    check_system()
    if wheels is None and WHEELS.is_dir():
        wheels = WHEELS
    ensure(environment, wheels=wheels)


def setup(arguments: "list[str]") -> int:
    """Make one environment ready, and start nothing."""
    wheels, arguments = take("--wheels", arguments)
    name, arguments = (arguments[0], arguments[1:]) if arguments else (ASSISTANT.name, [])
    if wheels is None:
        wheels, arguments = take("--wheels", arguments)
    chosen = [environment for environment in ALL if environment.name == name]
    if not chosen or arguments:
        wrong = " ".join(arguments if chosen else [name])
        advice = "可写 setup assistant、cuda、train 或 test，其后可加 --wheels 文件夹。"
        raise AssistantError("USE-004", f"setup 不认识 {wrong}。", next_step=advice)
    prepare(chosen[0], Path(wheels).absolute() if wheels else None)
    sys.stderr.write(f"{chosen[0].title}可以使用。\n")
    return 0


def pack_up(arguments: "list[str]") -> int:
    """Gather what a machine without a network needs."""
    chosen = {"--platform": this_platform(), "--python": this_python(), "--model": ""}
    flags = {"--cuda": False, "--train": False}
    folders: list[str] = []
    while arguments:
        option = arguments[0].partition("=")[0]
        if option in chosen:
            value, arguments = take(option, arguments)
            chosen[option] = value or ""
        elif option in flags:
            flags[option], arguments = True, arguments[1:]
        else:
            folders, arguments = [*folders, option], arguments[1:]
    platforms, pythons = tuple(UV_PLATFORMS), ("3.11", "3.12", "3.13")
    wrong = [folder for folder in folders if folder.startswith("-")]
    if (
        wrong
        or len(folders) != 1
        or chosen["--platform"] not in platforms
        or chosen["--python"] not in pythons
    ):
        advice = "用法：pack 文件夹 [--platform linux|windows] [--python 3.12] [--cuda] [--train]"
        raise AssistantError("USE-005", "pack 的写法不对。", next_step=f"{advice} [--model 名称]")
    check_system()
    pack(
        Order(
            Path(folders[0]).absolute(),
            chosen["--platform"],
            chosen["--python"],
            flags["--cuda"],
            flags["--train"],
            chosen["--model"],
        )
    )
    return 0


def doctor(arguments: "list[str]") -> int:
    """Say what is installed; what the machine can run is told by the assistant, once it is."""
    for environment in ALL:
        if environment is ASSISTANT and environment_of("app") is CUDA:
            print(f"{environment.title}：包含在“{CUDA.title}”里")
            continue
        command = f"python launcher.py setup {environment.name}"
        print(f"{environment.title}：{state_of(environment)}（{command}）")
    environment = environment_of("app")
    try:
        check_system()
    except AssistantError as refusal:
        print(f"[{refusal.code}] {refusal.message}{refusal.next_step}")
        return NOT_SET_UP
    if not is_ready(environment):
        for line in describe(ROOT):
            print(line)
        print("显卡、模型与引擎的检查需要阅片助手环境：python launcher.py setup assistant")
        return 0
    sys.stdout.flush()
    return hand_over(environment, "assistant", ["doctor", *arguments])


def test(arguments: "list[str]") -> int:
    """Run the tests; those of the trainer call the training environment, which they find here."""
    prepare(TEST)
    prepare(TRAIN)
    os.environ["CT_TRAIN_PYTHON"] = str(TRAIN.python)
    os.chdir(ROOT)
    # Chromium needs a short temporary path; tests of whole runs move it into a deep one.
    # A browser and its server are two processes already.
    apart = ["--ignore=tests/e2e", "-n", "2", "--dist", "loadfile"]
    runs = [arguments] if arguments else [apart, ["tests/e2e"]]
    codes = []
    for run in runs:
        codes.append(hand_over(TEST, "pytest", run))
        if codes[-1] == PYTEST_INTERRUPTED:
            break
    return max(codes)


def hand_over(environment: "Environment", module: str, arguments: "list[str]") -> int:
    """Run ``module`` in ``environment`` until it ends, and pass its exit code on.

    The folder that the person stands in stays the current one, but modules are never
    imported from it.
    """
    variables = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT), "PYTHONNOUSERSITE": "1"}
    variables["PATH"] = os.pathsep.join(
        [str(environment.python.parent), os.environ.get("PATH", "")]
    )
    for name in ("PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV"):
        variables.pop(name, None)
    command = [str(environment.python), "-P", "-m", module, *arguments]
    child = subprocess.Popen(command, env={**QUIET, **variables})
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    # The terminal tells the child as well, which ends by itself; an interrupted wait can
    # lose its exit code.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = child.wait()
    signal.signal(signal.SIGINT, before)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    if sys.version_info >= (3, 11):  # noqa: UP036
        interrupt.as_usual()
    sys.exit(main(sys.argv[1:]))
