"""The environment that a process with vLLM in it needs, offline, and on a CPU where there is no GPU."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

CPU_SETTINGS: Final = ("dtype=float32", "enforce_eager=true", "max_model_len=4096", "max_num_seqs=256")
"""What the CPU build must be told: bfloat16 dies on processors without it, and there is nothing to compile with."""


def on_cpu() -> bool:
    """Whether the interpreter's vLLM is the CPU build, which brings Intel's OpenMP along."""
    return _openmp().is_file()


def vllm_environ() -> Mapping[str, str]:
    """`os.environ` and what vLLM needs beside it."""
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1", "TOKENIZERS_PARALLELISM": "false"}
    if on_cpu():
        environ |= {"LD_PRELOAD": str(_openmp()), "VLLM_CPU_KVCACHE_SPACE": "1"}
    return environ


def _openmp() -> Path:
    return Path(sys.prefix) / "lib" / "libiomp5.so"
