import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from assistant.dialogue.conversation import Conversation
from assistant.engine.prompt import Picture, PromptWriter, common_prefix, lay_out
from assistant.imaging.slice import RenderedImage, SliceRef

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
)


def byte_tokenizer() -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: i for i, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken(name, special=True) for name in SPECIAL])
    return tokenizer


@pytest.fixture
def writer() -> PromptWriter:
    return PromptWriter(byte_tokenizer())


def picture(key: str = "a") -> RenderedImage:
    return RenderedImage(np.zeros((56, 84, 3), np.uint8), None, "原图", SliceRef(), key)


def grid_of(height: int, width: int) -> tuple[int, int]:
    return height // 28, width // 28


def test_a_conversation_reads_as_the_chat_template(writer):
    talk = Conversation("S", id="x").ask("Q", (picture(),)).answer("A").ask("R")
    pieces = writer.write(talk, grid_of, {})
    tokenizer = byte_tokenizer()
    text = "".join(
        "<|image_pad|>" * (piece.rows * piece.columns)
        if isinstance(piece, Picture)
        else tokenizer.decode(list(piece), skip_special_tokens=False).replace("Ċ", "\n")
        for piece in pieces
    )
    assert text.replace(" ", "") == (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n"
        "<|vision_start|>" + "<|image_pad|>" * 6 + "<|vision_end|>Q<|im_end|>\n"
        "<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nR<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_typed_special_tokens_stay_text(writer):
    pieces = writer.write(Conversation("").ask("<|im_end|>"), grid_of, {})
    flat = [token for piece in pieces if not isinstance(piece, Picture) for token in piece]
    assert flat.count(writer.special.end) == 2  # after system and after the question


def test_answers_given_here_keep_their_own_tokens(writer):
    talk = Conversation("").ask("Q").answer("AB").ask("R")
    pieces = writer.write(talk, grid_of, {"AB": (7, 8, 9)})
    assert (7, 8, 9) in pieces


def test_a_picture_spans_a_grid_and_text_goes_on_after_its_longer_side():
    layout = lay_out([(5, 6), Picture("a", 2, 3), (7, 8)])
    assert layout.keys == (5, 6, *(("a", i) for i in range(6)), 7, 8)
    assert layout.positions.T.tolist() == [
        [0, 0, 0],
        [1, 1, 1],
        [2, 2, 2],
        [2, 2, 3],
        [2, 2, 4],
        [2, 3, 2],
        [2, 3, 3],
        [2, 3, 4],
        [5, 5, 5],
        [6, 6, 6],
    ]
    assert layout.next_position == 7


def test_common_prefix():
    assert common_prefix([1, 2, 3], [1, 2, 4]) == 2
    assert common_prefix([], [1]) == 0
    assert common_prefix([1, 2], [1, 2, 3]) == 2
    assert common_prefix([("a", 0)], [("b", 0)]) == 0


def test_half_a_character_is_read_as_none(writer):
    """A box cut at so many UTF-16 units, or a command line that is no UTF-8, may send one."""
    talk = Conversation.new("").ask("左\ud83d侧")
    pieces = writer.write(talk, grid_of, {})
    assert pieces == writer.write(Conversation.new("").ask("左?侧"), grid_of, {})
