"""What a run says while it goes: figures, for TensorBoard and as JSON lines, and sentences for whoever looks on."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from arena.core.errors import BadRequest

FIGURES: Final = "figures.jsonl"


class Board:
    """Figures under `folder`/tensorboard and in `folder`/figures.jsonl; sentences on standard error unless `quiet`.

    Raises:
        BadRequest: the extra `loops` is not installed.
    """

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        try:
            from tensorboardX import SummaryWriter
        except ImportError:
            raise BadRequest("training logs to TensorBoard; pip install 'arena[loops]'") from None
        self._quiet = quiet
        self._writer: Any = SummaryWriter(str(folder / "tensorboard"))
        self._lines = (folder / FIGURES).open("a", encoding="utf-8")

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Log figures of one step. After a resume a step may come again: the later one counts."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        self._lines.write(json.dumps({"step": step, **figures}) + "\n")
        self._lines.flush()

    def tell(self, sentence: str) -> None:
        """Say how it goes."""
        if not self._quiet:
            print(sentence, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Write what is buffered."""
        self._writer.close()
        self._lines.close()
