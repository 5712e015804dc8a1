import pytest

from assistant.people import password


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password, "_N", 2**14)
    monkeypatch.setattr(password, "_P", 1)
