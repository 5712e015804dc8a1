import os
import socket
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.ui.app import serve
from assistant.ui.host import listening, on_this_machine, own_names, page_url, uploads_in
from assistant.ui.services import Services


@pytest.fixture
def taken() -> int:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port: int = other.getsockname()[1]
        yield port


def test_a_taken_port_is_a_refusal_with_a_way_out(services: Services, taken: int) -> None:
    with pytest.raises(AssistantError) as refused:
        serve(services, "127.0.0.1", taken, False)
    assert refused.value.code == "SYS-202"
    assert f"http://127.0.0.1:{taken}/" in refused.value.next_step
    assert f"--port {taken + 1}" in refused.value.next_step


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(AssistantError) as refused, listening("no.such.host.invalid", 7860):
        pass
    assert refused.value.code == "SYS-203"


def test_the_port_is_held_while_listening() -> None:
    with listening("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(AssistantError), listening("127.0.0.1", port):
            pass


def test_uploads_live_in_a_private_folder_that_is_empty_before_and_gone_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "elsewhere")
    monkeypatch.setenv("GRADIO_ALLOWED_PATHS", "/")
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "True")
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    left = tmp_path / "page-7860" / "uploads" / "张三.dcm"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"left by a dead process")
    with uploads_in(tmp_path, 7860):
        folder = Path(os.environ["GRADIO_TEMP_DIR"])
        assert folder.is_relative_to(tmp_path)
        assert not left.exists()
        assert "GRADIO_ALLOWED_PATHS" not in os.environ
        assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
        if os.name == "posix":
            assert folder.parent.stat().st_mode & 0o077 == 0
        folder.mkdir(exist_ok=True)
        (folder / "x").write_bytes(b"x")
    assert not folder.parent.exists()


def test_ipv6_stands_in_brackets() -> None:
    assert page_url("::1", 7860) == "http://[::1]:7860/"


def test_a_page_that_listens_everywhere_is_told_under_a_name_and_opened_here() -> None:
    name = socket.gethostname()
    assert page_url("0.0.0.0", 7860) == page_url("::", 7860) == f"http://{name}:7860/"
    assert [on_this_machine(host) for host in ("0.0.0.0", "::")] == ["127.0.0.1", "::1"]
    assert on_this_machine("192.0.2.7") == "192.0.2.7"


def test_only_where_others_may_come_the_network_is_asked_for_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "CT1")
    monkeypatch.setattr(socket, "getfqdn", lambda: "ct1.hospital.local")
    assert own_names("127.0.0.1") == {"ct1"}
    assert own_names("0.0.0.0") == {"ct1", "ct1.hospital.local"}
