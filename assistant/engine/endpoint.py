"""An OpenAI-compatible endpoint: where it is and what it is asked."""

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.engine.deltas import Delta, clean, count, read_deltas
from assistant.engine.failure import (
    Failure,
    broken_off,
    environment_read,
    may_pass,
    pause_asked_s,
    told,
    unreadable,
)
from assistant.errors import AssistantError

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 120.0
"""Longest silence: before the first character the endpoint may be reading large pictures."""

ATTEMPTS = 3
BACKOFF_S = 0.5


@dataclass(frozen=True)
class ServedModel:
    """A model as the endpoint lists it; ``context_tokens`` if it says so."""

    name: str
    context_tokens: int | None = None


class Endpoint:
    """Where requests go.

    Args:
        url: base address, with or without ``/v1``.
        key: sent as a bearer token; never shown, logged or part of an error.

    Raises:
        AssistantError: ENG-211 there is no such address, ENG-218 it is a plain-text one on
            another machine, ENG-220 the key cannot be sent, ENG-222 certificates that the
            environment names cannot be read.
    """

    def __init__(self, url: str, key: str = "") -> None:
        self._base = _checked(url)
        self._outside = not _is_loopback(self._base.host)
        with environment_read():
            self._trusted = httpx.create_ssl_context(trust_env=self._outside)
        self._trusted.load_default_certs()  # a hospital's own root stands in the system's store
        self._headers = _headers(key.strip())
        self.address = f"{self._base.scheme}://{self._base.netloc.decode('ascii')}"

    async def models(self) -> AsyncIterator[ServedModel]:
        """The models served, in the endpoint's order.

        Raises:
            AssistantError: ENG-212 to ENG-217, ENG-221, ENG-222.
        """
        response = await self._once("models")
        try:
            entries = response.json()["data"]
            found = [
                ServedModel(clean(str(entry["id"])), count(entry.get("max_model_len")) or None)
                for entry in entries
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise unreadable() from error
        for model in found:
            yield model

    async def answer(self, body: Mapping[str, Any]) -> AsyncIterator[Delta]:
        """Stream a chat completion; tried again only while nothing has arrived.

        Raises:
            AssistantError: ENG-212 to ENG-217, ENG-221, ENG-222.
        """
        content = clean(json.dumps(body, ensure_ascii=False)).encode("utf-8")
        for attempt in range(1, ATTEMPTS + 1):
            begun = False
            try:
                async with self._client() as client, self._asked(client, content) as response:
                    _refuse(response)
                    async for delta in read_deltas(response):
                        begun = begun or bool(delta.text)
                        yield delta
                return
            except (httpx.RequestError, Failure) as error:
                if begun:
                    raise broken_off(error) from error
                if attempt == ATTEMPTS or not may_pass(error):
                    raise told(self.address, error) from error
                pause_s = error.pause_s if isinstance(error, Failure) else 0.0
            await asyncio.sleep(max(pause_s, BACKOFF_S * 2 ** (attempt - 1)))

    def _asked(
        self, client: httpx.AsyncClient, content: bytes
    ) -> AbstractAsyncContextManager[httpx.Response]:
        headers = {"Content-Type": "application/json"}
        return client.stream(
            "POST", self._url("chat/completions"), content=content, headers=headers
        )

    async def _once(self, path: str) -> httpx.Response:
        try:
            async with self._client() as client:
                response = await client.get(self._url(path), timeout=CONNECT_TIMEOUT_S)
                _refuse(response)
                return response
        except (httpx.RequestError, Failure) as error:
            raise told(self.address, error) from error

    def _client(self) -> httpx.AsyncClient:
        # A proxy from the environment must not carry what stays on this machine.
        with environment_read():
            return httpx.AsyncClient(
                headers=self._headers,
                timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                trust_env=self._outside,
                verify=self._trusted,
                follow_redirects=False,  # pictures go where the person said and nowhere else
            )

    def _url(self, path: str) -> httpx.URL:
        return self._base.copy_with(path=f"{self._base.path.rstrip('/')}/v1/{path}")


def _refuse(response: httpx.Response) -> None:
    if response.status_code != 200:
        pause_s = pause_asked_s(response.headers.get("Retry-After", ""))
        raise Failure(f"HTTP {response.status_code}", response.status_code, pause_s)
    if response.headers.get("Content-Type", "").lower().startswith("text/html"):
        raise unreadable("text/html")  # a web page: asked again, it would be sent them again


def _headers(key: str) -> dict[str, str]:
    if not (key.isascii() and key.isprintable()):
        raise AssistantError(
            "ENG-220",
            "远程端点的密钥里有不能发送的字符（中文、换行等）。",
            next_step="请重新复制密钥，填入环境变量 CT_ASSISTANT_REMOTE_KEY。",
        )
    return {"Authorization": f"Bearer {key}"} if key else {}


def _checked(url: str) -> httpx.URL:
    try:
        base = httpx.URL(url.strip())
    except httpx.InvalidURL:
        base = httpx.URL("")
    if base.scheme not in ("http", "https") or not base.host or (base.port or 0) > 65535:
        raise AssistantError(
            "ENG-211",
            "没有可用的远程端点地址。",
            next_step="请在 configs/assistant.yaml 的 remote_url 或环境变量 "
            "CT_ASSISTANT_REMOTE_URL 中填写，例如 https://ct.example.org:8000。",
        )
    if base.scheme == "http" and not _is_loopback(base.host):
        raise AssistantError(
            "ENG-218",
            "远程端点在另一台机器上却没有加密（http），影像不会发送。",
            next_step="请改用 https 地址，或用 SSH 隧道转到本机端口。",
        )
    path = base.path.rstrip("/").removesuffix("/chat/completions").removesuffix("/v1")
    return httpx.URL(scheme=base.scheme, host=base.host, port=base.port, path=path or "/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
