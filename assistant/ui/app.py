"""Puts the page on the air, on this machine only."""

import sys
import tempfile
import time
import webbrowser
from pathlib import Path
from threading import Thread

import fastapi
import gradio as gr
import uvicorn

from assistant.imaging import intake
from assistant.people.roll import Roll
from assistant.settings import is_home
from assistant.ui import wording
from assistant.ui.batching import Batches
from assistant.ui.claims import Claims
from assistant.ui.door import Door
from assistant.ui.gate import LOOPBACK, Gate
from assistant.ui.host import (
    in_url,
    listening,
    on_this_machine,
    own_names,
    page_url,
    tidy_ends,
    uploads_in,
)
from assistant.ui.layout import build_app
from assistant.ui.models_work import Workshop
from assistant.ui.pulse import pulse_of
from assistant.ui.result_route import result_of
from assistant.ui.services import Services, open_services
from assistant.ui.theme import css, head, theme
from assistant.ui.turnstile import Turnstile

__all__ = ["Services", "build_app", "build_site", "open_services", "serve"]


def serve(services: Services, host: str, port: int, open_browser: bool) -> None:
    """Show the page until the process is interrupted.

    Args:
        services: what the page works with; its lane may still be loading.
        host: to listen on; other than a loopback address only with users.
        port: to listen on.
        open_browser: show the page in the user's browser once it is up.

    Raises:
        AssistantError: SYS-202 the port is taken, SYS-203 the address cannot be used.
    """
    with listening(host, port) as listener, uploads_in(Path(tempfile.gettempdir()), port):
        intake.warm_up()
        batches, workshop = Batches(), Workshop(services)
        config = uvicorn.Config(
            build_site(services, batches, workshop, host),
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        told = (server, page_url(host, port), page_url(on_this_machine(host), port), open_browser)
        Thread(target=_tell_when_up, args=told, daemon=True).start()
        try:
            with tidy_ends():
                server.run(sockets=[listener])
        finally:
            workshop.close()
            batches.close()
            services.close()


def build_site(
    services: Services, batches: Batches, workshop: Workshop, host: str = "127.0.0.1"
) -> Gate:
    """The page as an ASGI application, behind gate, door and turnstile."""
    site = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    settings = services.settings
    site.add_api_route("/pulse", pulse_of(services))
    site.add_api_route("/result/{key}/{name}", result_of(batches), response_model=None)
    page = build_app(services, batches, workshop)
    gr.mount_gradio_app(
        site,
        page.blocks,
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
    inside = Turnstile(site, Claims(), page.guarded)
    reached_at = settings.model_copy(update={"host": host}).reached_at
    door = Door(inside, Roll(settings.data_dir), reached_at)
    hosts = LOOPBACK | {in_url(host), settings.public_host.lower(), *own_names(host)} - {""}

    def first() -> str:
        return head(settings, services.preferences.now.look)

    return Gate(door, hosts=hosts, numbers=not is_home(host), head=first)


def _tell_when_up(server: uvicorn.Server, url: str, own_url: str, open_browser: bool) -> None:
    while not server.started and not server.should_exit:
        time.sleep(0.05)
    if not server.started:
        return
    sys.stderr.write(f"{wording.page_ready(url)}\n")
    sys.stderr.flush()
    if open_browser:
        webbrowser.open(own_url)
