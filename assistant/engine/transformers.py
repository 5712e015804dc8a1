"""The transformers engine: a Qwen2-VL in bf16 or NF4, on an NVIDIA card or the CPU."""

import gc
import importlib.util
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Literal, TypeVar

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForImageTextToText
from transformers.utils import logging as transformers_logging

from assistant.dialogue.conversation import Conversation
from assistant.engine.base import Capabilities, Chunk, Options
from assistant.engine.devices import SETUP, find_card
from assistant.engine.loop import Loop
from assistant.engine.looped import LoopedEngine
from assistant.engine.memory import Budget
from assistant.engine.patches import PatchConfig
from assistant.engine.torch_model import TorchLanguage, TorchVision
from assistant.errors import AssistantError

ARCHITECTURES = ("qwen2_vl", "qwen2_5_vl")

Value = TypeVar("Value")


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
        self._device, title = _choose_device(device)
        try:
            text = _text_config(folder)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            patches = PatchConfig.read(folder)
            model = _load(folder, self._device, precision)
            if adapter is not None:
                model.load_adapter(str(adapter))
            self._vision = TorchVision(model.model.visual, patches)
            self._context_tokens = int(text["max_position_embeddings"])
            self._loop = Loop(
                tokenizer,
                self._vision,
                TorchLanguage(model),
                context_tokens=self._context_tokens,
                budget=budget,
            )
        except Exception as error:
            if is_out_of_memory(error):
                raise _too_large(self._device) from error
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
        """Answer a word without a picture; the lane gets ready for pictures when nobody waits."""
        talk = Conversation.new("").ask("?")
        for _ in self.stream(talk, Options(max_tokens=2), Event()):
            pass
        self.forget(talk.id)

    def prepare(self, conversation: Conversation, cancel: Event) -> bool:
        """See :class:`assistant.engine.base.Preparer`; raises as :meth:`stream`."""
        return self._within_memory(partial(super().prepare, conversation, cancel))

    def stream(
        self, conversation: Conversation, options: Options, cancel: Event
    ) -> Iterator[Chunk]:
        """See :class:`assistant.engine.base.Engine`.

        Raises:
            AssistantError: ENG-203 memory ran out, ENG-205 the arithmetic overflowed; those
                of :meth:`assistant.engine.loop.Loop.stream`.
        """
        return self._each_within_memory(self._loop.stream(conversation, options, cancel))

    def stream_together(
        self, conversations: Sequence[Conversation], options: Options, cancel: Event
    ) -> Iterator[tuple[int, Chunk | AssistantError]]:
        """See :class:`assistant.engine.base.Together`.

        Raises:
            AssistantError: ENG-203 memory ran out, which it may not for each alone.
        """
        return self._each_within_memory(super().stream_together(conversations, options, cancel))

    def likelihoods(self, conversation: Conversation, answers: Sequence[str]) -> tuple[float, ...]:
        """See :class:`assistant.engine.base.Chooser`; raises as :meth:`stream`."""
        return self._within_memory(partial(super().likelihoods, conversation, answers))

    def close(self) -> None:
        """Free the weights and everything kept."""
        self._loop.memory.clear()
        del self._loop, self._vision
        self._release()

    def _each_within_memory(self, items: Iterator[Value]) -> Iterator[Value]:
        while (item := self._within_memory(partial(next, items, None))) is not None:
            yield item

    def _within_memory(self, step: Callable[[], Value]) -> Value:
        """What a step gives; where memory runs out all that was kept is let go."""
        try:
            return step()
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            detail = f"{type(error).__name__}: {error}"
        # Only outside the handler does nothing hold the tensors of the failed step any more.
        self._loop.memory.clear()
        self._release()
        raise AssistantError(
            "ENG-203",
            f"{'显存' if self._device == 'cuda' else '内存'}不足，本次回答未完成。",
            next_step="请新建对话并减少图像数量；若仍不足，请改用 4 位（NF4 或 INT4）模型。",
            detail=detail,
        )

    def _release(self) -> None:
        gc.collect()
        if self._device == "cuda":
            torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out, on the card or the machine."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    words = ("out of memory", "can't allocate memory", "not enough memory")
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in words)


def _choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> tuple[str, str]:
    """The torch device and its name for people."""
    if wanted == "cpu":
        return "cpu", "CPU"
    card = find_card()
    if card.usable:
        return "cuda", card.title
    if wanted == "cuda":
        raise AssistantError("ENG-207", card.reason, next_step="也可以改用 CPU。")
    return "cpu", "CPU"


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
    return AutoModelForImageTextToText.from_pretrained(
        folder,
        dtype=dtype,
        device_map={"": device},
        attn_implementation="sdpa",
        local_files_only=True,
        use_safetensors=True,
    ).eval()


def _too_large(device: str) -> AssistantError:
    return AssistantError(
        "ENG-202",
        f"{'显存' if device == 'cuda' else '内存'}不足，模型没有加载。",
        next_step="请关闭占用它的程序，或改用 4 位（NF4 或 INT4）模型。",
    )
