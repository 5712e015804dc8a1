"""Where compiled models are kept, so that the next start is faster: a folder for each model."""

import os
import shutil
from pathlib import Path

import openvino as ov

MOST = 3
"""Models whose compiled form is kept; of a 2B it takes 1.8 GB."""


def compiled_folder(cache_dir: Path, fingerprint: str) -> Path | None:
    """The folder of a model, for this version of the runtime; those used longest ago go.

    None where it cannot be written: then every start takes its seconds.

    Args:
        cache_dir: of all models; whatever is in it belongs here.
        fingerprint: digest of the model's files.
    """
    version = ov.__version__.partition("-")[0]
    chosen = cache_dir / f"{version}-{fingerprint[:16] or 'unknown'}"
    try:
        chosen.mkdir(parents=True, exist_ok=True)
        chosen.touch()
        others = [path for path in cache_dir.iterdir() if path != chosen]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[MOST - 1 :]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)  # one in use elsewhere may stay
            else:
                path.unlink(missing_ok=True)
    except OSError:  # no room or no right, or another start is clearing up as well
        return chosen if chosen.is_dir() and os.access(chosen, os.W_OK) else None
    return chosen
