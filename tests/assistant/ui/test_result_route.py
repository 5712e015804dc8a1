from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.ui.batching import Batch, Batches
from assistant.ui.owner import COOKIE, owner_of
from assistant.ui.result_route import result_of

MINE, THEIRS = {COOKIE: "a" * 64}, {COOKIE: "b" * 64}


@pytest.fixture
def site(tmp_path: Path) -> FastAPI:
    """A site where whoever asks for /begin has a batch with results."""
    site, batches = FastAPI(), Batches()
    site.add_api_route("/result/{key}/{name}", result_of(batches), response_model=None)
    (tmp_path / "results.csv").write_bytes("表".encode())
    (tmp_path / "progress.sqlite3").touch()
    (tmp_path / "elsewhere.csv").touch()
    batch = cast(Batch, SimpleNamespace(out=tmp_path, key="0a", has_rows=True))

    @site.middleware("http")
    async def begin(request, go):
        if request.url.path == "/begin":
            batches.begin(owner_of(request), lambda: batch)
        return await go(request)

    return site


def test_the_files_of_a_batch_are_saved_by_whoever_began_it_alone(site: FastAPI) -> None:
    with TestClient(site, cookies=MINE) as mine, TestClient(site, cookies=THEIRS) as theirs:
        assert mine.get("/result/0a/results.csv").status_code == 404
        mine.get("/begin")
        sent = mine.get("/result/0a/results.csv")
        assert sent.content.decode() == "表"
        assert sent.headers["content-disposition"] == 'attachment; filename="results.csv"'
        assert sent.headers["cache-control"] == "no-store"
        assert theirs.get("/result/0a/results.csv").status_code == 404


@pytest.mark.parametrize(
    "name", ["results.json", "progress.sqlite3", "elsewhere.csv", "..%2fresults.csv"]
)
def test_nothing_else_is_served(site: FastAPI, name: str) -> None:
    with TestClient(site, cookies=MINE) as mine:
        mine.get("/begin")
        assert mine.get(f"/result/0a/{name}").status_code == 404


def test_the_files_of_another_batch_are_not_those_of_a_page_left_open(site: FastAPI) -> None:
    with TestClient(site, cookies=MINE) as mine:
        mine.get("/begin")
        assert mine.get("/result/0b/results.csv").status_code == 404
