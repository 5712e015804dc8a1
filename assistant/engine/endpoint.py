"""An OpenAI-compatible endpoint: where it is, what it is asked, and what can go wrong."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.engine.deltas import Delta, Passing, read_deltas, unreadable
from assistant.errors import AssistantError

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 120.0
"""Longest silence: before the first character the endpoint may be reading large pictures."""

ATTEMPTS = 3
BACKOFF_S = 0.5
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which trying again makes sense."""


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
            another machine, ENG-220 the key cannot be sent.
    """

    def __init__(self, url: str, key: str = "") -> None:
        self._base = _checked(url)
        self._outside = not _is_loopback(self._base.host)
        self._trusted = httpx.create_ssl_context(trust_env=self._outside)
        self._trusted.load_default_certs()  # a hospital's own root stands in the system's store
        self._headers = _headers(key.strip())
        self.address = f"{self._base.scheme}://{self._base.netloc.decode('ascii')}"

    async def models(self) -> AsyncIterator[ServedModel]:
        """The models served, in the endpoint's order.

        Raises:
            AssistantError: ENG-212 to ENG-217.
        """
        response = await self._once("models")
        try:
            entries = response.json()["data"]
            found = [ServedModel(str(entry["id"]), entry.get("max_model_len")) for entry in entries]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise unreadable() from error
        for model in found:
            yield model

    async def answer(self, body: Mapping[str, Any]) -> AsyncIterator[Delta]:
        """Stream a chat completion; tried again only while nothing has arrived.

        Raises:
            AssistantError: ENG-212 to ENG-217.
        """
        for attempt in range(1, ATTEMPTS + 1):
            begun = False
            try:
                async with self._client() as client:
                    url = self._url("chat/completions")
                    async with client.stream("POST", url, json=dict(body)) as response:
                        self._refuse(response.status_code)
                        async for delta in read_deltas(response):
                            begun = begun or bool(delta.text)
                            yield delta
                return
            except (httpx.RequestError, Passing) as error:
                if begun:
                    raise _broken_off(error) from error
                final = isinstance(error, httpx.ReadTimeout) or _certificate(error)
                if final or attempt == ATTEMPTS:
                    raise self._unreachable(error) from error
            await asyncio.sleep(BACKOFF_S * 2 ** (attempt - 1))

    async def _once(self, path: str) -> httpx.Response:
        try:
            async with self._client() as client:
                response = await client.get(self._url(path), timeout=CONNECT_TIMEOUT_S)
                self._refuse(response.status_code)
                return response
        except (httpx.RequestError, Passing) as error:
            raise self._unreachable(error) from error

    def _client(self) -> httpx.AsyncClient:
        # A proxy from the environment must not carry what stays on this machine.
        return httpx.AsyncClient(
            headers=self._headers,
            timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            trust_env=self._outside,
            verify=self._trusted,
            follow_redirects=False,  # pictures go where the person said and nowhere else
        )

    def _url(self, path: str) -> httpx.URL:
        return self._base.copy_with(path=f"{self._base.path.rstrip('/')}/v1/{path}")

    def _refuse(self, status: int) -> None:
        if status in PASSING:
            raise Passing(f"HTTP {status}")
        if status in (401, 403):
            raise AssistantError(
                "ENG-213",
                f"远程端点 {self.address} 拒绝了访问（HTTP {status}）。",
                next_step="请检查密钥：环境变量 CT_ASSISTANT_REMOTE_KEY。",
            )
        if status != 200:
            raise AssistantError(
                "ENG-215",
                f"远程端点 {self.address} 不接受这个请求（HTTP {status}）。",
                next_step="请检查 remote_url 与 remote_model，或新建对话、减少图像后再问。",
            )

    def _unreachable(self, error: Exception) -> AssistantError:
        if _certificate(error):
            return AssistantError(
                "ENG-216",
                f"远程端点 {self.address} 的证书校验未通过，没有发送任何内容。",
                next_step="请向端点的管理员索取根证书并装入系统；程序不会跳过校验。",
            )
        if isinstance(error, httpx.DecodingError):
            return unreadable()
        return AssistantError(
            "ENG-212",
            f"远程端点 {self.address} 没有应答。",
            next_step="请确认端点已启动、地址与网络无误后再问一次。",
            detail=f"{type(error).__name__}: {error}",
        )


def _broken_off(error: Exception) -> AssistantError:
    return AssistantError(
        "ENG-214",
        "远程端点在回答途中断开，本次回答不完整。",
        next_step="请再问一次。",
        detail=f"{type(error).__name__}: {error}",
    )


def _certificate(error: Exception) -> bool:
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


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
    if base.scheme not in ("http", "https") or not base.host:
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
