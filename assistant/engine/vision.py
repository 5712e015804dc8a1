"""The vision tower on OpenVINO: pixels to picture embeddings."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops

from assistant.engine.patches import PatchConfig, Patches, cut_patches
from assistant.imaging.slice import RenderedImage

ROTARY_BASE = 10000.0
"""Of the vision tower's rotary embedding, as in Qwen2-VL."""


class VisionTower:
    """Encodes pictures, one at a time.

    Args:
        core: where to compile.
        folder: an exported Qwen2-VL.
        head_dim: of the vision tower's attention, ``embed_dim // num_heads``.
        properties: OpenVINO compile properties.
        encoded: called after every picture.
    """

    def __init__(
        self,
        core: ov.Core,
        folder: Path,
        head_dim: int,
        properties: dict[str, object],
        encoded: Callable[[], None],
    ) -> None:
        self.config = PatchConfig.read(folder)
        self._head_dim = head_dim
        self._embed = core.compile_model(
            folder / "openvino_vision_embeddings_model.xml", "CPU", properties
        ).create_infer_request()
        model = core.read_model(folder / "openvino_vision_embeddings_merger_model.xml")
        drop_mask(model)
        merge = core.compile_model(model, "CPU", properties)
        self._merge_inputs = [port.get_any_name() for port in merge.inputs]
        self._merge = merge.create_infer_request()
        self._encoded = encoded

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of merged tokens for a picture of this size in pixels."""
        rows, columns = self.config.grid(height, width)
        return rows // self.config.merge_size, columns // self.config.merge_size

    def encode(self, image: RenderedImage, cancel: Event) -> NDArray[np.float32]:
        """Embeddings float32 (tokens, hidden) of a picture; whole, see ``Session.feed``."""
        patches = cut_patches(image.pixels, self.config)
        hidden = self._embed.infer({0: patches.values}, share_inputs=True)[0]
        feed = self._merger_feed(hidden, patches)
        found = np.array(self._merge.infer(feed, share_inputs=True, share_outputs=True)[0])
        self._encoded()
        return found

    def _merger_feed(
        self, hidden: NDArray[np.float32], patches: Patches
    ) -> dict[str, NDArray[np.float32]]:
        feed = {"hidden_states": hidden, "rotary_pos_emb": self._rotary(patches)}
        if "attention_mask" in self._merge_inputs:
            feed["attention_mask"] = np.zeros((1, len(hidden), len(hidden)), np.float32)
        return {name: feed[name] for name in self._merge_inputs}

    def _rotary(self, patches: Patches) -> NDArray[np.float32]:
        """Angles float32 (patches, head_dim / 2): rows then columns, in merged order."""
        merge = self.config.merge_size
        shape = (patches.rows // merge, merge, patches.columns // merge, merge)
        rows, columns = np.indices((patches.rows, patches.columns))
        order = [axis.reshape(shape).transpose(0, 2, 1, 3).ravel() for axis in (rows, columns)]
        half = self._head_dim // 2
        frequencies = ROTARY_BASE ** -(np.arange(0, half, 2, dtype=np.float32) / half)
        angles = [np.outer(axis, frequencies) for axis in order]
        return np.concatenate(angles, axis=1).astype(np.float32)


def drop_mask(model: ov.Model) -> None:
    """Attend without a mask: pictures are encoded one at a time, and no patch is hidden.

    The mask is float32 patches by patches, read by every head of every layer. An attention
    with a scale of its own keeps it: the scale comes after the mask.
    """
    attentions = [
        node for node in model.get_ops() if node.get_type_name() == "ScaledDotProductAttention"
    ]
    if any(len(node.inputs()) != len(("query", "key", "value", "mask")) for node in attentions):
        return
    for node in attentions:
        plain = ops.scaled_dot_product_attention(*(node.input_value(at) for at in range(3)))
        node.output(0).replace(plain.output(0))
    for parameter in model.get_parameters():
        if "attention_mask" in parameter.output(0).get_names():
            model.remove_parameter(parameter)
    model.validate_nodes_and_infer_types()
