"""ModelScope through its own client, without its installation id."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from modelscope_hub import __version__

# The public facade writes an installation id to the user's home and sends it, with the
# platform and a user name, in every User-Agent; the client below it does not.
from modelscope_hub._legacy_api import LegacyClient
from modelscope_hub.errors import APIError, NetworkError
from requests.exceptions import InvalidSchema, InvalidURL

from assistant.models.hub import (
    CHUNK_BYTES,
    Body,
    HubDropped,
    Listing,
    RemoteFile,
    answer_unreadable,
    checked_path,
    environment_unusable,
    refusal,
)

PUBLIC_ENDPOINT = "https://modelscope.cn"
DEFAULT_REVISION = "master"


class ModelScope:
    """The hub that ``MODELSCOPE_ENDPOINT`` names, else the public one."""

    title = "ModelScope（魔搭）"

    def __init__(self) -> None:
        endpoint = os.environ.get("MODELSCOPE_ENDPOINT", "").strip() or PUBLIC_ENDPOINT
        if "://" not in endpoint:
            endpoint = f"https://{endpoint}"
        self._client = LegacyClient("", endpoint, user_agent=f"modelscope_hub/{__version__}")

    def list_files(self, repository: str, revision: str | None) -> Listing:
        """See :class:`assistant.models.hub.Hub`."""
        revision = revision or DEFAULT_REVISION
        try:
            with _environment_read():
                entries = self._client.list_repo_files(repository, "model", revision)
            files = tuple(
                RemoteFile(
                    checked_path(entry["Path"]),
                    int(entry["Size"]),
                    "sha256" if entry.get("Sha256") else "",
                    entry.get("Sha256") or "",
                )
                for entry in entries
                if entry.get("Type", "blob") != "tree"
            )
        except APIError as error:
            raise self._refused(repository, error) from error
        except (NetworkError, requests.ConnectionError, requests.Timeout) as error:
            raise HubDropped(f"{type(error).__name__}: {error}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise answer_unreadable(f"{type(error).__name__}: {error}") from error
        return Listing(revision, files)

    @contextmanager
    def open(self, repository: str, revision: str, path: str, offset: int) -> Iterator[Body]:
        """See :class:`assistant.models.hub.Hub`."""
        headers = {"Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        try:
            with _environment_read():
                response = self._client.download_stream(
                    repository, "model", path, revision, headers=headers
                )
            with response:
                start = offset if response.status_code == 206 else 0
                yield Body(start, response.iter_content(CHUNK_BYTES))
        except APIError as error:
            raise self._refused(repository, error) from error
        except (NetworkError, requests.RequestException) as error:
            raise HubDropped(f"{type(error).__name__}: {error}") from error

    def _refused(self, repository: str, error: APIError) -> Exception:
        status = error.status_code or 500
        if status >= 500 or status in (408, 429):
            return HubDropped(f"HTTP {status}")
        return refusal(self.title, repository, status)


@contextmanager
def _environment_read() -> Iterator[None]:
    """Where a request is made: what of it is no answer's fault is the environment's, MOD-219."""
    try:
        yield
    except (InvalidSchema, InvalidURL) as error:
        raise environment_unusable(error) from error
    except (APIError, NetworkError, requests.RequestException):
        raise
    except OSError as error:  # of certificates that are not there
        raise environment_unusable(error) from error
