"""Weights to go on from: those of a small model, in 4 bits or as a stage left them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from assistant.errors import AssistantError
from assistant.models.card import CARD, read_card, verify
from trainer.manifest import read_manifest

if TYPE_CHECKING:
    from openvino import Node
    from transformers import PreTrainedTokenizerFast, Qwen2VLForConditionalGeneration

_PARTS = {
    "openvino_vision_embeddings_merger_model": "model.visual.",
    "openvino_language_model": "",
}
_EMBEDDING = "model.language_model.embed_tokens.weight"
_PATCHES = "model.visual.patch_embed.proj.weight"
_NORM_BEFORE = {
    "attn.qkv": "norm1",
    "mlp.fc1": "norm2",
    "merger.mlp.0": "merger.ln_q",
    "self_attn.q_proj": "input_layernorm",
    "mlp.gate_proj": "post_attention_layernorm",
    "lm_head": "model.language_model.norm",
}
"""The norm that feeds a linear layer, by the end of the layer's name."""


def digest_of(folder: Path) -> str:
    """What stands for the weights of a folder to go on from.

    Raises:
        AssistantError: TRN-126 when it is neither a model nor a finished stage; those of
            ``card.read_card``.
    """
    if (folder / CARD).is_file():
        return read_card(folder).fingerprint
    manifest = read_manifest(folder)
    if manifest is None:
        raise _unfit(folder, "no model card and no finished stage")
    return manifest.digest


def go_on_from(
    folders: Sequence[Path],
    model: "Qwen2VLForConditionalGeneration",
    tokenizer: "PreTrainedTokenizerFast",
) -> None:
    """Give ``model`` the weights of an earlier model of the same shape, or the mean of several.

    A token that the earlier vocabulary lacked begins as the mean of the tokens it was written
    with then.

    Args:
        folders: the earlier models: OpenVINO INT4, whose weights are as good as their bits, or
            a stage's folder of whole weights, such as ``base``.
        model: float32; changed in place.
        tokenizer: of ``model``.

    Raises:
        AssistantError: TRN-126 when the folder holds another shape or format; those of
            ``card.verify``.
    """
    several = [_fitting(folder, model, tokenizer) for folder in folders]
    model.load_state_dict(
        {name: torch.stack([one[name] for one in several]).mean(0) for name in several[0]}
    )


def _fitting(
    folder: Path,
    model: "Qwen2VLForConditionalGeneration",
    tokenizer: "PreTrainedTokenizerFast",
) -> dict[str, Tensor]:
    """Weights of one earlier model, its tokens numbered as in ``tokenizer``."""
    from transformers import AutoTokenizer

    weights = _read(folder)
    before = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    weights[_EMBEDDING] = renumbered(weights[_EMBEDDING], before, tokenizer)
    weights["lm_head.weight"] = weights[_EMBEDDING]
    wanted = {name: tensor.shape for name, tensor in model.state_dict().items()}
    found = {name: tensor.shape for name, tensor in weights.items()}
    if wanted != found:
        odd = sorted(n for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n))
        raise _unfit(folder, ", ".join(odd))
    return weights


def renumbered(
    rows: Tensor, before: "PreTrainedTokenizerFast", now: "PreTrainedTokenizerFast"
) -> Tensor:
    """Embedding rows (tokens, width) in the order of another vocabulary."""
    known = before.get_vocab()
    out = rows.new_empty(len(now), rows.shape[1])
    for token, index in now.get_vocab().items():
        if token in known:
            out[index] = rows[known[token]]
        else:
            pieces = before.backend_tokenizer.model.tokenize(token)
            out[index] = rows[[piece.id for piece in pieces]].mean(0)
    return out


def _read(folder: Path) -> dict[str, Tensor]:
    """Weights by their names in transformers, float32."""
    from transformers import Qwen2VLForConditionalGeneration

    if not (folder / CARD).is_file():
        whole = Qwen2VLForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True
        )
        return dict(whole.state_dict())
    if verify(folder).format != "openvino-int4":
        raise _unfit(folder, "not openvino-int4")
    return read_openvino(folder)


def read_openvino(folder: Path) -> dict[str, Tensor]:
    """Weights of an OpenVINO folder by their names in transformers, float32."""
    import openvino

    core = openvino.Core()
    weights: dict[str, Tensor] = {}
    for part, prefix in _PARTS.items():
        for node in core.read_model(folder / f"{part}.xml").get_ops():
            if node.get_type_name() == "MatMul" and _constant(node, 1) is not None:
                weights |= _linear(node, prefix)
    for part, name, kind in (
        ("openvino_text_embeddings_model", _EMBEDDING, "Gather"),
        ("openvino_vision_embeddings_model", _PATCHES, "Convolution"),
    ):
        for node in core.read_model(folder / f"{part}.xml").get_ops():
            if node.get_type_name() == kind:
                found = _constant(node, 0 if kind == "Gather" else 1)
                assert found is not None
                weights[name] = found
    return weights


def _linear(node: "Node", prefix: str) -> dict[str, Tensor]:
    """Weight and bias of a linear layer, and those of the norm that feeds it."""
    name = node.get_friendly_name().removeprefix("__module.").split("/")[0]
    found = {f"{prefix}{name}.weight": _constant(node, 1)}
    for use in node.output(0).get_target_inputs():
        if use.get_node().get_type_name() == "Add":
            found[f"{prefix}{name}.bias"] = _constant(use.get_node(), 1)
    for layer, norm in _NORM_BEFORE.items():
        if name.endswith(layer):
            before = prefix + name.removesuffix(layer) + norm
            found |= _norm(node.input_value(0).get_node(), before)
    return {key: value for key, value in found.items() if value is not None}


def _norm(node: "Node", name: str) -> dict[str, Tensor | None]:
    """Scale, and shift where there is one, of the norm whose last operation feeds ``node``."""
    while node.get_type_name() not in ("Add", "Multiply"):
        node = node.input_value(0).get_node()
    found = {}
    if node.get_type_name() == "Add":
        found[f"{name}.bias"] = _constant(node, 1)
        node = node.input_value(0).get_node()
    scale = _constant(node, 1)
    found[f"{name}.weight"] = _constant(node, 0) if scale is None else scale
    return found


def _constant(node: "Node", index: int) -> Tensor | None:
    """The value of an input that no input of the model has a part in."""
    import openvino

    source = node.input_value(index)
    try:
        model = openvino.Model([source], [])
    except RuntimeError:
        return None
    value = np.array(openvino.Core().compile_model(model, "CPU")([])[0], np.float32)
    return torch.from_numpy(value.squeeze())


def _unfit(folder: Path, detail: str) -> AssistantError:
    return AssistantError(
        "TRN-126",
        f"不能从 {folder.name} 接着训练：形状或格式与配置不符。",
        next_step="请在 base.start 写同一形状的 openvino-int4 模型文件夹或做完的 base 文件夹，"
        "或删去这一项从零训练。",
        detail=detail,
    )
