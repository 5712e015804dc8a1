"""What can go wrong at an endpoint, and what a person is told of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

import httpx

from assistant.errors import AssistantError

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP statuses after which trying again makes sense."""


BUSY = frozenset({429, 503})
"""Those by which it says that it answers others, or not yet."""

MOST_PAUSE_S = 10.0
"""Longest that an endpoint may have us wait before we try again."""


class Failure(Exception):
    """The endpoint does not answer as asked.

    Args:
        reason: for the log.
        status: HTTP status, where it says one.
        pause_s: how long to wait before trying again, seconds.
    """

    def __init__(self, reason: str, status: int | None = None, pause_s: float = 0.0) -> None:
        super().__init__(reason)
        self.status = status
        self.pause_s = pause_s


def may_pass(error: Exception) -> bool:
    """Whether trying again makes sense."""
    if isinstance(error, Failure):
        return error.status is None or error.status in PASSING
    return not (isinstance(error, httpx.ReadTimeout) or _certificate(error))


def pause_asked_s(retry_after: str) -> float:
    """The pause, seconds, that a header of that name asks for, up to ``MOST_PAUSE_S``."""
    try:
        pause_s = float(retry_after)
    except ValueError:
        pause_s = _seconds_until(retry_after)
    return min(max(0.0, pause_s), MOST_PAUSE_S)


def told(address: str, error: Exception) -> AssistantError:
    """What a failure before the first character is for a person: ENG-212 to ENG-217, ENG-221."""
    if _certificate(error):
        return AssistantError(
            "ENG-216",
            f"远程端点 {address} 的证书校验未通过，没有发送任何内容。",
            next_step="请向端点的管理员索取根证书并装入系统；程序不会跳过校验。",
        )
    if isinstance(error, httpx.DecodingError):
        return unreadable()
    status = error.status if isinstance(error, Failure) else None
    if status in (401, 403):
        return AssistantError(
            "ENG-213",
            f"远程端点 {address} 拒绝了访问（HTTP {status}）。",
            next_step="请检查密钥：环境变量 CT_ASSISTANT_REMOTE_KEY。",
        )
    if status in BUSY:
        return AssistantError(
            "ENG-221",
            f"远程端点 {address} 正忙或尚未就绪，暂时不接受提问（HTTP {status}）。",
            next_step="请过一会儿再问一次；若一直如此，请联系端点的管理员。",
        )
    if not may_pass(error) and status is not None:
        return AssistantError(
            "ENG-215",
            f"远程端点 {address} 不接受这个请求（HTTP {status}）。",
            next_step="请检查 remote_url 与 remote_model，或新建对话、减少图像后再问。",
        )
    return AssistantError(
        "ENG-212",
        f"远程端点 {address} 没有应答。",
        next_step="请确认端点已启动、地址与网络无误后再问一次。",
        detail=f"{type(error).__name__}: {error}",
    )


def broken_off(error: Exception) -> AssistantError:
    """ENG-214: an answer is not whole."""
    return AssistantError(
        "ENG-214",
        "远程端点没有写完回答就断开或中止了，本次回答不完整。",
        next_step="请再问一次。",
        detail=f"{type(error).__name__}: {error}",
    )


def unreadable(detail: str = "") -> AssistantError:
    """ENG-217: what answers is no such endpoint."""
    return AssistantError(
        "ENG-217",
        "远程端点的应答无法识别，它可能不是 OpenAI 兼容的接口。",
        next_step="请核对 remote_url；支持 vLLM、SGLang 与 LLaMA-Factory api 等。",
        detail=detail,
    )


@contextmanager
def environment_read() -> Iterator[None]:
    """Proxies and certificates that cannot be used as the environment names them are ENG-222."""
    try:
        yield
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        raise AssistantError(
            "ENG-222",
            "环境变量中的代理或证书设置无法使用，没有连接远程端点。",
            next_step="请检查 HTTPS_PROXY、HTTP_PROXY、ALL_PROXY（须为 http:// 或 https:// 地址，"
            "不支持 socks）、NO_PROXY 与 SSL_CERT_FILE、SSL_CERT_DIR、SSLKEYLOGFILE。",
            detail=type(error).__name__,  # its words may hold the password of a proxy
        ) from error


@contextmanager
def foreseen() -> Iterator[None]:
    """What nobody foresaw becomes ENG-217: as a broken engine it would end everybody's answers."""
    try:
        yield
    except AssistantError:
        raise
    except Exception as error:
        raise unreadable(f"{type(error).__name__}: {error}") from error


def _seconds_until(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0


def _certificate(error: Exception) -> bool:
    return "CERTIFICATE_VERIFY_FAILED" in str(error)
