"""What the page stands on: its address, its upload folder, an orderly end."""

import ipaddress
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import AssistantError
from assistant.settings import is_home

_log = logging.getLogger(__name__)


def page_url(host: str, port: int) -> str:
    """Where the page is: listening everywhere, it is told under this machine's name."""
    name = socket.gethostname() if _is_everywhere(host) else in_url(host)
    return f"http://{name}:{port}/"


def on_this_machine(host: str) -> str:
    """The address under which this machine itself opens the page."""
    if not _is_everywhere(host):
        return host
    return "127.0.0.1" if ipaddress.ip_address(host).version == 4 else "::1"


def own_names(host: str) -> frozenset[str]:
    """Names of this machine; with its domain where others may come, which asks the network."""
    names = {socket.gethostname()} if is_home(host) else {socket.gethostname(), socket.getfqdn()}
    return frozenset(name.lower() for name in names)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The page's address, taken at once so that nobody else can.

    Raises:
        AssistantError: SYS-202 the port is taken, SYS-203 the address cannot be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _no_address(host, error) from error
    with listener:
        # On Windows SO_REUSEADDR would let a second server share the port.
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(128)
        except OSError as error:
            raise _no_port(host, port, error) from error
        yield listener


@contextmanager
def tidy_ends() -> Iterator[None]:
    """Let an interrupt or a termination unwind the stack, so that uploads are removed.

    uvicorn raises the signal it got once more when it is done.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        _log.info("page closed")
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def uploads_in(temp_dir: Path, port: int) -> Iterator[None]:
    """A private folder for uploads, empty at the start and gone at the end.

    The port is ours alone, so whatever lies in its folder was left by a dead process.
    """
    folder = temp_dir / f"page-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    temp_dir.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["GRADIO_TEMP_DIR"] = str(folder / "uploads")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.pop("GRADIO_ALLOWED_PATHS", None)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_everywhere(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def in_url(host: str) -> str:
    """A host as it stands in an address; IPv6 goes in brackets."""
    return f"[{host}]" if ":" in host else host


def _no_port(host: str, port: int, error: OSError) -> AssistantError:
    return AssistantError(
        "SYS-202",
        f"端口 {port} 已被占用，或没有使用它的权限。",
        next_step=f"若助手已在运行，请直接打开 {page_url(host, port)}；"
        f"否则请换一个端口，例如 --port {port + 1 if port < 65535 else 7861}。",
        detail=f"{type(error).__name__} {error.errno}",
    )


def _no_address(host: str, error: OSError) -> AssistantError:
    return AssistantError(
        "SYS-203",
        f"地址 {host} 在这台电脑上不可用。",
        next_step="请使用 --host 127.0.0.1。",
        detail=f"{type(error).__name__} {error.errno}",
    )
