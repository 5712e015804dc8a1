"""The stage with scripted models: what it writes, refuses, and does not do twice."""

import io
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from assistant.engine.base import Engine
from assistant.engine.scripted import ScriptedEngine
from assistant.errors import AssistantError
from assistant.models.card import verify, write_card
from assistant.places import CONFIGS
from tests.trainer.medtrinity_rows import Maker, encode
from trainer.config import Pipeline, load_pipeline
from trainer.data.corpus.preparation import Preparation
from trainer.exam import variants as variants_module
from trainer.exam.settings import Losses
from trainer.exam.variants import Variant, variants_of
from trainer.manifest import begin
from trainer.metrics.text import Overlap
from trainer.stages import evaluate
from trainer.stages.prepare import prepare
from trainer.workspace import Workspace

NORMAL = "检查所见：胸部CT平扫：未见异常。\n诊断意见：胸部CT未见明显异常。"
BLEED = "检查所见：颅脑CT：左侧丘脑出血。\n诊断意见：左侧丘脑出血。"


@pytest.fixture
def pipeline() -> Pipeline:
    tiny = load_pipeline(CONFIGS / "train" / "tiny.yaml")
    exam = tiny.evaluate.model_copy(update={"pictures": 6, "variant_pictures": 4, "strangers": 1})
    return tiny.model_copy(update={"evaluate": exam})


@pytest.fixture
def work(pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A run with finished stages, whose folders hold no real weights."""
    monkeypatch.setattr(evaluate, "overlap", lambda references, answers: Overlap(0.0, 0.0))
    console = Console(file=io.StringIO(), width=200)
    found = Workspace(pipeline, CONFIGS / "train", tmp_path / "run", console)
    for stage in ("base", "sft/tiny_full", "sft/tiny_lora", "merge", "quantize"):
        job = begin(found.folder(stage), stage, inputs={}, config={})
        model = job.folder / "model" if stage in ("merge", "quantize") else job.folder
        model.mkdir(exist_ok=True)
        (model / "weights.bin").write_text(stage)
        if stage == "quantize":
            _card(model)
        job.finish([job.folder])
    return found


def _card(folder: Path) -> None:
    about = {"trained_on": "无", "use": "测试", "limits": "无", "created": "2026-01-01"}
    write_card(folder, name="x", title="测试", base="x", format="openvino-int4", **about)


class Unsure(ScriptedEngine):
    """Knows probabilities, all of them one half."""

    def likelihoods(self, conversation: object, answers: tuple[str, ...]) -> tuple[float, ...]:
        del conversation
        return (0.5,) * len(answers)


class Loads:
    """Scripted models in place of the real ones, by variant; says which were loaded."""

    def __init__(self, work: Workspace, monkeypatch: pytest.MonkeyPatch, **says: str) -> None:
        self.loaded: list[str] = []
        self._says = says
        self.broken: set[str] = set()

        def scripted(given: Workspace) -> tuple[Variant, ...]:
            return tuple(self._scripted(one) for one in variants_of(given))

        monkeypatch.setattr(evaluate, "variants_of", scripted)

    def _scripted(self, real: Variant) -> Variant:
        load: Callable[[], Engine] = partial(self._load, real.key)
        fields = {name: getattr(real, name) for name in ("key", "title", "before", "digest")}
        return Variant(**fields, load=load, folder=real.folder)

    def _load(self, key: str) -> Engine:
        self.loaded.append(key)
        if key in self.broken:
            raise AssistantError("ENG-206", "组件没有安装。", next_step="请安装。")
        return Unsure(lambda talk: self._says.get(key, NORMAL))


def test_it_writes_page_table_record_and_a_model_with_its_figures(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = Loads(work, monkeypatch)
    evaluate.run(work)
    out = work.folder("evaluate")
    assert loads.loaded == ["int4", "base", "sft", "merged"]
    record = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert record["summary"]["right"]["of"] == 6
    assert [one["slices"] for one in record["variants"]] == [4, 4, 4, 6]
    assert "<!doctype html>" in (out / "evaluation.html").read_text(encoding="utf-8")
    card = verify(out / "model")
    assert card.metrics["slices"] == 6
    assert card.metrics["right"] == round(record["summary"]["right"]["hits"] / 6, 4)
    readme = (out / "model" / "README.md").read_text(encoding="utf-8")
    assert (out / "evaluation.md").read_text(encoding="utf-8") in readme
    assert (out / "manifest.json").is_file()


def test_nothing_is_asked_twice(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = Loads(work, monkeypatch)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "_publish", killed)
        with pytest.raises(KeyboardInterrupt):
            evaluate.run(work)
    assert loads.loaded == ["int4", "base", "sft", "merged"]
    loads.loaded.clear()
    evaluate.run(work)
    evaluate.run(work)
    other = work.pipeline.evaluate.model_copy(update={"losses": Losses(right=0.5)})
    again = work.pipeline.model_copy(update={"evaluate": other})
    evaluate.run(Workspace(again, work.configs, work.root, work.console))
    assert loads.loaded == []


def test_a_card_that_was_corrected_is_published_and_nothing_is_asked_again(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = Loads(work, monkeypatch)
    evaluate.run(work)
    loads.loaded.clear()
    card = work.pipeline.card.model_copy(update={"limits": "不得用于儿童。"})
    again = work.pipeline.model_copy(update={"card": card})
    merged = begin(work.folder("merge"), "merge", inputs={}, config={"card": "other"})
    (merged.folder / "model").mkdir()
    (merged.folder / "model" / "weights.bin").write_text("merge")
    (merged.folder / "model" / "model.json").write_text("{}")
    merged.finish([merged.folder])
    evaluate.run(Workspace(again, work.configs, work.root, work.console))
    assert verify(work.folder("evaluate") / "model").limits == "不得用于儿童。"
    assert loads.loaded == []


def test_other_weights_are_asked_anew(work: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = Loads(work, monkeypatch)
    evaluate.run(work)
    loads.loaded.clear()
    folder = work.folder("quantize") / "model"
    (folder / "weights.bin").write_text("other")
    _card(folder)
    evaluate.run(work)
    assert loads.loaded == ["int4"]


def test_the_gate_refuses_after_the_page_is_written(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Loads(work, monkeypatch, int4="看不清。")
    strict = work.pipeline.evaluate.losses.model_copy(update={"least": 4, "right": 0.0})
    exam = work.pipeline.evaluate.model_copy(update={"losses": strict})
    bound = work.pipeline.model_copy(update={"evaluate": exam})
    run = Workspace(bound, work.configs, work.root, work.console)
    with pytest.raises(AssistantError) as caught:
        evaluate.run(run)
    assert caught.value.code == "TRN-602"
    assert "合并后 → INT4（OpenVINO） 的完全正确降了" in caught.value.message
    out = work.folder("evaluate")
    assert "超出" in (out / "evaluation.html").read_text(encoding="utf-8")
    assert not (out / "manifest.json").exists()
    assert not (out / "model").exists()


def test_the_goal_refuses_after_the_page_is_written(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    Loads(work, monkeypatch, int4=BLEED)
    exam = work.pipeline.evaluate.model_copy(update={"goal": 0.99})
    proud = work.pipeline.model_copy(update={"evaluate": exam})
    with pytest.raises(AssistantError) as caught:
        evaluate.run(Workspace(proud, work.configs, work.root, work.console))
    assert caught.value.code == "TRN-601"
    assert (work.folder("evaluate") / "evaluation.html").is_file()


def test_a_variant_that_cannot_be_loaded_is_told_and_left_out(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = Loads(work, monkeypatch)
    loads.broken = {"merged"}
    evaluate.run(work)
    table = (work.folder("evaluate") / "evaluation.md").read_text(encoding="utf-8")
    assert "| 合并后 | 0 | 没有考核：组件没有安装。 |" in table
    assert "SFT（合并前） → INT4（OpenVINO）" in table


def test_without_pictures_for_them_the_other_variants_are_not_loaded(
    work: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = Loads(work, monkeypatch)
    exam = work.pipeline.evaluate.model_copy(update={"variant_pictures": 0})
    frugal = work.pipeline.model_copy(update={"evaluate": exam})
    evaluate.run(Workspace(frugal, work.configs, work.root, work.console))
    assert loads.loaded == ["int4"]


def test_a_finished_folder_alone(
    work: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = ScriptedEngine(lambda talk: NORMAL)
    monkeypatch.setattr(variants_module, "load_engine", lambda model: engine)
    out = tmp_path / "alone"
    folder = work.folder("quantize") / "model"
    evaluate.examine_folder(work.pipeline, folder, out, work.console, tmp_path)
    record = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert [one["key"] for one in record["variants"]] == ["int4"]
    assert record["losses"] == []
    assert (out / "manifest.json").is_file()


def test_held_out_pictures_are_the_questions(
    work: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source, maker = tmp_path / "source", Maker()
    source.mkdir()
    for number, text in enumerate((NORMAL, BLEED) * 4):
        (source / f"{number}.jpg").write_bytes(encode(maker.slice()))
        (source / f"{number}.txt").write_text(text, encoding="utf-8")
    exam = work.pipeline.evaluate.model_copy(update={"questions": "held_out", "pictures": 3})
    update = {"synth": None, "prepare": "x.yaml", "evaluate": exam}
    pipeline = work.pipeline.model_copy(update=update)
    real = Workspace(pipeline, work.configs, work.root, work.console)
    Loads(real, monkeypatch)
    with pytest.raises(AssistantError) as caught:
        evaluate.run(real)
    assert caught.value.code == "TRN-122"
    split = {"validation": 0.3, "test": 0.4}
    given = {"sources": [{"kind": "pictures", "path": source}], "workers": 1, "split": split}
    prepare(Preparation.model_validate(given), real.data, console=work.console)
    evaluate.run(real)
    out = real.folder("evaluate")
    record = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    answers = record["answers"]
    assert len(answers) == 3
    normal = [not one["findings"] for one in answers]
    assert [one["right"] for one in answers] == normal  # NORMAL is said of every picture
    for told in ("evaluation.html", "model/README.md"):
        assert "3 幅未用于训练的真实图像" in (out / told).read_text(encoding="utf-8")
    assert "分不出档" in (out / "evaluation.html").read_text(encoding="utf-8")


def test_the_parameters_are_counted_from_the_weights(tmp_path: Path) -> None:
    assert evaluate._scale(tmp_path) == ""
    for shapes, told in (
        ({"a": (256, 192), "b": (192,)}, "5 万参数，"),
        ({"a": (150_000, 1536), "b": (1536,)}, "2.3 亿参数，"),
    ):
        header = json.dumps(
            {
                name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]}
                for name, shape in shapes.items()
            }
        ).encode()
        (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
        assert evaluate._scale(tmp_path) == told


def test_a_folder_without_a_card_is_refused(work: Workspace, tmp_path: Path) -> None:
    with pytest.raises(AssistantError) as caught:
        evaluate.examine_folder(work.pipeline, tmp_path, tmp_path / "o", work.console, tmp_path)
    assert caught.value.code == "MOD-102"


def test_quantize_comes_first(pipeline: Pipeline, tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    with pytest.raises(AssistantError) as caught:
        evaluate.run(Workspace(pipeline, CONFIGS / "train", tmp_path, console))
    assert caught.value.code == "TRN-122"
