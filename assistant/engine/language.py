"""The language model on OpenVINO: one compiled model, one KV state for each conversation."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops

from assistant.engine.eightbit import has_tiles

PREFILL_POSITIONS = 384
"""Computed before others have their turn; 357 take 1.7 s at the 2B shape on two cores.

A prompt with one picture of 512 x 512 is one piece: every piece reads all weights, and each
more costs 60 to 90 ms there.
"""

LARGEST_GROUP = 128
"""Activations that share a scale, at most; why, says ``openvino.compile_properties``."""

RESERVED = 2
"""The runtime holds room for twice as many positions as there are: 300 take 19 MB at the 2B
shape with a cache of 16 bits, of which they fill 8.6 (OpenVINO 2026.4, CPU)."""

GROUP = "DYNAMIC_QUANTIZATION_GROUP_SIZE"
PRECISION = "INFERENCE_PRECISION_HINT"


class LanguageModel:
    """Token embeddings and the decoder, compiled once and shared by all sessions.

    Args:
        core: where to compile.
        folder: an exported Qwen2-VL.
        properties: OpenVINO compile properties.
        fed: called after every inference of a session.
    """

    piece = PREFILL_POSITIONS

    def __init__(
        self, core: ov.Core, folder: Path, properties: dict[str, object], fed: Callable[[], None]
    ) -> None:
        model = core.read_model(folder / "openvino_language_model.xml")
        keep_last_logits(model)
        if properties.get(GROUP) != "0":
            capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
            tiles = has_tiles(capabilities)
            properties = {**properties, **quantised(weight_group(model), tiles=tiles)}
        values = cached_values(model)
        self._compiled = core.compile_model(model, "CPU", properties)
        precision = self._compiled.get_property("KV_CACHE_PRECISION")
        self._position_bytes = RESERVED * values * precision.size
        self._fed = fed
        self._embeddings = core.compile_model(
            folder / "openvino_text_embeddings_model.xml", "CPU", properties
        ).create_infer_request()

    def rows(
        self,
        keys: Sequence[int | tuple[str, int]],
        pictures: Mapping[str, NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        """Input float32 (n, hidden): a token's embedding, or the row of a picture."""
        ids = [key if isinstance(key, int) else 0 for key in keys]
        found = self._embeddings.infer({0: np.asarray([ids], np.int64)})[0]
        rows = np.array(found[0], np.float32)
        for index, key in enumerate(keys):
            if isinstance(key, tuple):
                rows[index] = pictures[key[0]][key[1]]
        return rows

    def session(self) -> "Session":
        """A new, empty KV state."""
        return Session(self._compiled.create_infer_request(), self._fed, self._position_bytes)

    def join(self, sessions: Sequence["Session"]) -> "Batch":
        """Copies of several sessions, to go on together."""
        return Batch(self._compiled.create_infer_request(), sessions)


class Session:
    """One conversation's KV state.

    Args:
        request: of the compiled model.
        fed: called after every inference.
        position_bytes: what each position takes in memory.

    Attributes:
        length: positions of it.
    """

    def __init__(
        self, request: ov.InferRequest, fed: Callable[[], None], position_bytes: int
    ) -> None:
        self._request = request
        self._fed = fed
        self._position_bytes = position_bytes
        self.length = 0

    @property
    def nbytes(self) -> int:
        """What the state takes in memory, about."""
        return self.length * self._position_bytes

    def states(self) -> list[Any]:
        """Of every layer keys and values (1, heads, length, head), in the runtime's order."""
        states: list[Any] = self._request.query_state()
        return states

    def keep(self, length: int) -> int:
        """Forget every position from ``length`` on; how many are left."""
        length = min(length, self.length)
        if length == 0:
            self._request.reset_state()
        elif length < self.length:
            for state in self._request.query_state():
                state.state = ov.Tensor(np.ascontiguousarray(state.state.data[:, :, :length]))
        self.length = length
        return length

    def feed(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Append positions and return the logits float32 (vocabulary,) after the last.

        An inference is never given up half-way: all requests of a compiled model share its
        graph, and a cancelled one leaves shapes there that break the next inference of another
        conversation (OpenVINO 2026.4.1, CPU: the attention mask of one token met queries of
        the 21 that had been cancelled).

        Args:
            rows: float32 (n, hidden).
            positions: int64 (3, n), see :class:`assistant.engine.prompt.Layout`.
        """
        length = self.length + rows.shape[0]
        inputs = {
            "inputs_embeds": rows[None],
            "attention_mask": np.ones((1, length), np.int64),
            "position_ids": positions[:, None, :],
            "beam_idx": np.zeros(1, np.int32),
        }
        found = self._request.infer(inputs, share_inputs=True, share_outputs=True)
        logits: NDArray[np.float32] = found["logits"][0, -1]
        self.length = length
        self._fed()
        return logits


class Batch:
    """Several conversations' states side by side, shorter ones padded on the left."""

    def __init__(self, request: ov.InferRequest, sessions: Sequence[Session]) -> None:
        self._request = request
        lengths = [session.length for session in sessions]
        longest = max(lengths)
        self._mask = np.array(
            [[0] * (longest - length) + [1] * length for length in lengths], np.int64
        )
        each = [session.states() for session in sessions]
        for state, own in zip(request.query_state(), zip(*each, strict=True), strict=True):
            # One at a time: the runtime unpacks what it is asked for into new memory.
            rows = [np.asarray(one.state.data)[0] for one in own]
            heads, _, width = rows[0].shape
            joined = np.zeros((len(rows), heads, longest, width), np.float32)
            for to, row in zip(joined, rows, strict=True):
                to[:, longest - row.shape[1] :] = row
            state.state = ov.Tensor(joined)

    def feed(self, rows: NDArray[np.float32], positions: NDArray[np.int64]) -> NDArray[np.float32]:
        """Append a position (3, n) to each state; logits float32 (n, vocabulary) after them."""
        count = rows.shape[0]
        self._mask = np.concatenate([self._mask, np.ones((count, 1), np.int64)], axis=1)
        found = self._request.infer(
            {
                "inputs_embeds": rows[:, None],
                "attention_mask": self._mask,
                "position_ids": positions[:, :, None],
                "beam_idx": np.arange(count, dtype=np.int32),
            },
            share_inputs=True,
            share_outputs=True,
        )
        logits: NDArray[np.float32] = found["logits"][:, -1]
        return logits

    def keep(self, numbers: Sequence[int]) -> None:
        """Go on with some of the states only."""
        for state in self._request.query_state():
            state.state = ov.Tensor(np.ascontiguousarray(state.state.data[list(numbers)]))
        self._mask = self._mask[list(numbers)]


def cached_values(model: ov.Model) -> int:
    """Keys and values that a position leaves in the caches of all layers together."""
    caches = (node for node in model.get_ops() if node.get_type_name() == "ReadValue")
    shapes = [node.output(0).get_partial_shape() for node in caches]
    return sum(shape[1].get_length() * shape[3].get_length() for shape in shapes)


def keep_last_logits(model: ov.Model) -> None:
    """Compute logits for the last position only: a prefill needs no others.

    The last MatMul, hidden states by vocabulary, is the largest of the model.
    """
    head = model.output("logits").get_node().input_value(0).get_node()
    while head.get_type_name() != "MatMul":
        head = head.input_value(0).get_node()
    hidden = head.input_value(0)
    last = ops.slice(
        hidden,
        start=np.array([-1], np.int64),
        stop=np.array([np.iinfo(np.int64).max], np.int64),
        step=np.array([1], np.int64),
        axes=np.array([1], np.int64),
    )
    head.input(0).replace_source_output(last.output(0))
    model.validate_nodes_and_infer_types()


def quantised(group: int, *, tiles: bool) -> dict[str, object]:
    """Compile properties with which the language part quantises its activations.

    Where a processor has AMX, OpenVINO 2026.4 multiplies in bfloat16 instead: faster for a
    whole prompt, slower for a token and for a folder. Between quantised layers float32 brings
    the quantisation back. Measured at the 2B shape, 2 cores of an Intel Xeon: 63 against 101 ms
    a token, 91 against 216 ms for eight together, 2.5 against 2.2 s for 357 positions.

    Args:
        group: activations that share a scale.
        tiles: the processor has AMX.
    """
    found: dict[str, object] = {GROUP: str(group)}
    return {**found, PRECISION: "f32"} if tiles else found


def weight_group(model: ov.Model) -> int:
    """Weights that share a scale, and so activations that may: 128 where nothing else is told.

    With activations in larger groups than the weights the runtime falls back to 16-bit
    arithmetic: at the 2B shape a prefill of 346 positions took 2.9 s instead of 1.7 s, and a
    token 90 ms instead of 49 ms (2026-11-25, 2 cores, weights in groups of 64).
    """
    place = ["nncf", "weight_compression", "group_size"]
    told = model.get_rt_info(place).astype(int) if model.has_rt_info(place) else 0
    return told if 0 < told < LARGEST_GROUP else LARGEST_GROUP
