import os
from pathlib import Path

import pytest
import uvicorn

from assistant.ui.app import serve
from assistant.ui.models_work import Workshop
from assistant.ui.services import Services


def test_the_end_of_the_page_is_the_end_of_work_on_models(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    closed: list[Workshop] = []
    monkeypatch.setattr("assistant.imaging.intake.warm_up", lambda: None)
    monkeypatch.setattr(Workshop, "close", lambda workshop: closed.append(workshop))

    def terminated(server: uvicorn.Server, sockets: object) -> None:
        server.should_exit = True
        assert not closed
        raise SystemExit(0)

    monkeypatch.setattr(uvicorn.Server, "run", terminated)
    serve(services, "127.0.0.1", 0, False)
    assert len(closed) == 1


def test_uploads_lie_among_the_temporary_files_of_the_process(
    services: Services, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    seen: list[Path] = []
    monkeypatch.setattr("assistant.imaging.intake.warm_up", lambda: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "run"))

    def terminated(server: uvicorn.Server, sockets: object) -> None:
        seen.append(Path(os.environ["GRADIO_TEMP_DIR"]))
        server.should_exit = True
        raise SystemExit(0)

    monkeypatch.setattr(uvicorn.Server, "run", terminated)
    serve(services, "127.0.0.1", 0, False)
    assert seen[0].is_relative_to(tmp_path / "run")
