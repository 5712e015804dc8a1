"""From a model folder to a loaded engine."""

from pathlib import Path
from typing import Literal

from assistant.engine.base import Engine
from assistant.engine.devices import SETUP, torch_installed
from assistant.engine.memory import Budget
from assistant.errors import AssistantError
from assistant.models.catalog import ModelFolder

EngineChoice = Literal["auto", "openvino", "transformers"]

ENGINE_OF_FORMAT = {"openvino-int4": "openvino", "nf4": "transformers", "bf16": "transformers"}
"""Which engine reads which format of :class:`assistant.models.card.ModelCard`."""

TITLES = {"openvino": "OpenVINO", "transformers": "transformers"}


def choose_engine(model: ModelFolder, engine: EngineChoice) -> str:
    """The engine that will run a model.

    Raises:
        AssistantError: ENG-111 the model's format is not for the engine asked for,
            ENG-201 the engine's packages are not installed.
    """
    fitting = ENGINE_OF_FORMAT[model.card.format]
    chosen = fitting if engine == "auto" else engine
    if chosen != fitting:
        raise AssistantError(
            "ENG-111",
            f"模型 {model.card.name} 的格式是 {model.card.format}，{TITLES[chosen]} 引擎读不了。",
            next_step="请用 --engine auto，或用训练器把它转换为这个引擎的格式。",
        )
    if chosen == "transformers" and not torch_installed():
        raise AssistantError(
            "ENG-201",
            f"模型 {model.card.name} 的格式是 {model.card.format}，需要 transformers 引擎，"
            "它的组件没有安装。",
            next_step=f"请运行 {SETUP}（约 6 GB），或改用 OpenVINO INT4 格式的模型。",
        )
    return chosen


def load_engine(
    model: ModelFolder,
    engine: EngineChoice = "auto",
    *,
    cache_dir: Path | None = None,
    budget: Budget | None = None,
) -> Engine:
    """Load a model into the engine that fits it; the engine is not warmed up yet.

    Args:
        model: what to load.
        engine: which engine is wanted.
        cache_dir: where compiled models are kept (OpenVINO).
        budget: of what is kept between questions.

    Raises:
        AssistantError: those of :func:`choose_engine` and of the engine itself.
    """
    chosen = choose_engine(model, engine)
    # Runtimes take seconds to import; nobody pays for one that is not used.
    if chosen == "transformers":
        from assistant.engine.transformers import TransformersEngine

        return TransformersEngine(
            model.path,
            model_name=model.card.title,
            model_format="nf4" if model.card.format == "nf4" else "bf16",
            is_demo=model.card.demo,
            fingerprint=model.card.fingerprint,
            budget=budget,
        )
    from assistant.engine.compiled import compiled_folder
    from assistant.engine.openvino import OpenVINOEngine

    kept = compiled_folder(cache_dir, model.card.fingerprint) if cache_dir is not None else None
    return OpenVINOEngine(
        model.path,
        model_name=model.card.title,
        is_demo=model.card.demo,
        fingerprint=model.card.fingerprint,
        cache_dir=kept,
        budget=budget,
    )
