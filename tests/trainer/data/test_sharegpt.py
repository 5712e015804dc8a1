import json
from pathlib import Path

from trainer.data.sharegpt import dataset_info, row, write_json


def test_the_first_question_carries_the_picture():
    made = row([("问一", "答一"), ("问二", "答二")], "mllm_data/a.jpg")
    assert made == {
        "messages": [
            {"role": "user", "content": "<image>问一"},
            {"role": "assistant", "content": "答一"},
            {"role": "user", "content": "问二"},
            {"role": "assistant", "content": "答二"},
        ],
        "images": ["mllm_data/a.jpg"],
    }


def test_text_alone_has_no_mark():
    made = row([("问", "答")], None)
    assert made["images"] == []
    assert made["messages"][0] == {"role": "user", "content": "问"}


def test_the_entry_is_that_of_the_original_recipe():
    assert dataset_info({"mllm_med": "mllm_data/mllm_data.json"}) == {
        "mllm_med": {
            "file_name": "mllm_data/mllm_data.json",
            "formatting": "sharegpt",
            "columns": {"messages": "messages", "images": "images"},
            "tags": {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
            },
        }
    }


def test_json_is_written_whole_and_readable(tmp_path: Path):
    path = tmp_path / "a.json"
    write_json(path, [{"答": "脑出血"}])
    assert json.loads(path.read_text(encoding="utf-8")) == [{"答": "脑出血"}]
    assert "脑出血" in path.read_text(encoding="utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]
