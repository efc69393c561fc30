"""Where a run took place: what anybody needs to judge its figures."""

import os
import platform
import statistics
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import psutil
from cpu import load_average
from peer import SCRATCH

_PACKAGES: Final = ("arena", "grpcio", "protobuf", "msgspec", "sqlalchemy", "sqlmodel", "open_spiel", "numpy", "psutil")
_SYNCS: Final = 50


def describe() -> Mapping[str, Any]:
    """Interpreter, libraries, machine and its load now."""
    return {
        "python": f"{sys.version.split()[0]}{_built()}",
        "packages": {package: version(package) for package in _PACKAGES},
        "system": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
        "memory, GiB": round(psutil.virtual_memory().total / 2**30, 1),
        "fsync median, ms": round(fsync_ms(), 3),
        "load average": [round(load, 2) for load in load_average()],
    }


def _built() -> str:
    optimized = "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS"))
    return ", optimized build" if optimized else ", not an optimized build"


def fsync_ms() -> float:
    """How long the disk under `.bench` takes to sync 4 KiB; the ledger waits for one a commit."""
    SCRATCH.mkdir(exist_ok=True)
    times = []
    with tempfile.TemporaryFile(dir=SCRATCH) as file:
        for _ in range(_SYNCS):
            file.write(bytes(4096))
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e3
