import io
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image

from assistant.errors import AssistantError
from trainer.cutoff import check_cutoff, most_positions, positions
from trainer.data.sharegpt import IMAGE, dataset_info, write_json


def rows(pictures: int) -> list[dict[str, object]]:
    names = ["0.jpg"] * pictures
    question = {"role": "user", "content": IMAGE * pictures + "？"}
    answer = {"role": "assistant", "content": "答"}
    return [{"messages": [question, answer], "images": names}]


def write_recipe(folder: Path, pictures: int) -> Path:
    Image.new("RGB", (512, 512)).save(folder / "0.jpg")
    write_json(folder / "rows.json", rows(1) + rows(pictures))
    write_json(folder / "dataset_info.json", dataset_info({"own": "rows.json"}))
    return folder


def write_shards(folder: Path, pictures: int) -> Path:
    (folder / "own").mkdir()
    buffer = io.BytesIO()
    Image.new("RGB", (512, 512)).save(buffer, "JPEG")
    picture = {"bytes": buffer.getvalue(), "path": ""}
    table = [{**rows(count)[0], "images": [picture] * count} for count in (1, pictures)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(table), folder / "own" / "0.parquet")
    (folder / "dataset_info.json").write_text(json.dumps({"own": {"script_url": "own"}}))
    return folder


@pytest.mark.parametrize(
    ("size", "most", "side", "expected"),
    [
        ((512, 512), 589824, 28, 18 * 18 + 2),
        ((1024, 1024), 589824, 28, 27 * 27 + 2),
        ((512, 512), 589824, 32, 16 * 16 + 2),
        ((10, 2), 589824, 28, 3),
    ],
)
def test_positions(size: tuple[int, int], most: int, side: int, expected: int) -> None:
    assert positions(*size, most, side) == expected


@pytest.mark.parametrize("write", [write_recipe, write_shards])
def test_what_does_not_fit_is_counted_before_training(tmp_path: Path, write: object) -> None:
    assert callable(write)
    data = write(tmp_path, 7)
    with pytest.raises(AssistantError) as caught:
        check_cutoff(data, {"dataset": "own"})
    assert caught.value.code == "TRN-312"
    assert "1 组" in caught.value.message
    check_cutoff(data, {"dataset": "own", "cutoff_len": 4096})
    check_cutoff(data, {"dataset": "own", "image_max_pixels": 200704})
    check_cutoff(data, {"dataset": "own", "template": "qwen3_vl"})


def test_names_may_stand_apart_as_llamafactory_allows(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="1 组对话的影像放不进"):
        check_cutoff(write_recipe(tmp_path, 7), {"dataset": "other, own"})


@pytest.mark.parametrize("write", [write_recipe, write_shards])
def test_one_picture_alone_may_be_too_large(tmp_path: Path, write: object) -> None:
    assert callable(write)
    data = write(tmp_path, 1)
    with pytest.raises(AssistantError, match="2 组对话的影像放不进 cutoff_len 256"):
        check_cutoff(data, {"dataset": "own", "cutoff_len": 256})
    check_cutoff(data, {"dataset": "own", "cutoff_len": 512})
    check_cutoff(data, {"dataset": "own", "cutoff_len": 256, "image_max_pixels": 100352})


def test_one_picture_is_not_opened_where_none_can_be_too_large(tmp_path: Path) -> None:
    data = write_recipe(tmp_path, 1)
    (data / "0.jpg").unlink()
    check_cutoff(data, {"dataset": "own"})
    with pytest.raises(FileNotFoundError):
        check_cutoff(data, {"dataset": "own", "cutoff_len": 256})


@pytest.mark.parametrize("size", [(512, 512), (768, 768), (1000, 250), (811, 727), (250, 1000)])
def test_no_picture_exceeds_the_most(size: tuple[int, int]) -> None:
    for most in (100352, 200704, 262144, 589824):
        assert positions(*size, most) <= most_positions(most)


def test_an_entry_that_is_not_there_is_for_llamafactory_to_tell(tmp_path: Path) -> None:
    check_cutoff(write_recipe(tmp_path, 9), {"dataset": "other"})
