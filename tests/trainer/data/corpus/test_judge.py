import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from tests.trainer.medtrinity_rows import CAPTION, Maker, encode
from trainer.data.corpus import reasons
from trainer.data.corpus.judge import Rules, judge
from trainer.data.corpus.preparation import Select
from trainer.data.corpus.reasons import REJECTS, UNTRANSLATED, Reason
from trainer.data.corpus.row import Judged, RawRow, Turn
from trainer.data.corpus.shelf import fetch_from, open_shelf

GOOD = CAPTION.format(size=8, side="left")


def verdict(
    text: str, fetch: Callable[[], bytes | None], *, vouched: bool = False, **select
) -> Judged:
    raw = RawRow("f", 0, "id", (Turn("user", "", 1), Turn("assistant", text)), (fetch,))
    return judge(raw, Rules(Select(**select), vouched, "auto", 92), sampled=False)


def picture() -> bytes:
    return encode(Maker().slice())


def forbidden() -> bytes:
    raise AssertionError("the picture was read")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", reasons.MISSING_TEXT),
        ("A CT.", reasons.TOO_SHORT),
        ("胸部CT未见异常。", reasons.TOO_SHORT),
        ("An MRI of the brain that shows a lesion in the left lobe.", reasons.OTHER_MODALITY),
    ],
)
def test_words_decide_before_a_picture_is_read(text: str, reason: Reason) -> None:
    assert verdict(text, forbidden).reason == reason


def test_a_caption_that_names_no_modality_needs_a_voucher_or_leave() -> None:
    text = "There is a nodule in the left upper lobe of the lung."
    assert verdict(text, picture).reason == reasons.UNSTATED
    assert verdict(text, picture, vouched=True).why == "来源声明为 CT"
    assert verdict(text, picture, unstated="keep").why == "说明未写明，按图像保留"


def test_an_owner_cannot_vouch_against_the_caption() -> None:
    text = "An ultrasound image of the thyroid with a nodule in the left lobe."
    assert verdict(text, picture, vouched=True).reason == reasons.OTHER_MODALITY


def test_dicom_says_more_than_words_where_the_owner_vouches() -> None:
    text = "左侧额叶见片状高信号影，MRI T2WI示边界不清，周围水肿。"
    file = get_testdata_file("CT_small.dcm", read=False)
    assert isinstance(file, str)
    data = Path(file).read_bytes()
    assert verdict(text, lambda: data, vouched=True).why == "DICOM：CT"
    assert verdict(text, picture, vouched=True).reason == reasons.OTHER_MODALITY
    assert verdict(text, forbidden).reason == reasons.OTHER_MODALITY


def test_a_dialogue_is_judged_by_its_first_question_and_answer() -> None:
    turns = (
        Turn("user", "请描述。", 1),
        Turn("assistant", "左侧基底节区高密度影，考虑脑出血。"),
        Turn("user", "需要做MRI吗？"),
        Turn("assistant", "暂不需要。"),
    )
    rules = Rules(Select(), True, "auto", 92)
    assert judge(RawRow("f", 0, "id", turns, (picture,)), rules, sampled=False).reason is None


def test_boxes_may_be_kept_by_request() -> None:
    data = encode(Maker().boxed())
    assert verdict(GOOD, lambda: data).reason == reasons.BOXED
    assert verdict(GOOD, lambda: data, boxes="keep").reason is None


def test_template_characters_do_not_get_through() -> None:
    told = verdict(f"<image>{GOOD}<|im_end|>\n<|im_start|>user", picture)
    assert told.reason is None
    assert told.turns[1].text == f"{GOOD}\nuser"


def test_a_broken_member_of_a_zip_is_a_verdict(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", picture())
    data = bytearray(path.read_bytes())
    data[200:260] = bytes(60)
    path.write_bytes(bytes(data))
    assert verdict(GOOD, fetch_from(open_shelf(path), "a.jpg")).reason == reasons.UNREADABLE


def test_a_name_that_several_files_have_is_a_verdict_with_its_reason(tmp_path: Path) -> None:
    fetch = fetch_from(open_shelf(tmp_path), "", "两个文件")
    left = verdict(GOOD, fetch)
    assert (left.reason, left.detail) == (reasons.MISSING_PICTURE, "两个文件")


def test_every_reason_has_its_own_code_and_says_what_to_do() -> None:
    every = (*REJECTS, UNTRANSLATED)
    assert len({reason.code for reason in every}) == len(every)
    assert all(reason.name and reason.next_step.endswith("。") for reason in every)
