import json
from pathlib import Path

import pytest
from PIL import Image

from assistant.errors import AssistantError
from tests.trainer.mixed_data import mixed, rows_of
from trainer.mixture import inputs_of_mix, mix, problems_of_mix


def test_every_part_is_listed_with_its_share_and_its_pictures(tmp_path: Path) -> None:
    work = mixed(tmp_path)
    assert list(problems_of_mix(work)) == []
    arguments = mix(work, tmp_path / "mix")
    assert arguments["dataset"] == "mllm_med,mix_1,mix_2"
    assert arguments["mix_strategy"] == "interleave_over"
    shares = [float(share) for share in str(arguments["interleave_probs"]).split(",")]
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert shares == pytest.approx([0.6, 0.3, 0.1])
    info = json.loads((tmp_path / "mix" / "dataset_info.json").read_text(encoding="utf-8"))
    assert info["mix_2"]["file_name"] == "mix_2.json"
    assert info["mix_2"]["tags"]["role_tag"] == "role"
    for name, rows in (("mllm_med", 40), ("mix_1", 10), ("mix_2", 10)):
        found = rows_of(tmp_path / "mix", name)
        assert len(found) == rows
        pictures = [Path(picture) for row in found for picture in row["images"]]
        assert len(pictures) == rows + 1
        assert all(picture.is_absolute() and picture.is_file() for picture in pictures)


def test_changed_rows_change_the_stage_s_inputs(tmp_path: Path) -> None:
    work = mixed(tmp_path)
    before = inputs_of_mix(work)
    assert set(before) == {"mix_1", "mix_2"}
    (tmp_path / "dialogues" / "mllm_data" / "rows.json").write_text("[]")
    after = inputs_of_mix(work)
    assert after["mix_1"] != before["mix_1"]
    assert after["mix_2"] == before["mix_2"]


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    work = mixed(tmp_path)
    (tmp_path / "dialogues" / "mllm_data" / "rows.json").unlink()
    (tmp_path / "elsewhere" / "general" / "dataset_info.json").write_text(
        '{"general": {"script_url": "general"}}'
    )
    missing, sharded = problems_of_mix(work)
    assert "dialogues 缺少 mllm_data/rows.json" in missing
    assert "分片布局" in sharded
    (work.data / "dataset_info.json").write_text('{"mllm_med": {"script_url": "mllm_med"}}')
    with pytest.raises(AssistantError) as caught:
        mix(work, tmp_path / "mix")
    assert caught.value.code == "TRN-311"


def test_a_validation_that_no_mixture_has_is_told_beforehand(tmp_path: Path) -> None:
    work = mixed(tmp_path)
    (tmp_path / "tiny_full.yaml").write_text("eval_dataset: mllm_med_validation", "utf-8")
    (tmp_path / "tiny_lora.yaml").write_text("eval_dataset:", "utf-8")
    (told,) = problems_of_mix(work)
    assert told.startswith("tiny_full.yaml：有 mix 就不能写 eval_dataset")


def hold_out(data: Path, picture: bytes, name: str = "held.jpg") -> None:
    """Let the pipeline's own data examine on one picture."""
    (data / "mllm_data" / name).write_bytes(picture)
    row = {"messages": [], "images": [f"mllm_data/{name}"]}
    (data / "mllm_data" / "test.json").write_text(json.dumps([row]), encoding="utf-8")
    info = json.loads((data / "dataset_info.json").read_text(encoding="utf-8"))
    info["mllm_med_test"] = {**info["mllm_med"], "file_name": "mllm_data/test.json"}
    (data / "dataset_info.json").write_text(json.dumps(info), encoding="utf-8")


def test_nothing_that_is_examined_on_is_taught(tmp_path: Path) -> None:
    work = mixed(tmp_path)
    folder = tmp_path / "dialogues" / "mllm_data"
    Image.new("RGB", (64, 64), "white").save(folder / "1.jpg")
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    rows[3]["images"] = ["mllm_data/1.jpg"]
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    hold_out(work.data, (folder / "1.jpg").read_bytes())
    mix(work, tmp_path / "mix")
    assert len(rows_of(tmp_path / "mix", "mix_1")) == 9
    assert len(rows_of(tmp_path / "mix", "mix_2")) == 10
    hold_out(work.data, (folder / "0.jpg").read_bytes())
    with pytest.raises(AssistantError) as caught:
        mix(work, tmp_path / "mix")
    assert caught.value.code == "TRN-313"


def test_a_picture_prepared_in_another_quality_is_known_again(tmp_path: Path) -> None:
    work = mixed(tmp_path)
    folder = tmp_path / "dialogues" / "mllm_data"
    name = f"{'0123abcd' * 4}.jpg"
    Image.new("RGB", (64, 64), "gray").save(folder / name, quality=95)
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    rows[3]["images"] = [f"mllm_data/{name}"]
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    Image.new("RGB", (64, 64), "gray").save(tmp_path / "again.jpg", quality=60)
    assert (tmp_path / "again.jpg").read_bytes() != (folder / name).read_bytes()
    hold_out(work.data, (tmp_path / "again.jpg").read_bytes(), name)
    mix(work, tmp_path / "mix")
    assert len(rows_of(tmp_path / "mix", "mix_1")) == 9
