"""CPU seconds of processes, read from the operating system."""

import resource
import time
from collections.abc import Iterable

import psutil


def own_seconds() -> float:
    """User and system time of this process, all threads, with the children it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def process_seconds(process: psutil.Process) -> float:
    """User and system time of one process, all threads, with the children it has waited for."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def seconds_of(processes: Iterable[psutil.Process]) -> float:
    """User and system time of these processes together."""
    return sum(map(process_seconds, processes))


def tree_seconds() -> float:
    """This process and its children, those that have ended included."""
    return own_seconds() + seconds_of(psutil.Process().children(recursive=True))


def load_average() -> tuple[float, float, float]:
    """Runnable tasks over 1, 5 and 15 minutes."""
    return psutil.getloadavg()


class Stopwatch:
    """Wall and CPU seconds of some processes since it was made."""

    def __init__(self, processes: Iterable[psutil.Process]) -> None:
        self._processes = list(processes)
        self._cpu = seconds_of(self._processes)
        self._wall = time.perf_counter()

    def read(self) -> tuple[float, float]:
        """Wall seconds and CPU seconds so far."""
        return time.perf_counter() - self._wall, seconds_of(self._processes) - self._cpu
