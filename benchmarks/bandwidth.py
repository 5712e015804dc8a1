"""How fast this machine reads memory: the limit of a model that reads its weights once a token.

python benchmarks/bandwidth.py
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

BYTES = 1 << 30
"""Far more than any cache."""


def read_gb_s(threads: int, repeats: int = 5) -> float:
    """Best rate at which so many threads read together, GB/s."""
    parts = np.array_split(np.ones(BYTES // 8, np.int64), threads)
    best = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(repeats):
            started = time.perf_counter()
            list(pool.map(np.max, parts))
            best = max(best, BYTES / (time.perf_counter() - started) / 1e9)
    return best


if __name__ == "__main__":
    for count in sorted({1, os.cpu_count() or 1, 2 * (os.cpu_count() or 1)}):
        print(f"{count} threads: {read_gb_s(count):.1f} GB/s")
