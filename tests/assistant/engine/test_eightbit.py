"""Eight-bit multiplication: what is rewritten, how far it strays, and when it is used."""

from pathlib import Path
from threading import Event

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from assistant.engine import eightbit
from assistant.engine.eightbit import MOST_ERROR, RECORD, bears_8_bits, multiply_in_8_bits
from assistant.engine.openvino import OpenVINOEngine, compile_properties
from assistant.engine.parts import at_once
from assistant.engine.vision import VisionTower
from tests.assistant.engine.test_openvino import DEMO, picture

EXACT = compile_properties(None, "f32")
CPUINFO = Path("/proc/cpuinfo")
PROCESSOR = CPUINFO.read_text(encoding="utf-8") if CPUINFO.is_file() else ""


def product(weights: np.ndarray, kind: type) -> ov.Model:
    """Rows times ``weights`` (outputs, inputs), stored as ``kind`` with a scale per output."""
    given = ops.parameter([-1, weights.shape[1]], np.float32, name="given")
    scale = np.abs(weights).max(1, keepdims=True) / 127
    stored = ops.constant(np.round(weights / scale).astype(kind))
    scaled = ops.multiply(ops.convert(stored, np.float16), ops.constant(scale.astype(np.float16)))
    found = ops.matmul(given, ops.convert(scaled, np.float32), False, True)
    return ov.Model([found], [given], "product")


def run(model: ov.Model, rows: np.ndarray) -> np.ndarray:
    return np.array(ov.Core().compile_model(model, "CPU", EXACT)({0: rows})[0])


def test_a_product_of_8_bit_weights_is_rewritten_and_stays_close():
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((96, 64)).astype(np.float32)
    rows = rng.standard_normal((24, 64)).astype(np.float32)
    model = product(weights, np.int8)
    exact = run(model, rows)
    assert multiply_in_8_bits(model) == 1
    assert "FakeQuantize" in {node.get_type_name() for node in model.get_ops()}
    error = np.linalg.norm(run(model, rows) - exact) / np.linalg.norm(exact)
    assert 0 < error < 0.012


def kernel(model: ov.Model) -> str:
    """What the runtime multiplies with, by its own name."""
    compiled = ov.Core().compile_model(model, "CPU", compile_properties(None, "auto"))
    nodes = (node.get_rt_info() for node in compiled.get_runtime_model().get_ops())
    (found,) = (info for info in nodes if info["layerType"].astype(str) == "FullyConnected")
    return found["primitiveType"].astype(str)


@pytest.mark.skipif("avx512_vnni" not in PROCESSOR, reason="no 8-bit instructions")
def test_the_processor_multiplies_in_8_bits_and_with_amx_where_it_has_it():
    model = product(np.random.default_rng(2).standard_normal((96, 64)), np.int8)
    multiply_in_8_bits(model)
    assert kernel(model).endswith("i8")
    assert ("amx" in kernel(model)) is ("amx_int8" in PROCESSOR)


def test_every_row_has_a_scale_of_its_own():
    """A row a thousand times as large as its neighbour costs the neighbour nothing."""
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((96, 64)).astype(np.float32)
    rows = rng.standard_normal((2, 64)).astype(np.float32) * np.array([[1000.0], [1.0]], np.float32)
    model = product(weights, np.int8)
    exact = run(model, rows)
    multiply_in_8_bits(model)
    errors = np.linalg.norm(run(model, rows) - exact, axis=1) / np.linalg.norm(exact, axis=1)
    assert errors.max() < 0.015


def test_a_row_of_zeros_gives_zeros():
    model = product(np.ones((8, 16), np.float32), np.int8)
    multiply_in_8_bits(model)
    np.testing.assert_array_equal(run(model, np.zeros((3, 16), np.float32)), 0)


def test_other_products_are_left_alone():
    assert multiply_in_8_bits(product(np.ones((8, 16), np.float32), np.uint8)) == 0
    given = ops.parameter([-1, 16], np.float32, name="given")
    plain = ops.matmul(given, ops.constant(np.ones((8, 16), np.float32)), False, True)
    assert multiply_in_8_bits(ov.Model([plain], [given], "plain")) == 0


def test_the_whole_tower_is_rewritten_and_its_pictures_stay_close():
    core = ov.Core()
    model = core.read_model(DEMO / "openvino_vision_embeddings_merger_model.xml")
    blocks = sum("attn.qkv" in node.get_friendly_name() for node in model.get_ops()
                 if node.get_type_name() == "MatMul")  # fmt: skip
    assert multiply_in_8_bits(model) == 4 * blocks + 2
    exact, coarse = (
        at_once(
            VisionTower(core, DEMO, 64, EXACT, packed=lambda: None, in_8_bits=whole).encode(
                picture(0), Event()
            )
        )
        for whole in (False, True)
    )
    error = np.linalg.norm(coarse - exact) / np.linalg.norm(exact)
    assert 0 < error < 0.06


@pytest.mark.parametrize(
    ("record", "bears"),
    [
        ('{"error": 0.028}', True),
        (f'{{"error": {MOST_ERROR + 0.001}}}', False),
        ('{"error": NaN}', False),
        ('{"error": null}', False),
        ("[]", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_folder_that_was_measured_and_bears_it(tmp_path, record, bears):
    if record is not None:
        (tmp_path / RECORD).write_text(record, encoding="utf-8")
    assert bears_8_bits(tmp_path) is bears


@pytest.mark.parametrize(
    ("tiles", "bears", "precision", "used"),
    [
        (True, True, "auto", True),
        (False, True, "auto", False),
        (True, False, "auto", False),
        (True, True, "f32", False),
    ],
)
def test_the_engine_uses_it_where_all_agree(monkeypatch, tiles, bears, precision, used):
    seen = []

    class Watched(VisionTower):
        def __init__(self, *given, in_8_bits, **named):
            seen.append(in_8_bits)
            super().__init__(*given, in_8_bits=in_8_bits, **named)

    monkeypatch.setattr("assistant.engine.openvino.VisionTower", Watched)
    monkeypatch.setattr("assistant.engine.openvino.has_tiles", lambda capabilities: tiles)
    monkeypatch.setattr("assistant.engine.openvino.bears_8_bits", lambda folder: bears)
    OpenVINOEngine(DEMO, model_name="demo", precision=precision).close()
    assert seen == [used]


def test_the_record_is_what_was_written(tmp_path):
    eightbit.write_error(tmp_path, 0.02817)
    assert (tmp_path / RECORD).read_text(encoding="utf-8") == '{"error": 0.0282}\n'
    assert bears_8_bits(tmp_path)
