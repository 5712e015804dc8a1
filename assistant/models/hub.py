"""What a model hub is to us: a list of files with checksums, and their bytes from any offset."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal, Protocol, cast, get_args

from assistant.errors import AssistantError

HubName = Literal["modelscope", "huggingface"]

USER_AGENT = "ct-assistant"
"""All that a request says of us."""

CHUNK_BYTES = 1 << 16
CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class RemoteFile:
    """One file of a model.

    Attributes:
        path: relative, with ``/``, safe to create below a folder.
        size: bytes.
        algorithm: of ``checksum``: "git" is the SHA-1 of a git blob, "" when the hub has none.
        checksum: hex digest.
    """

    path: str
    size: int
    algorithm: Literal["sha256", "git", ""]
    checksum: str


@dataclass(frozen=True)
class Listing:
    """A model's files at one revision; ``revision`` is a commit where the hub names one."""

    revision: str
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True)
class Body:
    """Bytes of a file: ``chunks`` begin at offset ``start``, which may be less than asked for."""

    start: int
    chunks: Iterator[bytes]


class HubDropped(Exception):
    """The connection or the server failed in a way that may pass; trying again makes sense."""


class Hub(Protocol):
    """A place that models are fetched from."""

    @property
    def title(self) -> str:
        """Its name for people."""
        ...

    def list_files(self, repository: str, revision: str | None) -> Listing:
        """A model's files.

        Raises:
            AssistantError: MOD-202 to MOD-206, MOD-219.
            HubDropped: see there.
        """
        ...

    def open(
        self, repository: str, revision: str, path: str, offset: int
    ) -> AbstractContextManager[Body]:
        """A file's bytes from ``offset`` on.

        Raises:
            AssistantError, HubDropped: as :meth:`list_files`, also while reading ``chunks``.
        """
        ...


def hub_named(name: str) -> HubName:
    """The hub that a person named.

    Raises:
        AssistantError: USE-016.
    """
    for known in get_args(HubName):
        if name == known:
            return cast(HubName, known)
    raise AssistantError(
        "USE-016",
        f"不认识的站点 {name}。",
        next_step="--from 只能是 modelscope 或 huggingface。",
    )


def connect(name: HubName) -> Hub:
    """The hub of that name; its client is imported here and not before.

    Raises:
        AssistantError: MOD-201 its client is not installed.
    """
    try:
        if name == "modelscope":
            from assistant.models.modelscope import ModelScope

            return ModelScope()
        from assistant.models.huggingface import HuggingFace

        return HuggingFace()
    except ImportError as error:
        raise AssistantError(
            "MOD-201",
            f"下载 {name} 模型所需的客户端没有安装。",
            next_step="请运行 python launcher.py setup assistant 补齐后重试。",
            detail=str(error),
        ) from error


def checked_path(path: str) -> str:
    """The path of a listed file, if it stays below the folder it will be written to.

    Raises:
        AssistantError: MOD-202.
    """
    parts = PurePosixPath(path).parts
    unsafe = not parts or path.startswith("/") or any(part in {"..", "."} for part in parts)
    if unsafe or any(character in path for character in '\\:\0<>|?*"'):
        raise answer_unreadable(f"unsafe path {path!r}")
    return path


def answer_unreadable(detail: str) -> AssistantError:
    """MOD-202: what the hub says is not what a hub says."""
    return AssistantError(
        "MOD-202",
        "模型站的应答无法识别，可能是代理或网关返回了别的内容。",
        next_step="请检查网络代理与站点地址设置，或换用 --from 的另一个站点。",
        detail=detail,
    )


def refusal(hub: str, repository: str, status: int) -> AssistantError:
    """What a hub's HTTP status 4xx means.

    Returns:
        MOD-203 no such model, MOD-204 not public, MOD-205 anything else.
    """
    if status == 404:
        return AssistantError(
            "MOD-203",
            f"{hub} 上没有模型 {repository}，或没有这个版本。",
            next_step="请核对名称（形如 Qwen/Qwen2-VL-2B-Instruct），或换用 --from 的另一个站点。",
        )
    if status in (401, 403):
        return AssistantError(
            "MOD-204",
            f"{hub} 拒绝公开访问模型 {repository}（HTTP {status}）。",
            next_step="请在浏览器中登录下载后，用 models fetch <文件夹> 导入。",
        )
    return AssistantError(
        "MOD-205",
        f"{hub} 拒绝了请求（HTTP {status}）。",
        next_step="请稍后重试，或换用 --from 的另一个站点。",
    )


def unreachable(hub: str, detail: str) -> AssistantError:
    """MOD-206: the hub could not be reached at all."""
    return AssistantError(
        "MOD-206",
        f"连接不上 {hub}。",
        next_step="请检查网络与代理设置，或换用 --from 的另一个站点；"
        "无法联网时可在别处下载后用 models fetch <文件夹> 导入。",
        detail=detail,
    )


def environment_unusable(error: Exception) -> AssistantError:
    """MOD-219: a client cannot be made as the environment wants it."""
    return AssistantError(
        "MOD-219",
        "环境变量中的代理、证书或站点地址无法使用，没有连接模型站。",
        next_step="请检查 HTTPS_PROXY、HTTP_PROXY、ALL_PROXY（须为 http:// 或 https:// 地址，"
        "不支持 socks）、NO_PROXY，SSL_CERT_FILE、SSL_CERT_DIR、SSLKEYLOGFILE、REQUESTS_CA_BUNDLE、"
        "CURL_CA_BUNDLE，以及 HF_ENDPOINT、MODELSCOPE_ENDPOINT。",
        detail=type(error).__name__,  # its words may hold the password of a proxy
    )
