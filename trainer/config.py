"""A pipeline: one YAML that names what every stage does; all its errors are told at once."""

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from assistant.errors import AssistantError
from trainer.data.recipe import SynthConfig
from trainer.exam.settings import Evaluate
from trainer.model.config import Shape
from trainer.model.schedule import Jitter, Schedule
from trainer.sections import Followup, Merge, Mix, Quantize

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
    "one_source": "synth（模拟 CT）与 prepare（真实数据）须写且只写一个",
    "built_needs_synth": "用真实数据时须在 base.folder 写明基座模型",
    "held_out_needs_prepare": "只有 prepare 备好的数据留出了真实图像，用 synth 时应写 phantoms",
    "mean_of_one": "base.mean_with 与 base.start 的模型取平均，须先写 base.start",
    "folder_is_whole": "写了 base.folder，就不能再写 shape、pretrain 或 jitter",
}


def _plain_file(name: str) -> str:
    if Path(name).name != name:
        raise ValueError("not a plain file name")
    return name


PlainFile = Annotated[str, AfterValidator(_plain_file)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Base(_Section):
    """The base model: fetched, or built from nothing and its vision tower pre-trained.

    Attributes:
        folder: a model that ``models fetch`` has brought, by name, or its folder; without it
            one is built of ``shape``.
        start: folder of an earlier small model of that shape, relative to this file, whose
            weights the one that is built goes on from: in OpenVINO INT4, or the ``base`` of
            another run; without it they are random.
        mean_with: another such folder; training goes on from the mean of both models' weights,
            which is steadier than either where one was trained from the other.
    """

    folder: str | None = Field(default=None, min_length=1)
    start: str | None = Field(default=None, min_length=1)
    mean_with: str | None = Field(default=None, min_length=1)
    shape: Shape = Shape()
    pretrain: Schedule = Schedule()
    jitter: Jitter = Jitter()

    @model_validator(mode="after")
    def _either(self) -> "Base":
        if self.folder is not None and self.model_fields_set != {"folder"}:
            raise PydanticCustomError("folder_is_whole", "a fetched base has its own shape")
        if self.mean_with is not None and self.start is None:
            raise PydanticCustomError("mean_of_one", "a mean is of two models")
        return self


class Card(_Section):
    """What the model's card says; the meaning of most is in ``assistant.models.card``.

    Attributes:
        history: how it came about where the recipe alone does not say it, for the README.
    """

    title: str
    trained_on: str
    use: str
    limits: str
    demo: bool = False
    history: str = ""


class Pipeline(_Section):
    """Every stage's settings.

    Attributes:
        name: of the model, and of its folder under ``runs``.
        seed: of everything random.
        synth: the data are phantoms of this recipe.
        prepare: the data are what this ``train prepare`` file, beside this one, makes.
        sft: flat YAML files of LLaMA-Factory's arguments beside this file, in order.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    seed: int = Field(default=0, ge=0)
    synth: SynthConfig | None = None
    prepare: PlainFile | None = None
    base: Base = Base()
    mix: Mix | None = None
    sft: tuple[PlainFile, ...] = Field(min_length=1)
    merge: Merge = Merge()
    quantize: Quantize = Quantize()
    followup: Followup = Followup()
    evaluate: Evaluate = Evaluate()
    card: Card

    @model_validator(mode="after")
    def _one_source(self) -> "Pipeline":
        if (self.synth is None) == (self.prepare is None):
            raise PydanticCustomError("one_source", "synth or prepare")
        if self.synth is None and self.base.folder is None:
            raise PydanticCustomError("built_needs_synth", "only phantoms build a base")
        if self.prepare is None and self.evaluate.questions == "held_out":
            raise PydanticCustomError("held_out_needs_prepare", "nothing is held out")
        return self

    @property
    def data(self) -> Literal["synth", "prepare"]:
        """The stage that makes the training data."""
        return "prepare" if self.synth is None else "synth"

    @property
    def phantoms(self) -> SynthConfig:
        """The phantoms of training, or ordinary ones where patients' pictures trained it."""
        return self.synth or SynthConfig.model_validate({})


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
    return f"{place} {reason_of(problem)}"


def reason_of(problem: ErrorDetails) -> str:
    """What is wrong with an entry, as a Chinese clause."""
    return _REASONS.get(problem["type"], "取值不对").format(**problem.get("ctx", {}))
