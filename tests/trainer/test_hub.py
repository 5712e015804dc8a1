import os
from pathlib import Path

import pytest

from trainer.data.corpus.preparation import HubSource, ParquetSource, Preparation
from trainer.hub import open_hub_for


def test_only_a_source_on_the_hub_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    local = HubSource(kind="hub", name=str(tmp_path))
    shards = ParquetSource(kind="parquet", path=tmp_path)
    open_hub_for(Preparation(sources=(local, shards)))
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    open_hub_for(Preparation(sources=(shards, HubSource(kind="hub", name="a/b"))))
    assert os.environ["HF_HUB_OFFLINE"] == "0"
