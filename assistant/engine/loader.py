"""From a model folder to a loaded engine."""

from pathlib import Path
from typing import Literal

from assistant.engine.base import Engine
from assistant.errors import AssistantError
from assistant.models.catalog import ModelFolder

EngineChoice = Literal["auto", "openvino", "transformers", "remote", "scripted"]

ENGINE_OF_FORMAT = {"openvino-int4": "openvino", "nf4": "transformers", "bf16": "transformers"}
"""Which engine reads which format of :class:`assistant.models.card.ModelCard`."""


def choose_engine(model: ModelFolder, engine: EngineChoice) -> str:
    """The engine that will run a model.

    Raises:
        AssistantError: ENG-111 the model's format is not for the engine asked for,
            ENG-112 this version does not have that engine.
    """
    fitting = ENGINE_OF_FORMAT[model.card.format]
    chosen = fitting if engine == "auto" else engine
    if chosen in ("transformers", "remote"):
        raise AssistantError(
            "ENG-112",
            f"本版本尚未提供 {chosen} 引擎（模型格式：{model.card.format}）。",
            next_step="请改用 OpenVINO INT4 格式的模型与 --engine auto。",
        )
    if chosen == "openvino" and fitting != "openvino":
        raise AssistantError(
            "ENG-111",
            f"模型 {model.card.name} 的格式是 {model.card.format}，OpenVINO 引擎读不了。",
            next_step="请用 --engine auto，或先用训练器把它量化为 openvino-int4。",
        )
    return chosen


def load_engine(
    model: ModelFolder, engine: EngineChoice = "auto", *, cache_dir: Path | None = None
) -> Engine:
    """Load a model into the engine that fits it; the engine is not warmed up yet.

    Raises:
        AssistantError: those of :func:`choose_engine` and of the engine itself.
    """
    chosen = choose_engine(model, engine)
    if chosen == "scripted":
        from assistant.engine.scripted import ScriptedEngine

        return ScriptedEngine()
    # OpenVINO takes a second to import; a scripted or remote engine needs none of it.
    from assistant.engine.openvino import OpenVINOEngine

    return OpenVINOEngine(
        model.path,
        model_name=model.card.title,
        is_demo=model.card.demo,
        cache_dir=cache_dir,
    )
