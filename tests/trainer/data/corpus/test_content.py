import pytest

from trainer.data.corpus.content import Content, content_of, picture_name

ASKED = {"type": "text", "text": "看图"}


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("看图", Content("看图")),
        (None, Content("")),
        ([ASKED], Content("看图")),
        ([{"type": "image"}, ASKED], Content("<image>看图")),
        ([ASKED, {"type": "image", "image": "a.png"}], Content("看图<image>", ("a.png",))),
        ([{"type": "image", "path": "a.png"}, ASKED], Content("<image>看图", ("a.png",))),
        ([{"image": "file:///d/a.png"}, {"text": "看图"}], Content("<image>看图", ("/d/a.png",))),
        (
            [{"type": "image_url", "image_url": {"url": "a.png"}}, ASKED],
            Content("<image>看图", ("a.png",)),
        ),
        # datasets fills what the other kinds of part have with None
        (
            [{"type": "image", "image": None, "text": None}, {**ASKED, "image": None}],
            Content("<image>看图"),
        ),
    ],
)
def test_parts_are_put_together_in_their_order(value: object, content: Content) -> None:
    assert content_of(value) == content


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"type": "video", "video": "a.mp4"}, "video"),
        ({"type": "text"}, "没有文字"),
        ({"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}, "网址"),
        ({"type": "image", "image": "data:image/png;base64,AAAA"}, "网址"),
        ({"bytes": "AAAA"}, "文件名"),
        (7, "int"),
        ([ASKED], "list"),
    ],
)
def test_a_part_that_is_no_text_and_no_file_is_a_fault(part: object, told: str) -> None:
    assert told in content_of([ASKED, part]).fault


def test_pictures_are_all_named_or_none() -> None:
    assert content_of([{"type": "image"}, {"type": "image", "image": "a.png"}]).fault


@pytest.mark.parametrize("value", [None, "", 3, {}, {"bytes": b"x"}, "http://a/b.png", "DATA:,x"])
def test_what_names_no_file(value: object) -> None:
    assert picture_name(value) is None
