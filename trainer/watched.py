"""Run a module that must not outlive the process that started it.

``python -m trainer.watched MODULE ARGUMENTS...`` with a pipe as standard input: when the parent
goes away, however it died, the pipe closes and this process ends at once. Without it a killed
run would leave a training behind that still writes into the folder being resumed. The pipe
reaches through processes between that leave their standard input alone, such as the launcher.
What the module has started itself ends with it: with several cards LLaMA-Factory trains in
processes of ``torchrun``, which know nothing of the pipe.
"""

import multiprocessing
import os
import runpy
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import wait

import psutil


def main() -> None:
    """Run the module named by the first argument as a program."""
    end_with_input()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def end_with_input() -> None:
    """End this process and all below it at once when its standard input closes."""
    threading.Thread(target=_end_after_input, daemon=True).start()


def end_worker_with_parent() -> None:
    """Initializer of a pool's workers: each ends at once when the pool's process is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(70)


def _end_after_input() -> None:
    # Not sys.stdin: its lock, held by this thread, would make a normal exit fail.
    while os.read(0, 1):
        pass
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            one.kill()
    os._exit(70)


if __name__ == "__main__":
    main()
