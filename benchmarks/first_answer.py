"""From nothing to the first Chinese answer: set-up, launch, first token, speed.

Run with any Python 3.11 or later, nothing installed:

    python benchmarks/first_answer.py            # set up in a fresh clone, then measure
    python benchmarks/first_answer.py --here     # measure this checkout as it is

A fresh clone is made in a temporary folder with its own data folder and removed again.
Every figure is a wall-clock reading of this run; the machine is named beside them.
"""

import argparse
import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE_TIMEOUT_S = 300
QUESTIONS = ("请使用中文描述下这个图像并给出你的诊断结果", "病灶在哪一侧？", "下一步建议？")


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--here", action="store_true", help="measure this checkout, no clone")
    parser.add_argument("--repeats", type=int, default=5, help="asks in the ready checkout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="first-answer-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        environment = os.environ | {"CT_ASSISTANT_DATA": str(work / "data")}
        checkout = CHECKOUT if arguments.here else fresh_clone(work / "clone")
        rows = []
        if not arguments.here:
            first = wall(lambda: ask(checkout, environment))
            rows.append(
                ("全新克隆到第一次中文回答（包缓存为本机现状）", f"{first:.1f} s", "≤ 90 s")
            )
        rows.append(
            ("就绪后从启动到页面可用", f"{page_ready(checkout, environment):.1f} s", "≤ 8 s")
        )
        asked = [ask(checkout, environment) for _ in range(arguments.repeats)]
        for index, name in ((0, "首问首字"), (1, "追问首字")):
            times = [answers[index]["ttft_s"] for answers in asked]
            rows.append(
                (f"{name}（{len(times)} 次中位）", f"{statistics.median(times):.3f} s", "≤ 0.3 s")
            )
        speeds = [answers[0]["tokens_per_s"] for answers in asked]
        rows.append(("生成速度（中位）", f"{statistics.median(speeds):.0f} 词元/s", ""))
        encoded = {answers[1]["pictures_encoded"] for answers in asked}
        rows.append(("追问重新编码的图像数", "、".join(map(str, sorted(encoded))), "0"))
    print(f"{time.strftime('%Y-%m-%d')} · {machine()} · Python {platform.python_version()}\n")
    print("| 项目 | 测得 | 目标 |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def fresh_clone(target: Path) -> Path:
    """Clone the committed state of this checkout."""
    subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(target)], check=True)
    return target


def ask(checkout: Path, environment: dict[str, str]) -> list[dict[str, object]]:
    """One `ask` with follow-ups about a sample slice; sets up what it needs."""
    picture = sample(checkout)
    command = [sys.executable, str(checkout / "launcher.py"), "ask", str(picture), "--json"]
    for question in QUESTIONS:
        command += ["-q", question]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.decode("utf-8"))["answers"]


def sample(checkout: Path) -> Path:
    """The first slice of the bundled sample cases."""
    return next(path for path in sorted((checkout / "assets" / "samples").rglob("*.dcm")))


def page_ready(checkout: Path, environment: dict[str, str]) -> float:
    """Seconds from launch until the page answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(checkout / "launcher.py"), "app", "--no-browser"]
    started = time.perf_counter()
    server = subprocess.Popen([*command, "--port", str(port)], env=environment)
    try:
        while time.perf_counter() - started < PAGE_TIMEOUT_S:
            if server.poll() is not None:
                raise SystemExit(f"the app ended with {server.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).read()
            except OSError:
                time.sleep(0.05)
            else:
                return time.perf_counter() - started
        raise SystemExit("the page never came")
    finally:
        server.terminate()
        server.wait(30)


def wall(action: Callable[[], object]) -> float:
    """Seconds an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def machine() -> str:
    """Processor and cores, for people."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text(encoding="utf-8"))
        model = found.group(1) if found else model
    return f"{model} · {os.cpu_count()} 核 · {platform.system()}"


if __name__ == "__main__":
    main()
