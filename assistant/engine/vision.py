"""The vision tower on OpenVINO: pixels to picture embeddings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops

from assistant.engine.eightbit import multiply_in_8_bits
from assistant.engine.parts import Steps
from assistant.engine.patches import PatchConfig, Patches, cut_patches
from assistant.imaging.slice import RenderedImage

ROTARY_BASE = 10000.0
"""Of the vision tower's rotary embedding, as in Qwen2-VL."""

STEPS = 4
"""Parts of an encoding between which others have their turn: 0.9 s each at the 2B shape."""

RESIDUAL = "residual"
"""Input of a later part: the residual stream where it was cut."""


class VisionTower:
    """Encodes pictures, each by itself.

    Args:
        core: where to compile.
        folder: an exported Qwen2-VL.
        head_dim: of the vision tower's attention, ``embed_dim // num_heads``.
        properties: OpenVINO compile properties.
        packed: called when the runtime has copied some of the weights into its own layout.
        in_8_bits: multiply in 8 bits, see :mod:`assistant.engine.eightbit`.
    """

    def __init__(
        self,
        core: ov.Core,
        folder: Path,
        head_dim: int,
        properties: dict[str, object],
        packed: Callable[[], object],
        *,
        in_8_bits: bool = False,
    ) -> None:
        self.config = PatchConfig.read(folder)
        self._head_dim = head_dim
        self._embed = core.compile_model(
            folder / "openvino_vision_embeddings_model.xml", "CPU", properties
        ).create_infer_request()
        model = core.read_model(folder / "openvino_vision_embeddings_merger_model.xml")
        drop_mask(model)
        if in_8_bits:
            multiply_in_8_bits(model)
        self._parts = [_Part(core, part, properties, packed) for part in cut(model, STEPS)]

    def grid(self, height: int, width: int) -> tuple[int, int]:
        """Rows and columns of merged tokens for a picture of this size in pixels."""
        rows, columns = self.config.grid(height, width)
        return rows // self.config.merge_size, columns // self.config.merge_size

    def encode(self, image: RenderedImage, cancel: Event) -> Steps[NDArray[np.float32]]:
        """Embeddings float32 (tokens, hidden) of a picture; no step is cancelled half-way.

        An inference that is given up leaves its shapes in the compiled model's graph, which all
        its requests share, and they break the next one (OpenVINO 2026.4.1, CPU).
        """
        del cancel
        patches = cut_patches(image.pixels, self.config)
        hidden = self._embed.infer({0: patches.values}, share_inputs=True)[0]
        given: dict[str, NDArray[np.float32]] = {"hidden_states": hidden}
        given["rotary_pos_emb"] = self._rotary(patches)
        del image, patches  # the steps may be kept for a while
        if self._parts[0].is_masked:
            given["attention_mask"] = np.zeros((1, len(hidden), len(hidden)), np.float32)
        for number, part in enumerate(self._parts):
            if number:
                yield
            given[RESIDUAL] = part.run(given)
        return given[RESIDUAL]

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


class _Part:
    """Some blocks of the tower."""

    def __init__(
        self,
        core: ov.Core,
        model: ov.Model,
        properties: dict[str, object],
        packed: Callable[[], object],
    ) -> None:
        self._compiled = core.compile_model(model, "CPU", properties)
        self._request = self._compiled.create_infer_request()
        self._names = [port.get_any_name() for port in self._compiled.inputs]
        self.is_masked = "attention_mask" in self._names
        self._packed: Callable[[], object] | None = packed

    def run(self, given: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """What comes out for these inputs, by name; what it does not take is left out."""
        wanted = {name: given[name] for name in self._names}
        try:
            found = self._request.infer(wanted, share_inputs=True, share_outputs=True)[0]
            return np.array(found)
        finally:
            # Else each part would keep working memory of its own, for the next picture.
            self._compiled.release_memory()
            if self._packed is not None:  # at the first inference, part by part
                self._packed()
                self._packed = None


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


def cut(model: ov.Model, most: int) -> list[ov.Model]:
    """The merger's model in parts of about as many blocks each, one after another.

    It is cut through its residual stream, float32 (patches, width), which each part gives and
    the next takes as :data:`RESIDUAL`; the last gives the merged tokens. Later parts want
    ``hidden_states`` too, but only its shape. One part where no such stream is found.
    """
    sums = residual_sums(model)
    blocks = len(sums) // 2  # one behind the attention, one behind the MLP
    count = max(1, min(most, blocks))
    given, results = model.get_parameters(), model.get_results()
    parts: list[ov.Model] = []
    residual: list[ov.op.Parameter] = []
    for number in range(1, count):
        end = sums[2 * (blocks * number // count) - 1]
        taken = end.get_target_inputs()
        follower = ops.parameter(end.get_partial_shape(), ov.Type.f32, name=RESIDUAL)
        follower.output(0).set_names({RESIDUAL})
        for port in taken:
            port.replace_source_output(follower.output(0))
        parts.append(ov.Model([ops.result(end)], [*given, *residual]))
        residual = [follower]
    return [*parts, ov.Model(results, [*given, *residual])]


def residual_sums(model: ov.Model) -> list[ov.Output]:
    """Each sum of the residual stream, from ``hidden_states`` on."""
    found = [model.input("hidden_states")]
    while True:
        takers = (port.get_node() for port in found[-1].get_target_inputs())
        following = next((node for node in takers if node.get_type_name() == "Add"), None)
        if following is None:
            return found[1:]
        found.append(following.output(0))
