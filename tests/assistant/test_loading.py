from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.loading import open_lane
from assistant.settings import Settings


def test_the_scripted_engine_needs_no_model(tmp_path: Path):
    lane = open_lane(Settings(data_dir=tmp_path, model="none", engine="scripted"))
    assert lane.wait_ready(60).engine == "scripted"
    lane.close()


def test_a_missing_model_is_told_by_the_lane(tmp_path: Path):
    lane = open_lane(Settings(data_dir=tmp_path, model="none"))
    with pytest.raises(AssistantError, match="MOD-101"):
        lane.wait_ready(60)
