from pathlib import Path

from trainer.exam.journal import Journal


def test_answers_are_there_again(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    first = Journal(path, "a")
    first.put("report/1", "两行\n的\u2028回\x85答")
    first.put("abnormal/1", 0.25)
    again = Journal(path, "a")
    assert again.get("report/1") == "两行\n的\u2028回\x85答"
    assert again.get("abnormal/1") == 0.25
    assert again.get("report/2") is None


def test_other_models_answers_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    Journal(path, "a").put("blank", "甲")
    Journal(path, "b").put("blank", "乙")
    assert Journal(path, "a").get("blank") == "甲"
    assert Journal(path, "b").get("blank") == "乙"
    assert Journal(path, "c").get("blank") is None


def test_a_torn_line_loses_that_answer_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    Journal(path, "a").put("1", "甲")
    with path.open("ab") as file:
        file.write(b'{"sitter": "a", "key": "2", "val')
    again = Journal(path, "a")
    assert again.get("2") is None
    again.put("3", "丙")
    assert [Journal(path, "a").get(key) for key in ("1", "2", "3")] == ["甲", None, "丙"]


def test_what_is_no_entry_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'[]\n"x"\n{}\n\xff\xfe\n')
    assert Journal(path, "a").get("1") is None
