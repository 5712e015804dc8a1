import json

import numpy as np
import pytest

from assistant.engine.patches import PatchConfig, cut_patches

QWEN2_VL = PatchConfig(min_pixels=56 * 56, max_pixels=28 * 28 * 1280)


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((512, 512), (36, 36)),  # 18.3 units round down to 18, so 504 pixels
        ((28, 28), (4, 4)),  # grown to min_pixels
        (
            (2000, 1000),
            (100, 50),
        ),  # shrunk by sqrt(2e6 / 1003520) = 1.4117: 50.6 and 25.3 units, floored
        ((10, 300), (2, 42)),
    ],
)
def test_the_grid_keeps_area_within_bounds(size, grid):
    rows, columns = QWEN2_VL.grid(*size)
    assert rows % 2 == columns % 2 == 0
    assert rows * columns * 14 * 14 <= QWEN2_VL.max_pixels
    if size != (10, 300):
        assert (rows, columns) == grid


def test_a_thread_of_a_picture_is_refused():
    with pytest.raises(ValueError, match="10000x1"):
        QWEN2_VL.grid(10000, 1)


def test_a_huge_picture_is_shrunk_whatever_the_folder_allows(tmp_path):
    numbers = {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14, "merge_size": 2}
    numbers |= {"temporal_patch_size": 2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(numbers), encoding="utf-8")
    config = PatchConfig.read(tmp_path)
    rows, columns = config.grid(10_000, 10_000)
    assert 60 <= rows == columns
    assert rows * columns // 4 <= 1280
    assert config.grid(512, 512) == (36, 36)


def test_one_scale_when_the_bounds_are_equal():
    config = PatchConfig(min_pixels=252 * 252, max_pixels=252 * 252)
    assert config.grid(128, 128) == config.grid(512, 512) == (18, 18)


def test_patches_stand_in_merged_order_and_keep_their_pixels():
    config = PatchConfig(min_pixels=1, max_pixels=10**6, mean=(0.0,) * 3, std=(1.0,) * 3)
    rows, columns = np.indices((56, 56)) // 14
    pixels = np.repeat((rows * 4 + columns).astype(np.uint8)[..., None], 3, axis=2)
    patches = cut_patches(pixels, config)
    assert patches.values.shape == (16, 3 * 2 * 14 * 14)
    order = np.rint(patches.values[:, 0] * 255).astype(int).tolist()
    assert order == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]
    assert np.allclose(patches.values.std(axis=1), 0, atol=1e-6)


def test_channels_come_first_and_are_normalised():
    config = PatchConfig(min_pixels=1, max_pixels=10**6, mean=(0.5, 0.0, 0.0), std=(0.5, 1.0, 2.0))
    pixels = np.zeros((28, 28, 3), np.uint8)
    pixels[..., 0] = 255
    pixels[..., 2] = 255
    patch = cut_patches(pixels, config).values[0].reshape(3, 2, 14, 14)
    assert [patch[channel].mean() for channel in range(3)] == pytest.approx([1.0, 0.0, 0.5])


def test_read_takes_both_spellings_of_the_bounds(tmp_path):
    common = {
        "patch_size": 14,
        "merge_size": 2,
        "temporal_patch_size": 2,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    file = tmp_path / "preprocessor_config.json"
    file.write_text(json.dumps(common | {"min_pixels": 10, "max_pixels": 20}), encoding="utf-8")
    first = PatchConfig.read(tmp_path)
    size = {"size": {"shortest_edge": 10, "longest_edge": 20}}
    file.write_text(json.dumps(common | size), encoding="utf-8")
    assert PatchConfig.read(tmp_path) == first
