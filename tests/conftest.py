"""What a whole run of the assistant changes in its process is put back after every test."""

import os
import tempfile
from collections.abc import Iterator

import pytest

VARIABLES = ("TMPDIR", "TEMP", "TMP")


@pytest.fixture(autouse=True)
def same_temporary_folder() -> Iterator[None]:
    """The assistant moves temporary files into its data folder, for good."""
    variables = {name: os.environ.get(name) for name in VARIABLES}
    folder = tempfile.tempdir
    yield
    tempfile.tempdir = folder
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
