"""Many pieces of work on all cores, in bounded memory, in order, on any system."""

import multiprocessing
import os
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from assistant.errors import AssistantError

Task = TypeVar("Task")
Result = TypeVar("Result")
_AHEAD = 3
_DISK_FULL = frozenset({28, 112})  # ENOSPC, and Windows' ERROR_DISK_FULL


@dataclass(frozen=True)
class Failure:
    """What went wrong in a worker; plain, because exceptions do not cross processes whole."""

    code: str
    message: str
    next_step: str
    detail: str


@dataclass(frozen=True)
class _Guarded(Generic[Task, Result]):
    work: Callable[[Task], Result]

    def __call__(self, task: Task) -> Result | Failure:
        try:
            return self.work(task)
        except AssistantError as error:
            return Failure(error.code, error.message, error.next_step, error.detail)
        except OSError as error:
            if error.errno not in _DISK_FULL:
                return _unexpected(error)
            return Failure(*disk_full(), str(error))
        except Exception as error:
            return _unexpected(error)


def disk_full() -> tuple[str, str, str]:
    """Code, message and next step when the disk runs full."""
    return (
        "TRN-503",
        "磁盘空间不足，数据准备已停下，已完成的部分都保留着。",
        "请清出空间后用同样的命令再运行，会从停下处继续。",
    )


def run_ordered(
    work: Callable[[Task], Result], tasks: Iterable[Task], workers: int
) -> Iterator[Result]:
    """Results in the order of the tasks; only a few tasks are ahead of the one awaited.

    Args:
        work: importable function; with one worker it runs in this process.
        tasks: picklable; drawn as workers get free.
        workers: processes.

    Raises:
        AssistantError: what a worker raised; TRN-504 for anything unforeseen.
    """
    guarded = _Guarded(work)
    if workers <= 1:
        for task in tasks:
            yield _unwrap(guarded(task))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        waiting: deque[Future[Result | Failure]] = deque()
        try:
            for task in tasks:
                waiting.append(pool.submit(guarded, task))
                if len(waiting) >= workers * _AHEAD:
                    yield _unwrap(waiting.popleft().result())
            while waiting:
                yield _unwrap(waiting.popleft().result())
        except BrokenProcessPool as error:
            raise AssistantError(
                "TRN-504",
                "一个工作进程被系统结束，多半是内存不足。",
                next_step="请在配置中减少 workers 或 batch_rows，再次运行会从停下处继续。",
                detail=str(error),
            ) from error
        finally:
            for future in waiting:
                future.cancel()


def _unwrap(result: Result | Failure) -> Result:
    if isinstance(result, Failure):
        raise AssistantError(
            result.code, result.message, next_step=result.next_step, detail=result.detail
        )
    return result


def _unexpected(error: Exception) -> Failure:
    return Failure(
        "TRN-504",
        f"数据准备遇到没有料到的情况（{type(error).__name__}）。",
        "请再运行一次；若仍如此，请把日志交给维护者。",
        traceback.format_exc(),
    )


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait, args=(parent,), daemon=True).start()


def _wait(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os._exit(1)
