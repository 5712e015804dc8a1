"""Hugging Face through its own client, without its token, telemetry or user-agent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from huggingface_hub import HfApi, constants, get_session, hf_hub_url
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from assistant.models.hub import (
    CHUNK_BYTES,
    CONNECT_TIMEOUT_S,
    READ_TIMEOUT_S,
    USER_AGENT,
    Body,
    HubDropped,
    Listing,
    RemoteFile,
    answer_unreadable,
    checked_path,
    environment_unusable,
    refusal,
)

PUBLIC_ENDPOINT = "https://huggingface.co"


class HuggingFace:
    """The hub that ``HF_ENDPOINT`` names, else the public one.

    The client's own file download starts anew after a kill, and adds an endpoint, a tool
    name and a token of its own choosing, so bytes are read through its session instead.
    """

    title = "Hugging Face"

    def __init__(self) -> None:
        # The client reads the environment once, at import. The launcher keeps every process
        # off the hub; fetching is the one thing that asks for it.
        constants.HF_HUB_DISABLE_TELEMETRY = True
        constants.HF_HUB_OFFLINE = False
        self._endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or PUBLIC_ENDPOINT
        self._api = HfApi(endpoint=self._endpoint, token=False)

    def list_files(self, repository: str, revision: str | None) -> Listing:
        """See :class:`assistant.models.hub.Hub`."""
        _session()
        try:
            info = self._api.model_info(
                repository, revision=revision, files_metadata=True, timeout=READ_TIMEOUT_S
            )
            files = tuple(
                RemoteFile(
                    checked_path(entry.rfilename),
                    int(entry.size or 0),
                    "sha256" if entry.lfs else "git" if entry.blob_id else "",
                    entry.lfs.sha256 if entry.lfs else entry.blob_id or "",
                )
                for entry in info.siblings or ()
            )
        except HfHubHTTPError as error:
            raise self._refused(repository, error.response.status_code) from error
        except HFValidationError as error:
            raise refusal(self.title, repository, 404) from error
        except httpx.HTTPError as error:
            raise HubDropped(f"{type(error).__name__}: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise answer_unreadable(f"{type(error).__name__}: {error}") from error
        return Listing(info.sha or revision or constants.DEFAULT_REVISION, files)

    @contextmanager
    def open(self, repository: str, revision: str, path: str, offset: int) -> Iterator[Body]:
        """See :class:`assistant.models.hub.Hub`."""
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        timeout = httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        url = hf_hub_url(repository, path, revision=revision, endpoint=self._endpoint)
        try:
            with _session().stream("GET", url, headers=headers, timeout=timeout) as response:
                if response.status_code >= 400:
                    raise self._refused(repository, response.status_code)
                start = offset if response.status_code == 206 else 0
                yield Body(start, response.iter_bytes(CHUNK_BYTES))
        except httpx.HTTPError as error:
            raise HubDropped(f"{type(error).__name__}: {error}") from error

    def _refused(self, repository: str, status: int) -> Exception:
        if status >= 500 or status in (408, 429):
            return HubDropped(f"HTTP {status}")
        return refusal(self.title, repository, status)


def _session() -> httpx.Client:
    """The one that the client uses, too.

    Raises:
        AssistantError: MOD-219.
    """
    try:
        return get_session()
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        raise environment_unusable(error) from error
