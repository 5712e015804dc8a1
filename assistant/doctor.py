"""What is installed, and what would run."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from assistant import machine
from assistant.engine.devices import find_card
from assistant.engine.endpoint import Endpoint
from assistant.engine.loader import choose_engine
from assistant.errors import AssistantError
from assistant.models.catalog import ModelFolder, find_model
from assistant.settings import Settings

PACKAGES = (
    "gradio", "openvino", "tokenizers", "pydicom", "pylibjpeg", "pylibjpeg-libjpeg",
    "pylibjpeg-openjpeg", "pylibjpeg-rle", "numpy", "pillow", "pydantic",
)  # fmt: skip
CUDA_PACKAGES = ("torch", "transformers", "bitsandbytes")


def examine(settings: Settings) -> Iterator[str]:
    """Lines to show, one subject each; nothing is changed."""
    yield f"Python：{platform.python_version()}（{platform.system()} {platform.machine()}）"
    yield f"组件：{'，'.join(map(_package, PACKAGES))}"
    yield _processor()
    yield _graphics()
    yield f"OpenVINO 可用设备：{_openvino_devices()}"
    yield from _model(settings)
    yield _data_folder(settings)


def _package(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} 未安装"


def _processor() -> str:
    memory = machine.memory_bytes()
    shown = "未知" if memory is None else f"{memory / 2**30:.1f} GB"
    return f"处理器：{machine.processor()}，可用 {machine.cores()} 个逻辑核，内存 {shown}"


def _graphics() -> str:
    cards = machine.gpus()
    if not cards:
        return "显卡：未找到 NVIDIA 驱动或显卡，使用处理器推理"
    names = "；".join(f"{c.name}（驱动 {c.driver}，{c.memory_mib / 1024:.0f} GB）" for c in cards)
    missing = [name for name in CUDA_PACKAGES if _package(name).endswith("未安装")]
    if missing:
        why = f"未使用：当前环境没有 {'、'.join(missing)}，可运行 setup cuda 安装"
    elif (card := find_card()).usable:
        why = "可以使用：bf16 与 NF4 格式的模型会在它上面运行"
    else:
        why = f"未使用：{card.reason}"
    return f"显卡：{names}。{why}"


def _openvino_devices() -> str:
    try:
        from openvino import Core

        return "、".join(Core().available_devices)
    except Exception as error:  # a broken installation can raise anything
        return f"无法加载（{type(error).__name__}）"


def _model(settings: Settings) -> Iterator[str]:
    try:
        if settings.engine == "scripted":
            yield "模型：无（脚本引擎）"
            return
        if settings.engine == "remote":
            address = Endpoint(settings.remote_url).address
            yield f"模型与引擎：远程 {address}（图像会离开本机；未试连）"
            return
        model = find_model(settings.model, settings.data_dir)
        yield f"模型：{_describe(model)}"
        yield f"引擎：{choose_engine(model, settings.engine)}"
    except AssistantError as error:
        yield f"模型或引擎不可用：[{error.code}] {error.message}{error.next_step}"


def _describe(model: ModelFolder) -> str:
    card = model.card
    size = sum((model.path / name).stat().st_size for name in card.files)
    demo = "，演示模型" if card.demo else ""
    files = f"{len(card.files)} 个文件校验通过"
    return f"{card.title}（{card.name}，{card.format}，{size / 1e6:.1f} MB{demo}），{files}"


def _data_folder(settings: Settings) -> str:
    writable = "可写" if os.access(settings.data_dir, os.W_OK) else "不可写"
    free = machine.free_bytes(settings.data_dir) / 2**30
    return f"数据文件夹：{settings.data_dir}（{writable}，剩余 {free:.1f} GB）"
