import numpy as np
import pytest

from assistant.batch.question import Questions, parse_questions, region_by_hu
from assistant.errors import AssistantError
from assistant.imaging.slice import Slice


def test_lines_with_a_region_are_for_that_region():
    found = parse_questions("头颅：有无出血？\n  胸部: 有无结节？\n描述所见。\n给出诊断。", "缺省")
    assert found == Questions(
        "描述所见。\n给出诊断。", (("头颅", "有无出血？"), ("胸部", "有无结节？"))
    )


def test_nothing_written_is_the_default_question():
    assert parse_questions(" \n", "缺省") == Questions("缺省")
    assert parse_questions("头颅：有无出血？", "缺省").default == "缺省"
    assert parse_questions("诊断：是什么？", "缺省") == Questions("诊断：是什么？")


def test_what_identifies_a_patient_is_left_out():
    found = parse_questions("头颅：患者姓名：张三，有无出血？\n住院号 A12345，描述所见。", "缺省")
    assert found == Questions(
        "住院号 〔已隐去〕，描述所见。", (("头颅", "患者姓名：〔已隐去〕，有无出血？"),)
    )


@pytest.mark.parametrize("text", ["盆腔：有无积液？", "头颅：", "头颅：a\n头颅：b"])
def test_what_cannot_be_told_apart_is_refused(text: str):
    with pytest.raises(AssistantError, match="USE-141"):
        parse_questions(text, "缺省")


def test_the_slice_decides_which_question_it_gets():
    questions = Questions("其他？", (("胸部", "胸？"),))
    lungs = np.full((64, 64), -1000, np.int16)
    lungs[8:56, 8:56] = 40
    lungs[16:48, 16:48] = -850
    assert region_by_hu(Slice(hu=lungs)) == "胸部"
    assert questions.for_slice(Slice(hu=lungs)) == "胸？"
    assert questions.for_slice(Slice(hu=np.full((64, 64), 40, np.int16))) == "其他？"
    assert region_by_hu(Slice(gray=np.zeros((64, 64), np.uint8))) == ""
    assert questions.for_slice(Slice(gray=np.zeros((64, 64), np.uint8))) == "其他？"
