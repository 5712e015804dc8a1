"""The language model on OpenVINO: one compiled model, one KV state for each conversation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops


class LanguageModel:
    """Token embeddings and the decoder, compiled once and shared by all sessions."""

    def __init__(self, core: ov.Core, folder: Path, properties: dict[str, object]) -> None:
        model = core.read_model(folder / "openvino_language_model.xml")
        keep_last_logits(model)
        self._compiled = core.compile_model(model, "CPU", properties)
        self._embeddings = core.compile_model(
            folder / "openvino_text_embeddings_model.xml", "CPU", properties
        ).create_infer_request()

    def embed(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Embeddings float32 (tokens, hidden) of token ids."""
        found = self._embeddings.infer({0: np.asarray([ids], np.int64)})[0]
        return np.array(found[0], np.float32)

    def session(self) -> "Session":
        """A new, empty KV state."""
        return Session(self._compiled.create_infer_request())


class Session:
    """One conversation's KV state."""

    def __init__(self, request: ov.InferRequest) -> None:
        self._request = request
        self.length = 0

    def clear(self) -> None:
        """Forget every position."""
        self._request.reset_state()
        self.length = 0

    def feed(
        self, embeddings: NDArray[np.float32], positions: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Append positions and return the logits float32 (vocabulary,) after the last.

        Args:
            embeddings: float32 (n, hidden).
            positions: int64 (3, n), see :class:`assistant.engine.prompt.Layout`.
        """
        count = embeddings.shape[0]
        self.length += count
        result = self._request.infer(
            {
                "inputs_embeds": embeddings[None],
                "attention_mask": np.ones((1, self.length), np.int64),
                "position_ids": positions[:, None, :],
                "beam_idx": np.zeros(1, np.int32),
            },
            share_inputs=True,
        )
        logits: NDArray[np.float32] = result["logits"][0, -1]
        return logits


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
