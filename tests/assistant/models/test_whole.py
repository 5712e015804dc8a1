import json
import struct
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.models.whole import check_whole

CONSTANTS = """<net><layers>
<layer id="0" type="Const"><data element_type="u8" shape="8" offset="0" size="8"/></layer>
<layer id="1" type="Const"><data element_type="u8" shape="4" offset="8" size="4"/></layer>
<layer id="2" type="Slide"><data offset="900" size="900"/></layer>
</layers></net>"""


def part(folder: Path, size: int, text: str = CONSTANTS) -> Path:
    (folder / "part.xml").write_text(text, encoding="utf-8")
    (folder / "part.bin").write_bytes(bytes(size))
    return folder / "part.bin"


@pytest.mark.parametrize("size", [12, 16])
def test_a_bin_that_holds_every_constant_is_whole(tmp_path: Path, size: int):
    check_whole(part(tmp_path, size))


def test_a_bin_that_ends_before_a_constant_is_not(tmp_path: Path):
    with pytest.raises(AssistantError, match=r"MOD-216.*part\.bin"):
        check_whole(part(tmp_path, 11))


@pytest.mark.parametrize("text", ["", CONSTANTS[:-4], CONSTANTS.replace(' offset="0"', "")])
def test_of_an_xml_that_does_not_end_it_is_said(tmp_path: Path, text: str):
    with pytest.raises(AssistantError, match=r"MOD-216.*part\.xml"):
        check_whole(part(tmp_path, 12, text))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{}"),
        ("a.txt", b"anything"),
        ("a.safetensors", struct.pack("<Q", 2) + b"{}"),
    ],
)
def test_whole_files(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    check_whole(tmp_path / name)


HEADER = json.dumps({"w": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}}).encode()
WEIGHTS = struct.pack("<Q", len(HEADER)) + HEADER + b"123"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'{"a": '),
        ("a.json", b"\xff\xff"),
        ("a.safetensors", WEIGHTS[:-1]),
        ("a.safetensors", WEIGHTS[:20]),
        ("a.safetensors", b""),
        ("a.safetensors", WEIGHTS + b"4"),
    ],
)
def test_broken_files(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AssistantError, match="MOD-216"):
        check_whole(tmp_path / name)
