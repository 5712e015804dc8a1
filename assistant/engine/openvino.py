"""The OpenVINO engine: a 4-bit Qwen2-VL on the CPU.

The runtime's own pipeline holds one conversation and encodes its picture again when the
question changes, so the loop is ours, see :mod:`assistant.engine.loop`.
"""

import json
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from tokenizers import Tokenizer

from assistant.engine.base import Capabilities
from assistant.engine.eightbit import bears_8_bits, has_tiles
from assistant.engine.language import GROUP, LARGEST_GROUP, LanguageModel
from assistant.engine.loop import Loop
from assistant.engine.looped import LoopedEngine, is_out_of_memory, too_large
from assistant.engine.mapped import give_back, giver
from assistant.engine.memory import Budget
from assistant.engine.seal import sealed
from assistant.engine.vision import VisionTower
from assistant.errors import AssistantError


class OpenVINOEngine(LoopedEngine[NDArray[np.float32]]):
    """A Qwen2-VL folder exported to OpenVINO.

    Args:
        folder: the exported model with ``tokenizer.json`` and processor files.
        model_name: from the model's card.
        is_demo: the model is a demonstration model.
        fingerprint: digest of the model's files, from its card.
        cache_dir: where OpenVINO may keep compiled models, for a faster next start.
        precision: "auto", or "f32" for arithmetic that can be compared to a reference.
        budget: of what is kept between questions.

    Raises:
        AssistantError: ENG-101 the folder is incomplete or of another architecture, ENG-202
            there is not enough memory.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model_name: str,
        is_demo: bool = False,
        fingerprint: str = "",
        cache_dir: Path | None = None,
        precision: Literal["auto", "f32"] = "auto",
        budget: Budget | None = None,
    ) -> None:
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            if config["model_type"] != "qwen2_vl":
                raise ValueError(f"model_type is {config['model_type']}")
            text = config.get("text_config", config)  # flat before transformers 4.52
            self._context_tokens = int(text["max_position_embeddings"])
            vision = config["vision_config"]
            core = ov.Core()
            head_dim = vision["embed_dim"] // vision["num_heads"]
            with sealed(cache_dir) as kept:
                mapped = (folder,) if kept is None else (folder, kept)
                properties = compile_properties(kept, precision)
                capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
                tower = VisionTower(
                    core,
                    folder,
                    head_dim,
                    properties,
                    packed=partial(give_back, *mapped),
                    in_8_bits=precision == "auto"
                    and has_tiles(capabilities)
                    and bears_8_bits(folder),
                )
                self._loop = Loop(
                    Tokenizer.from_file(str(folder / "tokenizer.json")),
                    tower,
                    LanguageModel(core, folder, properties, fed=giver(*mapped)),
                    context_tokens=self._context_tokens,
                    budget=budget,
                )
        except Exception as error:  # tokenizers raises plain ones
            if is_out_of_memory(error):
                raise too_large(self._memory) from error
            raise AssistantError(
                "ENG-101",
                "模型文件夹不完整，或不是本引擎支持的 Qwen2-VL（OpenVINO）格式。",
                next_step="请重新获取或重新量化该模型，再启动程序。",
                detail=f"{type(error).__name__}: {error}",
            ) from error
        give_back(*mapped)  # what compiling read of them
        self._model_name, self._is_demo = model_name, is_demo
        self._fingerprint = fingerprint

    @property
    def capabilities(self) -> Capabilities:
        """A 4-bit model on the CPU."""
        return Capabilities(
            engine="openvino",
            model=self._model_name,
            device="CPU · INT4",
            is_demo=self._is_demo,
            fingerprint=self._fingerprint,
            context_tokens=self._context_tokens,
            batch_size=8,
        )

    def close(self) -> None:
        """Free the weights and everything kept."""
        del self._loop


def compile_properties(
    cache_dir: Path | None, precision: Literal["auto", "f32"]
) -> dict[str, object]:
    """OpenVINO properties: lowest latency, or float32 throughout.

    Activations are quantised in groups of 128 instead of 32, in the language part at most as
    many as its weights: faster, and at the 2B shape the pictures' error against float32 grows
    from 2.1% to 2.4%. The trainer's parity gate examines 4-bit models through this engine,
    and so with this setting.
    """
    properties: dict[str, object] = {
        "PERFORMANCE_HINT": "LATENCY",
        GROUP: str(LARGEST_GROUP),
    }
    if precision == "f32":
        properties |= {
            "INFERENCE_PRECISION_HINT": "f32",
            "KV_CACHE_PRECISION": "f32",
            GROUP: "0",
        }
    if cache_dir is not None:
        properties["CACHE_DIR"] = str(cache_dir)
    return properties
