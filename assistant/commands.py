"""What the verbs do. Each imports what it needs when it runs, so that help is quick."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from assistant.errors import AssistantError
from assistant.terminal import INTERRUPTED, own_stdout, say, tell

if TYPE_CHECKING:
    from assistant.ask import Answer
    from assistant.settings import Settings


def start(verb: str, **flags: Any) -> "Settings":
    """Settings from every source, the log open, and temporary files in the data folder.

    Raises:
        AssistantError: CFG-101, CFG-102, or SYS-101 the data folder cannot be written.
    """
    from assistant.logs import start_logging
    from assistant.scratch import own_scratch
    from assistant.settings import load_settings

    settings = load_settings(**flags)
    try:
        for folder in (settings.data_dir, settings.logs_dir, settings.temp_dir):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        start_logging(settings.logs_dir, verb, keep_days=settings.keep_logs_days)
        scratch = str(own_scratch(settings.temp_dir))
    except OSError as error:
        raise AssistantError(
            "SYS-101",
            "数据文件夹无法创建或写入。",
            next_step="请用 --data 或环境变量 CT_ASSISTANT_DATA 指定一个有写入权限的文件夹。",
            detail=type(error).__name__,
        ) from error
    for name in ("TMPDIR", "TEMP", "TMP"):
        os.environ[name] = scratch
    tempfile.tempdir = scratch
    return settings


def show_page(settings: "Settings") -> int:
    """Serve the page until interrupted; the model loads meanwhile."""
    from assistant.loading import open_lane
    from assistant.people.opening import check_open
    from assistant.people.roll import Roll
    from assistant.ui.host import listening

    check_open(settings.reached_at, Roll(settings.data_dir))
    with listening(settings.host, settings.port):  # else a second model fills the memory first
        pass
    lane = open_lane(settings)
    from assistant.ui.app import open_services, serve

    try:
        services = open_services(settings, lane)
    except AssistantError:
        lane.close()
        raise
    serve(services, settings.host, settings.port, settings.open_browser)
    return 0


def ask(
    settings: "Settings", files: Sequence[Path], questions: Sequence[str], *, as_json: bool
) -> int:
    """Answer on stdout, everything else on stderr."""
    with own_stdout() as out:
        from assistant import ask as asking
        from assistant.dialogue.prompts import load_prompts
        from assistant.engine.base import Options
        from assistant.imaging.window import parse_window
        from assistant.loading import open_lane

        parse_window(settings.window)
        prompts = load_prompts()
        exhibit = asking.read_pictures(files, settings.window)
        lane = open_lane(settings)
        try:
            report = asking.ask(
                lane,
                exhibit,
                prompts.system,
                questions or [prompts.default_question],
                Options(max_tokens=settings.max_tokens),
                on_text=lambda text: None if as_json else say(out, text),
                on_answer=lambda answer: None if as_json else _end(answer, out),
            )
        finally:
            lane.close()
        if as_json:
            say(out, report.to_json() + "\n")
        for warning in report.warnings:
            place = f"第 {warning.picture} 张：" if warning.picture and len(files) > 1 else ""
            tell(f"[{warning.code}] {place}{warning.message}")
    return 0


def fetch(settings: "Settings", name: str, source: str) -> int:
    """Bring a model into the data folder; Ctrl-C keeps what has arrived."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
    from rich.progress import TransferSpeedColumn as Speed

    from assistant.models.carry import carry_in
    from assistant.models.catalog import as_folder
    from assistant.models.download import download_model
    from assistant.models.hub import hub_named
    from assistant.models.shelf import Progress as Arrival

    hub = hub_named(source)

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), Speed())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("获取模型", total=None)

            def report(now: Arrival) -> None:
                bar.update(task, description=now.file, completed=now.done, total=now.total)

            folder = as_folder(name)
            if folder is not None:
                model = carry_in(folder, settings.models_dir, report=report)
            else:
                model = download_model(name, settings.models_dir, hub, report=report)
    except KeyboardInterrupt:
        tell("已停止，取到的部分已保存；再次运行同一命令会接着取。")
        return INTERRUPTED
    tell(f"模型 {model.card.name} 可以使用：{len(model.card.files)} 个文件全部核对无误。")
    return 0


def quantize(settings: "Settings", name: str, kind: str) -> int:
    """A 4-bit copy of a model in the data folder; Ctrl-C leaves nothing behind."""
    from assistant.models.catalog import find_model
    from assistant.models.shrink import shrink

    steps = {"convert": "正在转换…", "compress": "正在压缩为 4 位…", "verify": "正在核对…"}
    try:
        made = shrink(
            find_model(name, settings.data_dir),
            settings.models_dir,
            "nf4" if kind == "nf4" else "openvino-int4",
            tell=lambda step: tell(steps[step]),
        )
    except KeyboardInterrupt:
        tell("已停止，原模型没有改动。")
        return INTERRUPTED
    tell(f"模型 {made.card.name} 可以使用：--model {made.card.name}")
    return 0


def list_models(settings: "Settings") -> int:
    """A line for every model: name, format, size, title."""
    from assistant.models.catalog import list_models as models_of

    with own_stdout() as out:
        for model in models_of(settings.data_dir):
            card = model.card
            demo = "（演示模型）" if card.demo else ""
            size = f"{model.size_bytes / 1e6:.0f} MB"
            say(out, f"{card.name}\t{card.format}\t{size}\t{card.title}{demo}\n")
    return 0


def add_user(settings: "Settings", name: str, *, admin: bool) -> int:
    """Ask for a password and add a user."""
    from assistant.people.asking import new_password
    from assistant.people.roll import Roll, check_name

    name = check_name(name)
    person = Roll(settings.data_dir).add(name, new_password(name), admin=admin)
    tell(f"已添加{'管理员' if person.admin else '用户'} {person.name}；页面从现在起须登录。")
    return 0


def list_users(settings: "Settings") -> int:
    """A line for every user: name and what they may do."""
    from assistant.people.roll import Roll

    with own_stdout() as out:
        for person in Roll(settings.data_dir).people():
            say(out, f"{person.name}\t{'管理员' if person.admin else '用户'}\n")
    return 0


def change_password(settings: "Settings", name: str) -> int:
    """Ask for another password of a user."""
    from assistant.people.asking import new_password
    from assistant.people.roll import Roll

    roll = Roll(settings.data_dir)
    name = roll.known(name).name
    roll.change_password(name, new_password(name))
    tell(f"已更换 {name} 的密码；此前的登录已失效。")
    return 0


def remove_user(settings: "Settings", name: str) -> int:
    """One user less, and their conversations, which nobody else could open."""
    from assistant.people.roll import Roll
    from assistant.store.ledger import Ledger

    roll = Roll(settings.data_dir)
    with closing(Ledger(settings.data_dir)) as ledger:
        gone = ledger.forget(roll.remove(name).id)
    tell(f"已删除，连同 {gone} 段对话。")
    if not roll.people():
        tell("已没有用户，在本机打开页面不再需要登录。")
    return 0


def doctor(settings: "Settings") -> int:
    """What is installed and what would run."""
    from assistant.doctor import examine

    with own_stdout() as out:
        for line in examine(settings):
            say(out, line + "\n")
    return 0


def _end(answer: "Answer", out: BinaryIO) -> None:
    say(out, "\n")
    tell(
        f"〔{answer.window}〕{answer.tokens} 词元，首字 {answer.ttft_s:.2f} 秒，"
        f"{answer.tokens_per_s:.0f} 词元/秒"
    )
