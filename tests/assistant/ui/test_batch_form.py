from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.ui.batch_form import Asked, folder_of, job_of, needed_folder
from assistant.ui.services import Services

ASKED = Asked("", "auto", "", "slice", 3, "")


def allowing(services: Services, **settings: object) -> Services:
    return replace(services, settings=services.settings.model_copy(update=settings))


def test_what_is_written_becomes_the_job(services: Services):
    question = "头颅：有无出血？\n描述所见。"
    asked = replace(ASKED, window="肺", question=question, by="series", per_series=5.2)
    job = job_of(asked, services)
    assert (job.window, job.by, job.per_series) == ("肺", "series", 5)
    assert job.questions.by_region == (("头颅", "有无出血？"),)
    assert job.questions.default == "描述所见。"
    assert job.max_files == services.settings.max_batch_files
    assert job_of(ASKED, services).questions.default == services.prompts.default_question


def test_what_the_browser_may_not_send_is_kept_within_limits(services: Services):
    job = job_of(replace(ASKED, by="everything", per_series=99), services)
    assert (job.by, job.per_series) == ("slice", 8)
    emptied = Asked.of("", None, [], {}, None, 3)
    assert emptied == Asked("", "", "", "", 1, "")
    assert job_of(emptied, services).per_series == 1


def test_only_folders_below_the_roots_are_read_or_written(services: Services, tmp_path: Path):
    strict = allowing(services, batch_roots=(tmp_path / "ct",))
    (tmp_path / "ct" / "a").mkdir(parents=True)
    assert folder_of(str(tmp_path / "ct" / "a"), strict) == tmp_path / "ct" / "a"
    for outside in (tmp_path, tmp_path / "ct" / ".." / "b", Path("/")):
        with pytest.raises(AssistantError, match="BAT-114"):
            needed_folder(replace(ASKED, folder=str(outside)), strict)
        with pytest.raises(AssistantError, match="BAT-114"):
            folder_of(str(outside), strict)
    assert folder_of(" ", strict) is None
    with pytest.raises(AssistantError, match="BAT-134"):
        needed_folder(ASKED, strict)


def test_a_page_for_other_machines_needs_roots(services: Services, tmp_path: Path):
    for host in ("127.0.0.1", "localhost", "::1"):
        assert folder_of(str(tmp_path), allowing(services, host=host)) == tmp_path
    for host in ("192.168.1.2", "0.0.0.0", "ct.hospital"):
        with pytest.raises(AssistantError, match="BAT-116"):
            folder_of(str(tmp_path), allowing(services, host=host))
        opened = allowing(services, host=host, batch_roots=(tmp_path,))
        assert folder_of(str(tmp_path), opened) == tmp_path
