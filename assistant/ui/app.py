"""Puts the page on the air, on this machine only."""

import logging
import os
import shutil
import signal
import socket
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import fastapi
import gradio as gr
import uvicorn

from assistant.errors import AssistantError
from assistant.imaging import intake
from assistant.ui.gate import LOOPBACK, Gate
from assistant.ui.layout import build_app
from assistant.ui.services import Services
from assistant.ui.theme import css, head, theme

__all__ = ["Services", "build_app", "build_site", "serve"]

_log = logging.getLogger(__name__)


def serve(services: Services, host: str, port: int, open_browser: bool) -> None:
    """Show the page until the process is interrupted.

    Args:
        services: what the page works with; its lane may still be loading.
        host: a loopback address.
        port: to listen on.
        open_browser: show the page in the user's browser once it is up.

    Raises:
        AssistantError: SYS-202 the port is taken, SYS-203 the address cannot be used.
    """
    with _listening(host, port) as listener, _uploads_in(services.settings.temp_dir, port):
        intake.warm_up()
        config = uvicorn.Config(
            build_site(services, host),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        if open_browser:
            Thread(target=_open_when_up, args=(server, page_url(host, port)), daemon=True).start()
        try:
            with _tidy_ends():
                server.run(sockets=[listener])
        finally:
            services.lane.close()


def build_site(services: Services, host: str = "127.0.0.1") -> Gate:
    """The page as an ASGI application, behind its gate."""
    site = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    settings = services.settings
    gr.mount_gradio_app(
        site,
        build_app(services),
        path="/",
        server_name=host,
        footer_links=[],
        run_history=False,
        root_path="",
        allowed_paths=[],
        show_error=False,
        max_file_size=f"{settings.max_upload_mb}mb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        css=css(),
    )
    return Gate(site, hosts=LOOPBACK | {_in_url(host)}, head=head(settings))


def page_url(host: str, port: int) -> str:
    """Where the page is."""
    return f"http://{_in_url(host)}:{port}/"


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
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
def _tidy_ends() -> Iterator[None]:
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
def _uploads_in(temp_dir: Path, port: int) -> Iterator[None]:
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


def _open_when_up(server: uvicorn.Server, url: str) -> None:
    while not server.started and not server.should_exit:
        time.sleep(0.05)
    if server.started:
        webbrowser.open(url)


def _in_url(host: str) -> str:
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
