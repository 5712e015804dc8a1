"""The verdict on a row: kept with its pictures, or left out for the first reason that holds.

Cheap questions come first: the words are read before a picture is decoded, so that most of a
mixed set costs no decoding at all. Only where the owner says that all is CT may a picture's DICOM
still contradict what the words name.
"""

from dataclasses import dataclass, replace

from trainer.data.corpus import reasons
from trainer.data.corpus.boxes import has_box
from trainer.data.corpus.captions import clean, is_chinese, length
from trainer.data.corpus.picture import Picture, UnreadableError, read_picture
from trainer.data.corpus.preparation import Select
from trainer.data.corpus.reasons import Reason
from trainer.data.corpus.row import Judged, MissingError, RawRow, Stored, Turn
from trainer.data.corpus.selection import Stated, is_blank, stated_modality, unlike_ct

_DRAWN_MOST = 0.1


@dataclass(frozen=True)
class Rules:
    """What a source's rows are judged by.

    Attributes:
        vouched: the owner says that they are CT; the words need not.
        window: how DICOM is shown.
    """

    select: Select
    vouched: bool
    window: str
    jpeg_quality: int


class _Left(Exception):  # a verdict, not an error
    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.code)
        self.reason = reason
        self.detail = detail


def judge(raw: RawRow, rules: Rules, *, sampled: bool) -> Judged:
    """Keep or leave out one row.

    Args:
        raw: the row.
        rules: of its source.
        sampled: make a thumbnail, whatever the verdict.
    """
    turns = tuple(replace(turn, text=clean(turn.text)) for turn in raw.turns)
    verdict = Judged(raw, turns=turns)
    pictures: list[Picture] = []
    try:
        if raw.fault is not None:
            raise _Left(*raw.fault)
        stated = _read_words(turns, rules)
        pictures = [_fetch(raw, place, rules) for place in range(len(raw.pictures))]
        if not pictures:
            raise _Left(reasons.MISSING_PICTURE)
        if stated.is_other and any(picture.modality != "CT" for picture in pictures):
            raise _other(stated)
        for picture in pictures:
            _look_at(picture, rules.select)
        why = _evidence(stated, pictures, rules)
        stored = tuple(
            Stored(
                picture.key(), picture.jpeg(rules.jpeg_quality), picture.look(), picture.identity
            )
            for picture in pictures
        )
        verdict = replace(verdict, why=why, pictures=stored)
    except _Left as left:
        verdict = replace(verdict, reason=left.reason, detail=left.detail)
    if sampled:
        verdict = replace(verdict, thumbnail=_thumbnail(raw, pictures, rules))
    return verdict


def _read_words(turns: tuple[Turn, ...], rules: Rules) -> Stated:
    answers = " ".join(turn.text for turn in turns if turn.role == "assistant")
    if not answers:
        raise _Left(reasons.MISSING_TEXT)
    words = length(answers)
    chinese = is_chinese(answers)
    least = rules.select.min_characters if chinese else rules.select.min_words
    # A dialogue's answers may be short by nature; a caption may not.
    if len(turns) == 2 and not turns[0].text and words < least:
        raise _Left(reasons.TOO_SHORT, f"{words} {'字' if chinese else '词'}")
    # Later turns of a dialogue speak of what else might be done.
    stated = stated_modality(" ".join(turn.text for turn in turns[:2]), vouched=rules.vouched)
    if stated.is_other and not rules.vouched:
        raise _other(stated)
    return stated


def _other(stated: Stated) -> _Left:
    return _Left(reasons.OTHER_MODALITY, f"{stated.modality}：“{stated.words}”")


def _fetch(raw: RawRow, place: int, rules: Rules) -> Picture:
    try:
        data = raw.pictures[place]()
    except MissingError as error:
        raise _Left(reasons.MISSING_PICTURE, str(error)) from error
    except OSError as error:
        raise _Left(reasons.UNREADABLE, str(error.strerror or error)) from error
    if not data:
        raise _Left(reasons.MISSING_PICTURE)
    try:
        return read_picture(data, rules.window)
    except UnreadableError as error:
        raise _Left(reasons.UNREADABLE, str(error)) from error


def _look_at(picture: Picture, select: Select) -> None:
    if min(picture.grey.size) < select.min_side:
        raise _Left(reasons.TOO_SMALL, f"{picture.grey.width}×{picture.grey.height}")
    if is_blank(picture.small):
        raise _Left(reasons.TOO_SMALL, "画面空白")
    if picture.modality not in ("", "CT"):
        raise _Left(reasons.OTHER_MODALITY, f"DICOM：{picture.modality}")
    coloured = picture.coloured
    # Drawn lines colour little of a picture; one that is coloured all over is no slice.
    drawn = coloured <= _DRAWN_MOST and has_box(picture.grey, picture.chroma)
    if drawn and select.boxes == "reject":
        raise _Left(reasons.BOXED)
    if picture.modality != "CT" and (why := unlike_ct(picture.small, 0.0 if drawn else coloured)):
        raise _Left(reasons.UNLIKE_CT, why)


def _evidence(stated: Stated, pictures: list[Picture], rules: Rules) -> str:
    if all(picture.modality == "CT" for picture in pictures):
        return "DICOM：CT"
    if stated.is_ct:
        return f"说明写明：“{stated.words}”"
    if rules.vouched:
        return "来源声明为 CT"
    if rules.select.unstated == "reject":
        raise _Left(reasons.UNSTATED)
    return "说明未写明，按图像保留"


def _thumbnail(raw: RawRow, pictures: list[Picture], rules: Rules) -> bytes:
    try:
        shown = pictures[0] if pictures else _fetch(raw, 0, rules)
        return shown.thumbnail()
    except (_Left, IndexError):
        return b""
