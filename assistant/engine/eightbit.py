"""Eight-bit multiplication in the vision tower, every patch's activations with their own scale.

Where a processor has AMX, OpenVINO 2026.4 multiplies what has 8-bit weights in bfloat16. It
multiplies in 8 bits, more than twice as fast, where the graph says within which constant range
activations lie. So each patch's are divided by their largest: then all lie within 1, whatever
the picture, and nothing has to be calibrated. Without AMX this is as fast as what the runtime
does by itself.
"""

import json
from collections.abc import Collection
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as ops

RECORD = "eightbit.json"
"""File of a model folder in which the trainer leaves what this costs the model's pictures."""

MOST_ERROR = 0.04
"""Largest error that is put up with; the runtime's own 8-bit activations cost 2.0 to 2.4% at the
2B shape with random weights, these 2.9%. Weights with outliers may cost any model more."""

LEVELS = 256
LOWEST, HIGHEST = np.float32(-128 / 127), np.float32(1.0)
"""Signed 8 bits in units of 1/127: the range that the runtime recognises."""

LEAST = np.float32(1e-12)
"""Instead of a largest activation of 0."""


def has_tiles(capabilities: Collection[str]) -> bool:
    """Whether the processor has AMX, by its capabilities as the runtime lists them.

    The runtime does not tell of AMX; so far it comes with float16 arithmetic, of which it tells.
    """
    return "FP16" in capabilities


def bears_8_bits(folder: Path) -> bool:
    """Whether the folder's pictures were measured and stay within :data:`MOST_ERROR`."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return 0.0 <= float(record["error"]) <= MOST_ERROR
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write_error(folder: Path, error: float) -> None:
    """Leave the relative error of picture embeddings against float32 in the folder."""
    text = json.dumps({"error": round(error, 4)})
    (folder / RECORD).write_text(text + "\n", encoding="utf-8", newline="\n")


def multiply_in_8_bits(model: ov.Model) -> int:
    """Rewrite every product with 8-bit weights; how many there were."""
    products = [node for node in model.get_ordered_ops() if node.get_type_name() == "MatMul"]
    return sum(_rewrite(product) for product in products)


def _rewrite(product: ov.Node) -> bool:
    weights = _eight_bit_weights(product)
    if weights is None:
        return False
    given = product.input_value(0)
    last = ops.constant(np.array([-1], np.int64))
    most = ops.reduce_max(given, last, keep_dims=True)
    least = ops.reduce_min(given, last, keep_dims=True)
    largest = ops.maximum(ops.maximum(most, ops.negative(least)), ops.constant(LEAST))
    unit = ops.multiply(given, ops.divide(ops.constant(np.float32(1.0)), largest))
    bounds = (LOWEST, HIGHEST, LOWEST, HIGHEST)
    whole = ops.fake_quantize(unit, *(ops.constant(bound) for bound in bounds), LEVELS)
    found = ops.multiply(ops.matmul(whole, weights, False, True), largest)
    found.set_friendly_name(f"{product.get_friendly_name()}/8-bit")
    product.output(0).replace(found.output(0))
    return True


def _eight_bit_weights(product: ov.Node) -> ov.Node | None:
    """The weights as whole numbers by a float32 scale per row, where they are stored so."""
    scaled = product.input_value(1).get_node()
    while scaled.get_type_name() == "Convert":
        scaled = scaled.input_value(0).get_node()
    if scaled.get_type_name() != "Multiply":
        return None
    widened, scale = (scaled.input_value(at).get_node() for at in range(2))
    stored = widened.input_value(0).get_node() if widened.get_type_name() == "Convert" else widened
    transposed = product.get_attributes()
    if (
        stored.get_type_name() != "Constant"
        or stored.get_element_type() != ov.Type.i8
        or scale.get_type_name() != "Constant"
        or transposed["transpose_a"]
        or not transposed["transpose_b"]
    ):
        return None
    scale_f32 = ops.constant(scale.data.astype(np.float32))
    return ops.multiply(ops.convert(stored, np.float32), scale_f32)
