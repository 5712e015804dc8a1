"""Whether this process may reach the data set hub: only where a preparation names one."""

import os
from pathlib import Path

from trainer.data.corpus.preparation import HubSource, Preparation


def open_hub_for(wanted: Preparation) -> None:
    """Lift the launcher's ban where a source is on the hub; call before ``datasets`` is imported.

    The libraries read the variable once. ``HF_DATASETS_OFFLINE`` still keeps them off.
    """
    remote = [s for s in wanted.sources if isinstance(s, HubSource) and not Path(s.name).is_dir()]
    if remote:
        os.environ["HF_HUB_OFFLINE"] = "0"
