"""Tiny files in the schema that the sets are published in."""

import io
import json
import os
import pickle
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from assistant.errors import AssistantError
from trainer.vqa.run import Asked, load, table
from trainer.vqa.sets import path_vqa, slake, vqa_rad


def jpeg() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 90, 90)).save(target, "JPEG")
    return target.getvalue()


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.fixture
def slake_folder(tmp_path: Path) -> Path:
    shared = {"img_id": 1, "img_name": "xmlab1/source.jpg", "location": "Lung", "modality": "CT"}
    shared |= {"base_type": "vqa", "content_type": "Abnormality", "triple": ["vhead", "_", "_"]}
    rows = [
        {**shared, "qid": 11, "q_lang": "en", "answer_type": "CLOSED",
         "question": "Is the lung abnormal?", "answer": "Yes"},
        {**shared, "qid": 11, "q_lang": "zh", "answer_type": "CLOSED",
         "question": "肺是否异常？", "answer": "是"},
        {**shared, "qid": 12, "q_lang": "zh", "answer_type": "OPEN",
         "question": "图中有什么器官？", "answer": "肺，心脏"},
    ]  # fmt: skip
    put(tmp_path / "test.json", json.dumps(rows, ensure_ascii=False).encode())
    put(tmp_path / "imgs" / "xmlab1" / "source.jpg", jpeg())
    return tmp_path


@pytest.fixture
def rad_folder(tmp_path: Path) -> Path:
    row = {"qid": "0", "image_name": "synpic1.jpg", "image_organ": "HEAD", "evaluation": "given"}
    row |= {"question_rephrase": "NULL", "qid_linked_id": "a", "question_type": "PRES"}
    rows = [
        {**row, "phrase_type": "test_freeform", "answer_type": "CLOSED ",
         "question": "Is there a midline shift?", "answer": "Yes"},
        {**row, "qid": "1", "phrase_type": "freeform", "answer_type": "OPEN",
         "question": "What is this?", "answer": "CT"},
        {**row, "qid": "2", "phrase_type": "test_para", "answer_type": "OPEN",
         "question": "How many?", "answer": 2},
    ]  # fmt: skip
    put(tmp_path / "VQA_RAD Dataset Public.json", json.dumps(rows).encode())
    put(tmp_path / "VQA_RAD Image Folder" / "synpic1.jpg", jpeg())
    return tmp_path


def write_parquet(folder: Path, columns: tuple[str, ...] = ("image", "question", "answer")) -> None:
    values = {
        "image": [{"bytes": jpeg(), "path": None}] * 2,
        "question": ["is it cystic?", "what is seen?"],
        "answer": ["no", "liver"],
    }
    (folder / "data").mkdir(parents=True)
    shard = folder / "data" / "test-00000-of-00001-abc.parquet"
    pq.write_table(pa.table({name: values[name] for name in columns}), shard)


def test_slake_has_both_languages(slake_folder: Path) -> None:
    found = slake(slake_folder, "test")
    assert found.problems == ()
    assert [(q.language, q.closed, q.answer) for q in found.questions] == [
        ("en", True, "Yes"), ("zh", True, "是"), ("zh", False, "肺，心脏"),
    ]  # fmt: skip
    assert len({q.id for q in found.questions}) == 3
    assert found.questions[0].picture() == jpeg()
    text = table("slake", found.questions, ["yes", "异常", "肺"])
    assert "| SLAKE | 中文 | 100.0%（20.7–100.0%） | 1 | 0.0%" in text
    assert "| SLAKE | 英文 | 100.0%" in text


def test_vqa_rad_tells_test_by_its_phrase_type(rad_folder: Path) -> None:
    found = vqa_rad(rad_folder, "test")
    assert [(q.text, q.answer, q.closed) for q in found.questions] == [
        ("Is there a midline shift?", "Yes", True), ("How many?", "2", False),
    ]  # fmt: skip
    assert [q.text for q in vqa_rad(rad_folder, "train").questions] == ["What is this?"]


def test_path_vqa_in_its_pickles(tmp_path: Path) -> None:
    rows = [{"image": "test_0001", "question": "is it cystic?", "answer": "no"}]
    put(tmp_path / "qas" / "test" / "test_qa.pkl", pickle.dumps(rows))
    put(tmp_path / "images" / "test" / "test_0001.jpg", jpeg())
    (question,) = path_vqa(tmp_path, "test").questions
    assert (question.closed, question.language, question.picture()) == (True, "en", jpeg())


@pytest.mark.parametrize("reader", [path_vqa, vqa_rad])
def test_the_hub_s_parquet(tmp_path: Path, reader) -> None:
    write_parquet(tmp_path)
    found = reader(tmp_path, "test")
    assert [(q.answer, q.closed) for q in found.questions] == [("no", True), ("liver", False)]
    assert found.questions[1].picture() == jpeg()


class _Evil:
    def __reduce__(self):
        return os.mkdir, ("evil",)


def test_a_pickle_never_runs_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "qas" / "test_qa.pkl", pickle.dumps([_Evil()]))
    with pytest.raises(AssistantError) as caught:
        load(Asked("path-vqa", tmp_path, "test", tmp_path))
    assert caught.value.code == "TRN-611"
    assert not (tmp_path / "evil").exists()


def problems_of(name: str, folder: Path) -> str:
    with pytest.raises(AssistantError) as caught:
        load(Asked(name, folder, "test", folder))
    assert caught.value.code == "TRN-611"
    return caught.value.message


def test_everything_wrong_is_told_at_once(slake_folder: Path) -> None:
    rows = json.loads((slake_folder / "test.json").read_text(encoding="utf-8"))
    rows[0]["img_name"] = "xmlab2/source.jpg"
    rows[1]["q_lang"] = "fr"
    put(slake_folder / "test.json", json.dumps(rows).encode())
    message = problems_of("slake", slake_folder)
    assert "2 处" in message
    assert "缺少 1 张图片，例如 imgs/xmlab2/source.jpg" in message
    assert "fr" in message


def test_missing_columns(slake_folder: Path, tmp_path: Path) -> None:
    put(slake_folder / "test.json", b'[{"qid": 1, "question": "x"}]')
    message = problems_of("slake", slake_folder)
    for key in ("img_name", "answer", "q_lang", "answer_type"):
        assert f"1 行缺少 {key}" in message
    write_parquet(tmp_path / "p", ("image", "question"))
    assert "缺少列 answer" in problems_of("path-vqa", tmp_path / "p")


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1}', b"[1]", b"\xff\xff", b"[]"])
def test_broken_json(tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "test.json", content)
    problems_of("slake", tmp_path)


def test_broken_parquet_and_wrong_layout(tmp_path: Path) -> None:
    put(tmp_path / "data" / "test-0.parquet", b"PAR1 broken")
    assert "test-0.parquet 读不出来" in problems_of("path-vqa", tmp_path)
    assert "布局" in problems_of("vqa-rad", tmp_path / "empty")
    assert "没有 test.json" in problems_of("slake", tmp_path / "empty")


def test_an_unknown_set(tmp_path: Path) -> None:
    with pytest.raises(AssistantError) as caught:
        load(Asked("imagenet", tmp_path, "test", tmp_path))
    assert caught.value.code == "TRN-610"


def test_a_limit(slake_folder: Path) -> None:
    assert len(load(Asked("slake", slake_folder, "test", slake_folder, limit=2))) == 2


@pytest.mark.parametrize("split", ["tset", "Test", "", "validation"])
def test_a_misspelt_split_is_not_taken_for_the_training_rows(rad_folder: Path, split: str) -> None:
    with pytest.raises(AssistantError) as caught:
        load(Asked("vqa-rad", rad_folder, split, Path()))
    assert caught.value.code == "TRN-613"


def test_the_original_vqa_rad_has_no_rows_for_validation(rad_folder: Path) -> None:
    with pytest.raises(AssistantError, match="没有 val") as caught:
        load(Asked("vqa-rad", rad_folder, "val", Path()))
    assert caught.value.code == "TRN-611"
