"""Settings: configs/assistant.yaml, then the environment, then flags."""

import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from platformdirs import user_data_dir
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from assistant.errors import AssistantError
from assistant.places import CONFIGS

PREFIX = "CT_ASSISTANT_"
DATA_VARIABLE = "CT_ASSISTANT_DATA"

EngineName = Literal["auto", "openvino", "transformers", "remote", "scripted"]

_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_REASONS: Mapping[str, str] = {
    "extra_forbidden": "没有这个设置项",
    "missing": "缺少这一项",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "path_type": "应为文件夹路径",
    "tuple_type": "应为文件夹的列表",
    "string_too_short": "不能为空",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 auto、openvino、transformers、remote 之一",
    "not_an_address": "应为 IP 地址或主机名",
}


def _address(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST_NAME.fullmatch(host):
            raise PydanticCustomError("not_an_address", "neither address nor name") from None
    return host


def is_home(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _folders(value: object) -> object:
    """Several folders in one environment variable stand as in PATH."""
    return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value


class Settings(BaseModel):
    """Everything that can be set; the meaning of each stands in configs/assistant.yaml.

    ``data_dir`` is the one folder under which all state lives.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
    host: Annotated[str, AfterValidator(_address)] = "127.0.0.1"
    port: int = Field(7860, ge=1, le=65535)
    public_host: Annotated[str, AfterValidator(lambda host: host and _address(host))] = ""
    open_browser: bool = True
    model: str = Field("demo", min_length=1)
    engine: EngineName = "auto"
    remote_url: str = ""
    remote_model: str = ""
    remote_key: SecretStr = SecretStr("")
    window: str = Field("auto", min_length=1)
    max_tokens: int = Field(512, ge=1, le=4096)
    max_waiting: int = Field(8, ge=1, le=256)
    max_upload_mb: int = Field(256, ge=1, le=4096)
    max_files: int = Field(1000, ge=1, le=4096)
    max_batch_files: int = Field(20000, ge=1, le=1_000_000)
    batch_roots: Annotated[tuple[Path, ...], BeforeValidator(_folders)] = ()
    keep_days: int = Field(0, ge=0, le=36500)
    keep_logs_days: int = Field(14, ge=1, le=3650)

    @property
    def reached_at(self) -> str:
        """Host under which the page can be reached: a proxy's, if others cannot come without it."""
        return self.public_host if self.public_host and is_home(self.host) else self.host

    @property
    def logs_dir(self) -> Path:
        """Log files."""
        return self.data_dir / "logs"

    @property
    def cache_dir(self) -> Path:
        """What can be computed again, such as compiled models."""
        return self.data_dir / "cache"

    @property
    def temp_dir(self) -> Path:
        """Uploads and other files of the running session."""
        return self.data_dir / "tmp"

    @property
    def models_dir(self) -> Path:
        """Models by name, one folder each."""
        return self.data_dir / "models"


def load_settings(
    *,
    config: Path = CONFIGS / "assistant.yaml",
    environment: Mapping[str, str] | None = None,
    **flags: object,
) -> Settings:
    """Merge the three sources; a flag that is None was not given.

    Raises:
        AssistantError: CFG-101 naming every wrong value of every source at once;
            CFG-102 when the file cannot be read.
    """
    layers = (
        (f"配置文件 {config.name} 的 {{}}", _read_yaml(config)),
        (f"环境变量 {PREFIX}{{}}", _from_environment(environment)),
        ("命令行参数 --{}", {key: value for key, value in flags.items() if value is not None}),
    )
    values: dict[str, object] = {"data_dir": user_data_dir("ct-assistant", appauthor=False)}
    origins: dict[str, str] = {}
    for origin, layer in layers:
        values.update(layer)
        origins.update(dict.fromkeys(layer, origin))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = [_describe(problem, origins) for problem in error.errors()]
    raise AssistantError(
        "CFG-101",
        f"设置有 {len(problems)} 处错误：\n" + "\n".join(f"  · {line}" for line in problems) + "\n",
        next_step="请逐条改正后再启动；可用的设置项及含义见 configs/assistant.yaml。",
    )


def _read_yaml(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        content, detail = None, str(error)
    else:
        detail = "not a mapping"
        if content is None:
            return {}
    if not isinstance(content, dict):
        raise AssistantError(
            "CFG-102",
            f"配置文件 {path.name} 读不出来。",
            next_step="请确认文件存在，为 UTF-8 编码，每行是“键: 值”。",
            detail=detail,
        )
    return {str(key): value for key, value in content.items()}


def _from_environment(environment: Mapping[str, str] | None) -> dict[str, object]:
    environment = os.environ if environment is None else environment
    found: dict[str, object] = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != DATA_VARIABLE
    }
    if environment.get(DATA_VARIABLE):
        found["data_dir"] = environment[DATA_VARIABLE]
    return found


def _describe(problem: ErrorDetails, origins: Mapping[str, str]) -> str:
    key = str(problem["loc"][0])
    origin = origins.get(key, "{}")
    if origin.startswith("环境变量"):
        shown = "DATA" if key == "data_dir" else key.upper()
    elif origin.startswith("命令行"):
        shown = "data" if key == "data_dir" else key.replace("_", "-")
    else:
        shown = key
    reason = _REASONS.get(problem["type"], "取值不合规").format(**problem.get("ctx", {}))
    value = "" if problem["type"] == "extra_forbidden" else f"（现为 {problem['input']}）"
    return f"{origin.format(shown)}：{reason}{value}"
