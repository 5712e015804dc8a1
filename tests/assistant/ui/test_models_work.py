import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from assistant.engine.lane import Lane
from assistant.errors import AssistantError
from assistant.loading import open_lane as open_real_lane
from assistant.models.card import read_card
from assistant.models.catalog import list_models
from assistant.models.speed import SPEEDS, read_memory, read_speeds
from assistant.places import ASSETS
from assistant.settings import Settings
from assistant.ui.models_page import comparison, progress, table, where
from assistant.ui.models_work import Work, Workshop
from assistant.ui.samples import load_samples
from assistant.ui.services import Services, open_services

DEMO = ASSETS / "demo-model"


def finished(workshop: Workshop) -> Work:
    until = time.monotonic() + 120
    while workshop.work.going and time.monotonic() < until:
        time.sleep(0.02)
    assert not workshop.work.going
    return workshop.work


@pytest.fixture
def second(settings: Settings) -> Path:
    """The demonstration model a second time, as another model."""
    folder = settings.models_dir / "second"
    shutil.copytree(DEMO, folder)
    (folder / "NOTICE.txt").write_text("another", encoding="utf-8")
    from assistant.models.card import write_card

    write_card(
        folder, name="second", title="第二个", base="demo", format="openvino-int4", demo=True,
        trained_on="", use="", limits="", created="2026-11-25",
    )  # fmt: skip
    return folder


@pytest.fixture
def real(settings: Settings) -> Iterator[Services]:
    services = open_services(settings, open_real_lane(settings))
    yield services
    services.close()


def test_a_switch_changes_who_answers_without_a_restart(real: Services, second: Path):
    workshop = Workshop(real)
    assert real.lane.wait_ready(60).fingerprint == read_card(DEMO).fingerprint
    workshop.switch("second", busy=False)
    assert finished(workshop).error is None
    assert real.lane.status.capabilities is not None
    assert real.lane.status.capabilities.model == "第二个"
    assert "第二个" in progress(workshop.work)
    real.lane.close()


@pytest.mark.parametrize("harm", ["altered", "missing", "added"])
def test_an_altered_or_incomplete_model_is_refused_and_the_former_answers_on(
    real: Services, second: Path, harm: str
):
    if harm == "missing":
        (second / "NOTICE.txt").unlink()
    else:
        name = "NOTICE.txt" if harm == "altered" else "extra.bin"
        (second / name).write_bytes(b"x")
    workshop = Workshop(real)
    real.lane.wait_ready(60)
    workshop.switch("second", busy=False)
    work = finished(workshop)
    assert work.error is not None
    assert work.error.code == "MOD-104"
    assert "MOD-104" in progress(work)
    assert real.lane.status.capabilities is not None
    assert real.lane.status.capabilities.fingerprint == read_card(DEMO).fingerprint
    real.lane.close()


def test_a_batch_that_goes_on_is_not_cut_off(services: Services):
    with pytest.raises(Exception, match="MOD-225"):
        Workshop(services).switch("demo", busy=True)


def test_one_thing_at_a_time(services: Services, open_lane: Callable[..., Lane]):
    workshop = Workshop(services)
    workshop.work = Work(going=True)
    with pytest.raises(Exception, match="MOD-226"):
        workshop.compare("demo")


def test_two_models_are_compared_and_their_speed_is_kept(real: Services, second: Path):
    workshop = Workshop(real)
    real.lane.wait_ready(60)
    workshop.compare("demo", "second")
    work = finished(workshop)
    assert work.error is None
    assert [trial.title for trial in work.trials] == [read_card(DEMO).title, "第二个"]
    titles = [sample.title for sample in load_samples()]
    one, two = work.trials
    assert list(one.answers) == titles
    assert one.answers == two.answers  # the same weights
    assert all(one.answers.values())
    speeds = read_speeds(real.settings.cache_dir)
    kept = speeds[read_card(second).fingerprint]
    assert kept.tokens_per_s > 0
    assert kept.first_s > 0
    assert kept == two.speed
    page = comparison(work.trials)
    assert all(title in page for title in titles)
    now = real.lane.status.capabilities
    assert now is not None
    assert now.fingerprint == read_card(DEMO).fingerprint
    memory = read_memory(real.settings.cache_dir)
    assert memory[now.fingerprint] > 0
    listed = table(list_models(real.settings.data_dir), speeds, memory, now.fingerprint)
    assert listed.count("使用中") == 1
    assert "未测" not in listed
    # Of pictures that the engine knows by now, as after a batch, the speed is measured as well.
    cache = real.settings.cache_dir / SPEEDS
    cache.unlink()
    workshop.compare("demo")
    again = finished(workshop).trials[0]
    assert again.answers == one.answers
    assert read_speeds(real.settings.cache_dir)[now.fingerprint] == again.speed
    real.lane.close()


def test_a_folder_is_fetched_and_can_be_used(services: Services, tmp_path: Path):
    workshop = Workshop(services)
    shutil.copytree(DEMO, tmp_path / "usb" / "demo")
    workshop.fetch(str(tmp_path / "usb" / "demo"), "modelscope")
    assert finished(workshop).error is None
    names = [model.card.name for model in list_models(services.settings.data_dir)]
    assert names.count(read_card(DEMO).name) == 2


def test_closed_it_waits_for_the_end_of_what_goes_on(
    services: Services, monkeypatch: pytest.MonkeyPatch
):
    def slow(*_: object, cancel: Event, **__: object) -> None:
        cancel.wait(60)
        time.sleep(0.2)
        raise AssistantError("MOD-227", "停。", next_step="")

    monkeypatch.setattr("assistant.ui.models_work.shrink", slow)
    workshop = Workshop(services)
    workshop.close()  # nothing goes on
    workshop.quantize("demo")
    assert workshop.work.going
    workshop.close()
    assert not workshop.work.going
    assert workshop.work.error is not None
    assert workshop.work.error.code == "MOD-227"


def test_what_cannot_be_fetched_is_a_card(services: Services):
    workshop = Workshop(services)
    workshop.fetch("不是名称", "modelscope")
    work = finished(workshop)
    assert work.error is not None
    assert work.error.code == "MOD-215"


def test_quantising_a_4_bit_model_is_refused(services: Services):
    workshop = Workshop(services)
    workshop.quantize("demo")
    work = finished(workshop)
    assert work.error is not None
    assert work.error.code == "MOD-221"


def test_where_a_model_would_run(services: Services):
    demo = next(list_models(services.settings.data_dir))
    assert where(demo) == "CPU · OpenVINO"
    foreign = replace(demo, card=demo.card.model_copy(update={"format": "nf4"}))
    assert "ENG-201" in where(foreign)


def test_progress_says_how_far_it_is():
    assert "width:50.0%" in progress(Work(True, "转换", 0.5))
    assert "waits" in progress(Work(True, "加载"))
