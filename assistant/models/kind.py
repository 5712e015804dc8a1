"""What a folder of weights is: an architecture we know, in a format we read, complete."""

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath

from assistant.errors import AssistantError
from assistant.models.card import Format

ARCHITECTURES = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl")
"""``model_type`` of the bases that the trainer has a recipe for."""

NEEDED = ("config.json", "tokenizer.json", "preprocessor_config.json")

OPENVINO_PARTS = (
    "openvino_language_model",
    "openvino_text_embeddings_model",
    "openvino_vision_embeddings_model",
    "openvino_vision_embeddings_merger_model",
)
"""What the OpenVINO engine opens, each an ``.xml`` with its ``.bin``."""

OPENVINO_ARCHITECTURE = "qwen2_vl"
"""The one that the OpenVINO engine runs."""

INDEX = "model.safetensors.index.json"

_SUFFIXES = {".safetensors", ".json", ".txt", ".jinja", ".tiktoken", ".model", ".xml", ".md"}


def wanted(paths: Iterable[str]) -> tuple[str, ...]:
    """The files of a repository that make up the model.

    Pictures, other frameworks' weights and pickles stay behind: a pickle is a program.
    The ``.bin`` beside an OpenVINO ``.xml`` is plain numbers and comes along.
    """
    present = tuple(path for path in paths if not _hidden(path))
    openvino = {path.removesuffix(".xml") + ".bin" for path in present if path.endswith(".xml")}
    return tuple(
        path
        for path in present
        if PurePosixPath(path).suffix in _SUFFIXES
        or path in openvino
        or PurePosixPath(path).name.upper().startswith(("LICENSE", "NOTICE"))
    )


def format_of(config_json: bytes, paths: Iterable[str]) -> Format:
    """The format of a model from its ``config.json`` and the names of its files.

    Raises:
        AssistantError: MOD-210 when no engine or recipe of ours can use it.
    """
    names = set(paths)
    _refuse_missing(NEEDED, names)
    try:
        config = json.loads(config_json)
        architecture = config["model_type"]
        quantization = config.get("quantization_config") or {}
        method = quantization.get("quant_method")
        four_bit = bool(quantization.get("load_in_4bit"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unsupported("config.json 读不出来", detail=str(error)) from error
    if architecture not in ARCHITECTURES:
        raise unsupported(f"架构是 {architecture}，支持 {'、'.join(ARCHITECTURES)}")
    if any(f"{part}.xml" in names for part in OPENVINO_PARTS):
        if architecture != OPENVINO_ARCHITECTURE:
            raise unsupported(
                f"架构是 {architecture}，OpenVINO 格式的只支持 {OPENVINO_ARCHITECTURE}"
            )
        _refuse_missing(
            (f"{part}{end}" for part in OPENVINO_PARTS for end in (".xml", ".bin")), names
        )
        return "openvino-int4"
    if not any(name.endswith(".safetensors") for name in names):
        raise unsupported("没有 safetensors 权重")
    if method is None:
        return "bf16"
    if method == "bitsandbytes" and four_bit:
        return "nf4"
    raise unsupported(f"量化方式 {method} 不受支持")


def missing_shards(index_json: bytes, paths: Iterable[str]) -> tuple[str, ...]:
    """Weight files that ``model.safetensors.index.json`` names and that are not there.

    Raises:
        AssistantError: MOD-210 when it is no index.
    """
    try:
        weight_map: Mapping[str, str] = json.loads(index_json)["weight_map"]
        return tuple(sorted(set(weight_map.values()) - set(paths)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unsupported(f"{INDEX} 读不出来", detail=str(error)) from error


def unsupported(reason: str, *, detail: str = "") -> AssistantError:
    """MOD-210: these are not weights that we can use."""
    return AssistantError(
        "MOD-210",
        f"这个模型不能使用：{reason}。",
        next_step="请选择完整的 Qwen2-VL 系列模型，例如 Qwen/Qwen2-VL-2B-Instruct。",
        detail=detail,
    )


def _refuse_missing(needed: Iterable[str], names: Collection[str]) -> None:
    missing = [name for name in needed if name not in names]
    if missing:
        raise unsupported(f"缺少 {'、'.join(missing)}")


def _hidden(path: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(path).parts)
