"""What the page's tests share: settings in a temporary folder, real files, a scripted lane."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from assistant.dialogue.conversation import Conversation
from assistant.engine.lane import Lane
from assistant.engine.scripted import ScriptedEngine, echo_script
from assistant.settings import Settings, load_settings
from assistant.ui.services import Services, open_services


def bundled(name: str) -> bytes:
    """A file that comes with pydicom."""
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    return Path(path).read_bytes()


@pytest.fixture(scope="session")
def ct() -> bytes:
    return bundled("CT_small.dcm")


@pytest.fixture(scope="session")
def head() -> bytes:
    return bundled("J2K_pixelrep_mismatch.dcm")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(environment={}, data_dir=tmp_path)


@pytest.fixture
def open_lane() -> Iterator[Callable[..., Lane]]:
    opened: list[Lane] = []

    def open_(
        script: Callable[[Conversation], str] = echo_script,
        *,
        token_delay_s: float = 0.0,
        encode_delay_s: float = 0.0,
        max_waiting: int = 8,
    ) -> Lane:
        engine = ScriptedEngine(script, token_delay_s=token_delay_s, encode_delay_s=encode_delay_s)
        lane = Lane.of(engine, max_waiting=max_waiting)
        opened.append(lane)
        return lane

    yield open_
    for lane in opened:
        lane.close()


@pytest.fixture
def services(settings: Settings, open_lane: Callable[..., Lane]) -> Iterator[Services]:
    services = open_services(settings, open_lane())
    yield services
    services.close()
