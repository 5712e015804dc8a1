"""A pipeline: one YAML that names what every stage does; all its errors are told at once."""

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from assistant.errors import AssistantError
from trainer.data.recipe import SynthConfig
from trainer.model.config import Shape
from trainer.model.schedule import Jitter, Schedule

_REASONS = {
    "extra_forbidden": "没有这个设置项",
    "missing": "缺少这一项",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数",
    "float_type": "应为数",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字",
    "list_type": "应为列表",
    "model_type": "应为一组设置项",
    "dict_type": "应为一组设置项",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "必须大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "必须小于 {lt}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "too_short": "至少要有 {min_length} 项",
    "string_pattern_mismatch": "只能用字母、数字、点、下划线和连字符",
    "literal_error": "只能是 {expected} 之一",
}


def _plain_file(name: str) -> str:
    if Path(name).name != name:
        raise ValueError("not a plain file name")
    return name


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Base(_Section):
    """The base model: its shape, and how its vision tower is pre-trained."""

    shape: Shape = Shape()
    pretrain: Schedule = Schedule()
    jitter: Jitter = Jitter()


class Quantize(_Section):
    """Storage of the weights.

    Attributes:
        group: weights of the language part that share one 4-bit scale.
        symmetric: 4-bit values without a zero point.
        most_mb: the folder must not be larger than this.
    """

    group: int = Field(default=64, ge=16, le=1024)
    symmetric: bool = False
    most_mb: float = Field(default=8.0, gt=0)


class Evaluate(_Section):
    """The examination.

    Attributes:
        pictures: slices of unseen seeds.
        strangers: pictures that are no CT.
        seed: first seed; apart from those of the training data.
        goal: share that must be right, or the stage fails; 0 never fails.
    """

    pictures: int = Field(default=500, ge=1)
    strangers: int = Field(default=60, ge=0)
    seed: int = Field(default=900_000_000, ge=0)
    goal: float = Field(default=0.0, ge=0, le=1)


class Card(_Section):
    """What the model's card says; the meaning of each is in ``assistant.models.card``."""

    title: str
    trained_on: str
    use: str
    limits: str
    demo: bool = False


class Pipeline(_Section):
    """Every stage's settings.

    Attributes:
        name: of the model, and of its folder under ``runs``.
        seed: of everything random.
        sft: flat YAML files of LLaMA-Factory's arguments beside this file, in order.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    seed: int = Field(default=0, ge=0)
    synth: SynthConfig
    base: Base = Base()
    sft: tuple[Annotated[str, AfterValidator(_plain_file)], ...] = Field(min_length=1)
    quantize: Quantize = Quantize()
    evaluate: Evaluate = Evaluate()
    card: Card


def load_pipeline(path: Path) -> Pipeline:
    """Read and check a pipeline.

    Raises:
        AssistantError: TRN-101 when it cannot be read, TRN-102 naming every wrong entry at once.
    """
    values = read_yaml(path)
    try:
        return Pipeline.model_validate(values)
    except ValidationError as error:
        problems = "；".join(describe(problem) for problem in error.errors())
        raise AssistantError(
            "TRN-102",
            f"训练配置 {path.name} 有 {error.error_count()} 处不对：{problems}。",
            next_step="请对照 configs/train/demo.yaml 与 docs/training.md 改正后再运行。",
            detail=str(error),
        ) from error


def read_yaml(path: Path) -> dict[str, object]:
    """The mapping in a YAML file.

    Raises:
        AssistantError: TRN-101 when there is none.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(values, dict):
        raise _unreadable(path, "not a mapping")
    return values


def _unreadable(path: Path, detail: str) -> AssistantError:
    return AssistantError(
        "TRN-101",
        f"训练配置 {path.name} 不存在，或不是可读的 YAML。",
        next_step="请核对文件名；可用的配置在 configs/train 文件夹中。",
        detail=detail,
    )


def describe(problem: ErrorDetails) -> str:
    """One wrong entry as a Chinese clause: where it stands, and what is wrong with it."""
    place = ".".join(str(part) for part in problem["loc"]) or "（整个文件）"
    reason = _REASONS.get(problem["type"], "取值不对")
    return f"{place} {reason.format(**problem.get('ctx', {}))}"
