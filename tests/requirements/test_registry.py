import os
import sys
from pathlib import Path

import pytest

from requirements.registry import pip_environment, uv_environment

FAKE_PIP = """
import sys
assert sys.argv[1:] == ["config", "list"]
print({listing!r})
"""


@pytest.fixture(autouse=True)
def nobody_has_set_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "SSL_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


def pip_that_lists(tmp_path: Path, listing: str) -> list[str]:
    script = tmp_path / "pip.py"
    script.write_text(FAKE_PIP.format(listing=listing), encoding="utf-8")
    return [sys.executable, str(script)]


def test_index_proxy_and_certificate_are_handed_on(tmp_path: Path) -> None:
    listing = "\n".join(
        [
            "global.index-url='https://mirror.example/simple'",
            "global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'",
            "global.proxy='http://proxy.example:3128'",
            "global.cert='/certificates/hospital.pem'",
            "global.find-links='/wheels/a /wheels/b'",
            "global.timeout='90'",
        ]
    )
    given = uv_environment(pip_that_lists(tmp_path, listing))
    assert given["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert given["UV_INDEX"] == "https://a.example/simple https://b.example/simple"
    assert given["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert given["HTTPS_PROXY"] == given["HTTP_PROXY"] == "http://proxy.example:3128"
    assert given["SSL_CERT_FILE"] == "/certificates/hospital.pem"
    assert given["UV_FIND_LINKS"] == "/wheels/a,/wheels/b"
    assert given["UV_HTTP_TIMEOUT"] == "90"


def test_the_last_section_wins_as_it_does_in_pip(tmp_path: Path) -> None:
    listing = "\n".join(
        [
            ":env:.index-url='https://env.example/simple'",
            "global.index-url='https://global.example/simple'",
            "install.index-url='https://install.example/simple'",
            "download.index-url='https://download.example/simple'",
        ]
    )
    given = uv_environment(pip_that_lists(tmp_path, listing))
    assert given["UV_DEFAULT_INDEX"] == "https://env.example/simple"


def test_what_is_set_for_uv_itself_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    monkeypatch.setenv("SSL_CERT_FILE", "/certificates/own.pem")
    monkeypatch.setenv("https_proxy", "http://own.example:8080")
    listing = "\n".join(
        [
            "global.index-url='https://pip.example/simple'",
            "global.cert='/certificates/pip.pem'",
            "global.proxy='http://pip.example:3128'",
        ]
    )
    given = uv_environment(pip_that_lists(tmp_path, listing))
    assert given["UV_DEFAULT_INDEX"] == "https://uv.example/simple"
    assert "UV_INDEX" not in given
    assert given["SSL_CERT_FILE"] == "/certificates/own.pem"
    assert given["https_proxy"] == "http://own.example:8080"
    assert "HTTPS_PROXY" not in given


def test_variables_are_read_where_there_is_no_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "45")
    given = uv_environment(None)
    assert given["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert given["UV_HTTP_TIMEOUT"] == "45"


def test_nothing_set_means_the_usual_index(tmp_path: Path) -> None:
    given = uv_environment(pip_that_lists(tmp_path, ""))
    assert not given.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "SSL_CERT_FILE"}
    assert given["UV_PYTHON_DOWNLOADS"] == "never"


def test_a_check_is_never_turned_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INSECURE_HOST", "mirror.example")
    monkeypatch.setenv("UV_NO_VERIFY_HASHES", "1")
    given = uv_environment(pip_that_lists(tmp_path, "global.trusted-host='mirror.example'"))
    assert not given.keys() & {"UV_INSECURE_HOST", "UV_NO_VERIFY_HASHES"}
    assert "mirror.example" not in given.values()


def test_the_users_own_environment_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_SYSTEM_PYTHON", "UV_TARGET", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    assert not uv_environment(None).keys() & {"UV_SYSTEM_PYTHON", "UV_TARGET", "VIRTUAL_ENV"}
    given = pip_environment()
    assert not given.keys() & {"PIP_TARGET", "PIP_PREFIX"}
    assert given["PIP_USER"] == "0"
