"""The transformers engine: a Qwen2-VL in bf16 or NF4, on an NVIDIA card or the CPU."""

import importlib.util
import json
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForImageTextToText
from transformers.utils import logging as transformers_logging

from assistant.engine.base import Capabilities
from assistant.engine.devices import SETUP, Card, find_card
from assistant.engine.loop import Loop
from assistant.engine.looped import LoopedEngine, is_out_of_memory, too_large
from assistant.engine.memory import Budget
from assistant.engine.patches import PatchConfig
from assistant.engine.replay import record_graph
from assistant.engine.torch_model import TorchLanguage, TorchVision
from assistant.errors import AssistantError

ARCHITECTURES = ("qwen2_vl", "qwen2_5_vl")


class TransformersEngine(LoopedEngine[torch.Tensor]):
    """A Qwen2-VL folder with safetensors weights.

    Args:
        folder: as ``save_pretrained`` writes it, with ``tokenizer.json`` and processor files.
        model_name: from the model's card.
        model_format: from the model's card, for people.
        is_demo: the model is a demonstration model.
        fingerprint: digest of the model's files, from its card.
        adapter: folder of a LoRA adapter that is laid over the weights, not merged; needs peft.
        device: "auto" is the NVIDIA card if there is a usable one.
        precision: "auto", or "f32" for arithmetic that can be compared to a reference.
        budget: of what is kept between questions.

    Raises:
        AssistantError: ENG-202 there is not enough memory, ENG-204 the folder is incomplete
            or of another architecture, ENG-206 bitsandbytes is missing.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model_name: str,
        model_format: Literal["bf16", "nf4"] = "bf16",
        is_demo: bool = False,
        fingerprint: str = "",
        adapter: Path | None = None,
        device: Literal["auto", "cpu", "cuda"] = "auto",
        precision: Literal["auto", "f32"] = "auto",
        budget: Budget | None = None,
    ) -> None:
        if model_format == "nf4" and importlib.util.find_spec("bitsandbytes") is None:
            raise AssistantError(
                "ENG-206",
                "NF4 模型需要的 bitsandbytes 没有安装。",
                next_step=f"请运行 {SETUP}，或改用 OpenVINO INT4 格式的模型。",
            )
        card = _choose_device(device)
        self._device, title = ("cuda", card.title) if card is not None else ("cpu", "CPU")
        if card is not None and budget is None:
            budget = Budget.of_card(card.memory_bytes)
        self._memory = "显存" if self._device == "cuda" else "内存"
        try:
            text = _text_config(folder)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            patches = PatchConfig.read(folder)
            model = _load(folder, self._device, precision)
            if adapter is not None:
                model.load_adapter(str(adapter))
            self._vision = TorchVision(model.model.visual, patches)
            self._context_tokens = int(text["max_position_embeddings"])
            self._language = TorchLanguage(model)
            self._loop = Loop(
                tokenizer,
                self._vision,
                self._language,
                context_tokens=self._context_tokens,
                budget=budget,
            )
        except Exception as error:
            if is_out_of_memory(error):
                raise too_large(self._memory) from error
            raise AssistantError(
                "ENG-204",
                "模型文件夹不完整，或不是本引擎支持的 Qwen2-VL（safetensors）格式。",
                next_step="请重新获取或重新导出该模型，再启动程序。",
                detail=f"{type(error).__name__}: {error}",
            ) from error
        self._model_name, self._is_demo = model_name, is_demo
        self._fingerprint = fingerprint
        self._title = f"{title} · {model_format.upper()}"

    @property
    def capabilities(self) -> Capabilities:
        """A model on the card or the CPU."""
        return Capabilities(
            engine="transformers",
            model=self._model_name,
            device=self._title,
            is_demo=self._is_demo,
            fingerprint=self._fingerprint,
            context_tokens=self._context_tokens,
            batch_size=8,
        )

    def warm_up(self) -> None:
        """As every engine; a card also tries whether replaying its decoding steps is faster."""
        super().warm_up()
        if self._device == "cuda":
            self._language.replay_if_better(record_graph)

    @property
    def replays(self) -> bool:
        """Whether decoding steps are replayed."""
        return self._language.replay is not None

    def close(self) -> None:
        """Free the weights and everything kept."""
        self._loop.memory.clear()
        del self._loop, self._vision, self._language
        self._release()

    def _economise(self) -> None:
        super()._economise()
        self._language.replay = None  # its places for keys and values, and its graphs

    def _release(self) -> None:
        super()._release()
        if self._device == "cuda":
            torch.cuda.empty_cache()


def _choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> Card | None:
    """The card to compute on, None for the CPU."""
    if wanted == "cpu":
        return None
    card = find_card()
    if card.usable:
        return card
    if wanted == "cuda":
        raise AssistantError("ENG-207", card.reason, next_step="也可以改用 CPU。")
    return None


def _text_config(folder: Path) -> dict[str, Any]:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if config["model_type"] not in ARCHITECTURES:
        raise ValueError(f"model_type is {config['model_type']}")
    text: dict[str, Any] = config.get("text_config", config)  # flat before transformers 4.52
    return text


def _load(folder: Path, device: str, precision: Literal["auto", "f32"]) -> Any:
    dtype: Any = "auto"  # as stored: a CPU computes in bfloat16 and in float32
    if precision == "f32":
        dtype = torch.float32
    elif device == "cuda":
        modern = torch.cuda.get_device_capability() >= (8, 0)
        dtype = torch.bfloat16 if modern else torch.float16
    transformers_logging.disable_progress_bar()
    model = AutoModelForImageTextToText.from_pretrained(
        folder,
        dtype=dtype,
        device_map={"": device},
        attn_implementation="sdpa",
        local_files_only=True,
        use_safetensors=True,
    ).eval()
    if dtype is torch.float16:
        compute_in(model, dtype)
    return model


def compute_in(model: Any, dtype: torch.dtype) -> None:
    """Have 4-bit layers compute in a type that the card has, whatever their folder says."""
    for part in model.modules():
        if hasattr(part, "compute_dtype"):
            part.compute_dtype = dtype
