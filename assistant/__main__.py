"""The command line: app, ask, batch, models, doctor."""

from assistant import interrupt

if __name__ == "__main__":  # before what takes its time to load
    interrupt.quietly()

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import commands
from assistant.errors import AssistantError
from assistant.logs import log_refusal, log_unexpected, no_log_yet
from assistant.terminal import INTERRUPTED, exit_code, tell, tell_refusal, use_utf8
from assistant.usage import ChineseCommand, ChineseGroup, translate

UNEXPECTED = 1

app = typer.Typer(
    cls=ChineseGroup,
    help="本地运行的中文 CT 阅片助手。",
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Data = Annotated[str | None, typer.Option("--data", metavar="文件夹", help="数据文件夹")]
Model = Annotated[
    str | None, typer.Option("--model", metavar="名称", help="模型名或模型文件夹，默认为演示模型")
]
Engine = Annotated[
    str | None,
    typer.Option("--engine", metavar="名称", help="auto、openvino、transformers 或 remote"),
]
MaxTokens = Annotated[
    str | None, typer.Option("--max-tokens", metavar="个数", help="一次回答最多生成的词元数")
]
Window = Annotated[
    str | None,
    typer.Option("--window", metavar="窗", help="auto、DICOM 默认、预设名（如 肺）或 窗位/窗宽"),
]


Name = Annotated[str | None, typer.Argument(metavar="用户名", help="登录时输入的名称")]


def _verb(name: str, **how: Any) -> Any:
    return app.command(name, cls=ChineseCommand, **how)


models = typer.Typer(cls=ChineseGroup, help="获取模型，列出已有的模型。", rich_markup_mode=None)
app.add_typer(models, name="models")


def _models_verb(name: str) -> Any:
    return models.command(name, cls=ChineseCommand)


users = typer.Typer(cls=ChineseGroup, help="管理可以登录页面的用户。", rich_markup_mode=None)
app.add_typer(users, name="users")


@_verb("app")
def run_app(
    host: Annotated[
        str | None,
        typer.Option(metavar="地址", help="监听地址，默认只限本机；其他的须有用户"),
    ] = None,
    port: Annotated[str | None, typer.Option(metavar="端口", help="监听端口，默认 7860")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="不打开浏览器")] = False,
    model: Model = None,
    engine: Engine = None,
    data: Data = None,
) -> int:
    """打开阅片页面。"""
    settings = commands.start(
        "app",
        data_dir=data,
        host=host,
        port=port,
        open_browser=False if no_browser else None,
        model=model,
        engine=engine,
    )
    return commands.show_page(settings)


@_verb("ask")
def run_ask(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="文件…", help="一张或多张影像，DICOM、JPG 或 PNG")
    ] = None,
    question: Annotated[
        list[str] | None, typer.Option("-q", metavar="问题", help="问题；再写一次 -q 即为追问")
    ] = None,
    window: Window = None,
    as_json: Annotated[bool, typer.Option("--json", help="标准输出只有一个 JSON 对象")] = False,
    model: Model = None,
    engine: Engine = None,
    max_tokens: MaxTokens = None,
    data: Data = None,
) -> int:
    """就影像提问；多个文件视为同一次对话中的多张影像。"""
    if not files:
        raise AssistantError("USE-012", "没有指定影像文件。", next_step="用法：ask 文件… -q 问题")
    _check(question or ())
    settings = commands.start(
        "ask", data_dir=data, window=window, model=model, engine=engine, max_tokens=max_tokens
    )
    return commands.ask(settings, files, question or (), as_json=as_json)


@_verb("batch")
def run_batch(
    folder: Annotated[
        Path | None, typer.Argument(metavar="文件夹", help="存放影像的文件夹，或 ZIP 压缩包")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="文件夹", help="结果写到哪里")
    ] = None,
    question: Annotated[
        list[str] | None,
        typer.Option("-q", metavar="问题", help="所提的问题；写成“头颅：问题”则只问该部位，可多次"),
    ] = None,
    by: Annotated[
        str,
        typer.Option(metavar="方式", help="slice 逐个文件（默认），series 每个序列问一次"),
    ] = "slice",
    slices: Annotated[
        str, typer.Option(metavar="层数", help="series 方式下每个序列取几层作代表，默认 3")
    ] = "3",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只清点并实测几个，估计所需时间，不写结果")
    ] = False,
    window: Window = None,
    model: Model = None,
    engine: Engine = None,
    max_tokens: MaxTokens = None,
    data: Data = None,
) -> int:
    """批量阅片，写出 CSV、XLSX、HTML 与 JSON；再次运行只处理新增、变化与未完成的文件。"""
    if folder is None or (out is None and not dry_run):
        raise AssistantError(
            "USE-014", "缺少文件夹或 --out。", next_step="用法：batch 文件夹 --out 输出文件夹"
        )
    _check(question or ())
    from assistant import folder as batch

    how = batch.How(tuple(question or ()), by, slices, dry_run)
    settings = commands.start(
        "batch", data_dir=data, window=window, model=model, engine=engine, max_tokens=max_tokens
    )
    return batch.run(settings, folder, out, how)


@_verb("doctor")
def run_doctor(model: Model = None, engine: Engine = None, data: Data = None) -> int:
    """检查本机：已安装的组件、显卡与驱动、将使用的模型和引擎。"""
    return commands.doctor(commands.start("doctor", data_dir=data, model=model, engine=engine))


@_models_verb("fetch")
def run_fetch(
    name: Annotated[
        str | None, typer.Argument(metavar="名称或文件夹", help="模型名，或已有的模型文件夹")
    ] = None,
    source: Annotated[
        str,
        typer.Option("--from", metavar="站点", help="modelscope（默认）或 huggingface"),
    ] = "modelscope",
    data: Data = None,
) -> int:
    """把模型取到数据文件夹，并核对每个文件；中断后再次运行会接着取。"""
    if not name:
        raise AssistantError(
            "USE-015", "没有指定模型。", next_step="用法：models fetch 名称或文件夹"
        )
    return commands.fetch(commands.start("models", data_dir=data), name, source)


@_models_verb("list")
def run_list(data: Data = None) -> int:
    """列出内置的与数据文件夹中的模型。"""
    return commands.list_models(commands.start("models", data_dir=data))


@_models_verb("quantize")
def run_quantize(
    name: Annotated[
        str | None, typer.Argument(metavar="名称或文件夹", help="bf16 模型的名称或文件夹")
    ] = None,
    kind: Annotated[
        str, typer.Option("--format", metavar="格式", help="openvino-int4（默认）或 nf4")
    ] = "openvino-int4",
    data: Data = None,
) -> int:
    """把模型量化为 4 位并保存，只做一次；用训练环境完成。"""
    if not name or kind not in ("openvino-int4", "nf4"):
        raise AssistantError(
            "USE-019",
            "没有指定模型，或格式不是 openvino-int4、nf4 之一。",
            next_step="用法：models quantize 名称 [--format openvino-int4]",
        )
    return commands.quantize(commands.start("models", data_dir=data), name, kind)


@users.command("add", cls=ChineseCommand)
def run_users_add(
    name: Name = None,
    admin: Annotated[bool, typer.Option("--admin", help="也可更换模型与改动设置")] = False,
    data: Data = None,
) -> int:
    """添加用户，密码在终端中输入，不会显示；第一位用户是管理员。"""
    return commands.add_user(commands.start("users", data_dir=data), _named(name), admin=admin)


@users.command("list", cls=ChineseCommand)
def run_users_list(data: Data = None) -> int:
    """列出可以登录的用户。"""
    return commands.list_users(commands.start("users", data_dir=data))


@users.command("password", cls=ChineseCommand)
def run_users_password(name: Name = None, data: Data = None) -> int:
    """更换用户的密码，在终端中输入，不会显示；此前的登录随即失效。"""
    return commands.change_password(commands.start("users", data_dir=data), _named(name))


@users.command("remove", cls=ChineseCommand)
def run_users_remove(name: Name = None, data: Data = None) -> int:
    """删除用户，其登录随即失效，其对话与图像一并彻底删除。"""
    return commands.remove_user(commands.start("users", data_dir=data), _named(name))


def _named(name: str | None) -> str:
    if not name:
        raise AssistantError(
            "USE-021", "没有写用户名。", next_step="用法：users add|password|remove 用户名"
        )
    return name


def _check(questions: Sequence[str]) -> None:
    if not all(question.strip() for question in questions):
        raise AssistantError("USE-013", "问题不能为空。", next_step="请在 -q 后写上问题。")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb, ``app`` when none is named.

    Returns:
        0 done, 2 wrong usage or settings, 3 input refused, 4 model, engine or machine
        not available, 130 interrupted, 1 unexpected.
    """
    no_log_yet()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] != "--help"):
        given.insert(0, "app")
    try:
        code = app(given, prog_name="python launcher.py", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except AssistantError as error:
        return _refuse(error)
    except typer.TyperException as error:
        return _refuse(translate(error))
    except (KeyboardInterrupt, typer.Abort):
        tell("\n已取消。")
        return INTERRUPTED
    except Exception as error:
        return _unexpected(error)


def _refuse(error: AssistantError) -> int:
    log_refusal(error)
    tell_refusal(error)
    return exit_code(error)


def _unexpected(error: Exception) -> int:
    log_unexpected(error)
    tell_refusal(
        AssistantError(
            "SYS-901",
            f"程序出现意外错误（{type(error).__name__}）。",
            next_step="请重试；若反复出现，请把数据文件夹 logs 中最新的日志交给维护者。",
        )
    )
    return UNEXPECTED


if __name__ == "__main__":
    use_utf8()
    interrupt.as_usual()
    sys.exit(main())
