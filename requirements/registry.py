"""The user's own index, proxy and certificates, which pip knows and uv has to be told.

Nothing here turns a check off: hashes are always required, hosts are never trusted unseen.
"""

import ast
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# Settings of uv that would let it skip a check or install somewhere else.
_DROPPED = (
    *("UV_INSECURE_HOST", "UV_NO_VERIFY_HASHES", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES"),
    *("UV_CONSTRAINT", "UV_OVERRIDE", "UV_TORCH_BACKEND", "UV_PYTHON", "UV_PROJECT"),
    *("UV_WORKING_DIR", "UV_NO_BINARY", "UV_TARGET", "UV_PREFIX", "VIRTUAL_ENV", "PYTHONPATH"),
)
_DROPPED_FOR_PIP = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PYTHONPATH")


def pip_environment() -> dict[str, str]:
    """Variables to run pip with; it reads the user's settings by itself."""
    kept = {key: value for key, value in os.environ.items() if key not in _DROPPED_FOR_PIP}
    ours = {"PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    return {**kept, **ours, "PYTHONUTF8": "1"}


def uv_environment(pip: Sequence[str] | None) -> dict[str, str]:
    """Variables to run uv with, so that it fetches from where the user's pip would.

    Args:
        pip: a command that runs pip, whose configuration is read; None reads only the
            ``PIP_…`` variables. What the user has set for uv itself goes first.
    """
    kept = {key: value for key, value in os.environ.items() if key not in _DROPPED}
    settings = _pip_settings(pip)
    wanted = {"UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_TIMEOUT": settings.get("timeout", "120")}
    if not kept.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"}:
        wanted["UV_DEFAULT_INDEX"] = settings.get("index-url", "")
        wanted["UV_INDEX"] = " ".join(settings.get("extra-index-url", "").split())
        # Every file is pinned by its hash, so it does not matter which index offers it.
        wanted["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    wanted["UV_FIND_LINKS"] = ",".join(settings.get("find-links", "").split())
    wanted["SSL_CERT_FILE"] = settings.get("cert", "")
    if _system_has_certificates():
        wanted["UV_SYSTEM_CERTS"] = "true"
    for variable in ("HTTP_PROXY", "HTTPS_PROXY"):
        if variable.lower() not in kept:
            wanted[variable] = settings.get("proxy", "")
    return {**{key: value for key, value in wanted.items() if value}, **kept}


def _pip_settings(pip: Sequence[str] | None) -> Mapping[str, str]:
    """Options of ``pip install`` by their long names, as its configuration sets them."""
    if pip is None:
        lines = [
            f":env:.{key[4:].lower().replace('_', '-')}={value!r}"
            for key, value in os.environ.items()
            if key.startswith("PIP_")
        ]
    else:
        command = [*pip, "config", "list"]
        listed = subprocess.run(command, env=pip_environment(), capture_output=True)
        lines = listed.stdout.decode("utf-8", "replace").splitlines()
    found: dict[str, str] = {}
    for section in ("global.", "install.", ":env:."):  # pip's own order, the last one wins
        for line in lines:
            key, _, value = line.partition("=")
            if key.startswith(section):
                found[key.removeprefix(section).removeprefix("default-")] = _unquoted(value)
    return found


def _unquoted(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (SyntaxError, ValueError):
        return value


def _system_has_certificates() -> bool:
    """A hospital that inspects TLS puts its root into the system's store; pip looks there too."""
    import ssl  # late: a Python without it is to be told so, not to fail at import

    if os.name == "nt":
        return True
    paths = ssl.get_default_verify_paths()
    folder = Path(paths.capath) if paths.capath else None
    return bool(paths.cafile) or (folder is not None and any(folder.glob("*.0")))
