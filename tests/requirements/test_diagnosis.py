import contextlib
import http.server
import os
import shutil
import ssl
import subprocess
import threading
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from requirements.build import ensure
from requirements.diagnosis import incomplete_wheels, refuse_full_disk, refuse_unreachable
from tests.requirements.bench import Bench


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("[Errno 111] Connection refused", "ENV-106"),
        ("Temporary failure in name resolution", "ENV-106"),
        ("error: Failed to fetch: `https://mirror.example/simple/uv/`", "ENV-106"),
        ("dns error: failed to lookup address information", "ENV-106"),
        ("Read timed out.", "ENV-106"),
        ("407 Proxy Authentication Required", "ENV-106"),
        ("OSError: Missing dependencies for SOCKS support.", "ENV-106"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate in chain", "ENV-107"),
        ("invalid peer certificate: UnknownIssuer", "ENV-107"),
    ],
)
def test_what_the_installer_says_is_understood(answer: str, code: str) -> None:
    with pytest.raises(AssistantError) as refusal:
        refuse_unreachable(answer)
    assert refusal.value.code == code
    assert answer in refusal.value.detail
    assert answer not in refusal.value.message


@pytest.mark.parametrize("answer", ["", "No matching distribution found", "hash mismatch"])
def test_what_is_no_trouble_with_the_network(answer: str) -> None:
    refuse_unreachable(answer)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_full_disk(tmp_path)
    usage = namedtuple("usage", "total used free")(10**12, 10**12, 10**6)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(AssistantError) as refusal:
        refuse_full_disk(tmp_path)
    assert refusal.value.code == "ENV-105"


def test_wheels_are_counted(tmp_path: Path) -> None:
    assert "找到 0 个" in incomplete_wheels(tmp_path / "missing").message
    (tmp_path / "a.whl").touch()
    assert "找到 1 个" in incomplete_wheels(tmp_path).message


@pytest.fixture
def only_index(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No settings but those of the test; a request is not tried again."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    return monkeypatch


@pytest.mark.usefixtures("uv")
def test_no_network_by_uv(bench: Bench, only_index: pytest.MonkeyPatch) -> None:
    only_index.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    with pytest.raises(AssistantError) as refusal:
        ensure(bench.environment)
    assert refusal.value.code == "ENV-106"
    assert not bench.environment.folder.exists()
    assert bench.leftovers() == []


def test_no_network_by_pip(bench: Bench, only_index: pytest.MonkeyPatch) -> None:
    only_index.setenv("PATH", "")
    only_index.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(AssistantError) as refusal:
        ensure(bench.environment)
    assert refusal.value.code == "ENV-106"
    assert bench.leftovers() == []


@contextlib.contextmanager
def index_with_its_own_certificate(folder: Path) -> Iterator[str]:
    """An index on this machine whose certificate nobody has signed."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/simple"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
@pytest.mark.usefixtures("uv")
def test_an_unknown_certificate_stops_the_set_up(
    bench: Bench, tmp_path: Path, only_index: pytest.MonkeyPatch
) -> None:
    with index_with_its_own_certificate(tmp_path) as index:
        only_index.setenv("UV_DEFAULT_INDEX", index)
        with pytest.raises(AssistantError) as refusal:
            ensure(bench.environment)
    assert refusal.value.code == "ENV-107"
    assert not bench.environment.folder.exists()
