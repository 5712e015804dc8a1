import os
import subprocess
import sys

import pytest

from trainer.allocator import KEEPING

REUSE = """
import mmap, resource, sys
from trainer.allocator import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
for _ in range(20):
    bytearray(64 << 20)  # zeroed by hand only where it was used before
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def faults(how: str, environment: dict[str, str] | None = None) -> int:
    """Page faults of a program that takes and frees 64 MB twenty times."""
    command = [sys.executable, "-c", REUSE, how]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_freed_memory_is_taken_again_and_not_paid_for_again():
    plain, kept = faults("plain"), faults("keep")
    assert kept < plain / 3
    assert faults("plain", {**os.environ, **KEEPING}) < plain / 3
