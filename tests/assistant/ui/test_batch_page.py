import base64
import re
from dataclasses import replace

from assistant.batch.row import Row
from assistant.errors import AssistantError
from assistant.ui.batch_page import MOST_SHOWN, Standing, downloads, progress, table

PLAIN = Row.answered("a.dcm", "0", window="脑", model="m", text="检查所见：未见异常。")
URGENT = replace(PLAIN, file="b.dcm", urgency="紧急")
REFUSED = Row("c.dcm", "1", "refused", "IMG-106", text="文件不完整。")


def files(markup: str) -> list[str]:
    return re.findall(r'class="file" title="([^"]+)"', markup)


def test_rows_stand_as_they_come_while_running() -> None:
    assert files(table(Standing((PLAIN, URGENT), 3, "running"))) == ["a.dcm", "b.dcm"]


def test_the_urgent_stand_first_when_done() -> None:
    rows = (PLAIN, REFUSED, URGENT)
    assert files(table(Standing(rows, 3, "done"))) == ["b.dcm", "a.dcm", "c.dcm"]


def test_a_refused_file_says_why() -> None:
    shown = table(Standing((REFUSED,), 1, "done"))
    assert "文件不完整。" in shown
    assert "IMG-106" in shown


def test_names_and_texts_are_harmless() -> None:
    odd = replace(PLAIN, file="<img src=x>", text="<script>", region="<b>")
    assert not re.search(r"<(img|script|b)>?[ >]", table(Standing((odd,), 1, "done")))


def test_many_rows_are_cut_short_and_said_to_be() -> None:
    rows = tuple(replace(PLAIN, file=f"{n}") for n in range(MOST_SHOWN + 5))
    running = table(Standing(rows, len(rows), "running"))
    assert files(running)[-1] == str(MOST_SHOWN + 4)
    assert len(files(running)) == MOST_SHOWN
    assert str(MOST_SHOWN + 5) in running


def test_progress_counts_and_an_error_is_a_card() -> None:
    assert "1/4" in progress(Standing((URGENT,), 4, "running"))
    assert "紧急 1" in progress(Standing((URGENT,), 4, "done"))
    error = AssistantError("BAT-101", "找不到该文件夹。", next_step="请检查路径。")
    assert "BAT-101" in progress(Standing(error=error))


def test_downloads_carry_their_content() -> None:
    shown = downloads("表".encode(), b"[]")
    inside = re.findall(r"base64,([^\"]+)", shown)
    assert [base64.b64decode(content) for content in inside] == ["表".encode(), b"[]"]
