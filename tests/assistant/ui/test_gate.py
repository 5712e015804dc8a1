from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine
from assistant.settings import load_settings
from assistant.ui.app import build_site
from assistant.ui.batching import Batches
from assistant.ui.models_work import Workshop
from assistant.ui.services import open_services

HOME = "http://127.0.0.1:7860"


MOST_MB = 2


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("page")
    settings = load_settings(environment={}, data_dir=folder, max_upload_mb=MOST_MB)
    lane = Lane.of(ScriptedEngine())
    services = open_services(settings, lane)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "uploads"))
        with TestClient(
            build_site(services, Batches(), Workshop(services)), base_url=HOME
        ) as client:
            yield client
    services.close()


def upload(page: TestClient, name: str, content: bytes) -> str:
    sent = page.post("/gradio_api/upload", files={"files": (name, content)})
    assert sent.status_code == 200
    return str(sent.json()[0])


def test_the_page_is_chinese_and_brings_its_own_head(page: TestClient) -> None:
    answer = page.get("/")
    assert answer.status_code == 200
    assert '<html\n\tlang="zh-CN"' in answer.text
    assert answer.text.index("window.ctAssistant") < answer.text.index("window.gradio_config")
    assert "CT 阅片助手" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_browser_is_told_to_refuse_every_other_origin(page: TestClient) -> None:
    for path in ("/", "/theme.css"):
        policy = page.get(path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy


def test_what_one_tab_sent_cannot_be_fetched(page: TestClient) -> None:
    path = upload(page, "1.dcm", b"a patient's picture")
    assert Path(path).read_bytes() == b"a patient's picture"
    for address in ("/gradio_api/file=", "/file=", "/gradio_api/file/", "/gradio_api//file="):
        assert page.get(address + path).status_code == 404
        assert page.head(address + path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/config",
        "/monitoring",
        "/monitoring/summary",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/call/ask",
        "/gradio_api/run/ask",
        "/gradio_api/runs",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/file=https://example.org/",
        "/gradio_api/vibe-code/",
        "/docs",
        "/../secret",
    ],
)
def test_nothing_but_what_the_page_uses_is_offered(page: TestClient, path: str) -> None:
    assert page.get(path).status_code == 404
    assert page.post(path).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.5:7860"])
def test_other_names_for_this_machine_are_refused(page: TestClient, host: str) -> None:
    assert page.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:80", "[::1]:7860", "LOCALHOST"])
def test_its_own_names_are_let_through(page: TestClient, host: str) -> None:
    assert page.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "https://evil.example:7860", "null"])
def test_pages_from_elsewhere_cannot_make_it_act(page: TestClient, origin: str) -> None:
    refused = page.post("/gradio_api/queue/join", json={}, headers={"origin": origin})
    assert refused.status_code == 421


def test_its_own_page_can(page: TestClient) -> None:
    sent = page.post("/gradio_api/upload", files={"files": ("1", b"x")}, headers={"origin": HOME})
    assert sent.status_code == 200


def test_files_over_the_limit_are_refused(page: TestClient) -> None:
    content = bytes(MOST_MB * 2**20 + 1)
    sent = page.post("/gradio_api/upload", files={"files": ("1", content)})
    assert sent.status_code == 413


def test_the_browser_is_given_a_name_once(page: TestClient) -> None:
    page.cookies.clear()
    first = page.get("/").headers["set-cookie"]
    assert page.get("/").headers["set-cookie"] == first
    assert "set-cookie" not in page.get("/theme.css").headers
