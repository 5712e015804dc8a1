"""An OpenAI-compatible endpoint: one question, one answer, with patience."""

import os
import random
import time
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from assistant.errors import AssistantError
from trainer.data.corpus.preparation import Translate

_TRY_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_LONGEST_PAUSE_S = 30.0


class Endpoint:
    """A connection that many threads may use.

    Args:
        wanted: address, model and patience.
        pause_s: before the first retry; doubles each time.
    """

    def __init__(self, wanted: Translate, *, pause_s: float = 1.0) -> None:
        headers = {}
        key = os.environ.get(wanted.key_variable) if wanted.key_variable else None
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._wanted = wanted
        self._pause_s = pause_s
        self._client = httpx.Client(
            base_url=wanted.endpoint.rstrip("/") + "/",
            headers=headers,
            timeout=httpx.Timeout(wanted.timeout_s, connect=10.0),
            limits=httpx.Limits(max_connections=wanted.workers),
            # A proxy set for the internet must not see what is meant for this machine.
            trust_env=not is_local(wanted.endpoint),
        )

    def problems(self) -> list[str]:
        """Why it cannot be used, in Chinese; asks for its list of models."""
        variable = self._wanted.key_variable
        if variable and not os.environ.get(variable):
            return [f"translate：环境变量 {variable} 没有设置，端点需要它作为密钥"]
        try:
            reply = self._client.get("models", timeout=10.0)
        except httpx.HTTPError as error:
            return [f"translate：连不上翻译端点（{type(error).__name__}）"]
        if reply.status_code in (401, 403):
            return [f"translate：翻译端点拒绝访问（{reply.status_code}），请检查密钥"]
        return []

    def ask(self, system: str, messages: list[tuple[str, str]], temperature: float) -> str:
        """The answer to a conversation of (role, text) pairs.

        Raises:
            AssistantError: TRN-510 after all retries, TRN-511 when it refuses the request.
        """
        body = {
            "model": self._wanted.model,
            "messages": [
                {"role": role, "content": text} for role, text in [("system", system), *messages]
            ],
            "temperature": temperature,
            "max_tokens": self._wanted.max_tokens,
        }
        said = ""
        for attempt in range(self._wanted.retries + 1):
            if attempt:
                pause = min(self._pause_s * 2 ** (attempt - 1), _LONGEST_PAUSE_S)
                time.sleep(pause * random.uniform(0.7, 1.3))
            try:
                reply = self._client.post("chat/completions", json=body)
                if reply.status_code in _TRY_AGAIN:
                    said = f"HTTP {reply.status_code}"
                    continue
                if reply.is_error or _is_web_page(reply):
                    raise _refused(reply)
                return str(reply.json()["choices"][0]["message"]["content"] or "")
            except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
                said = type(error).__name__
        raise AssistantError(
            "TRN-510",
            f"翻译端点连续 {self._wanted.retries + 1} 次没有回答（{said}），数据准备已停下。",
            next_step="请检查端点后用同样的命令再运行，译好的部分不会重译。",
            detail=said,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def is_local(address: str) -> bool:
    """It is on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_web_page(reply: httpx.Response) -> bool:
    return bool(reply.headers.get("Content-Type", "").lower().startswith("text/html"))


def _refused(reply: httpx.Response) -> AssistantError:
    said = f"HTTP {reply.status_code}{'，回的是网页' if _is_web_page(reply) else ''}"
    return AssistantError(
        "TRN-511",
        f"翻译端点拒绝了请求（{said}）。",
        next_step="请检查 translate 下的 endpoint、model 与密钥。",
        detail=reply.text[:300],
    )
