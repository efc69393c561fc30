"""What a run says while it goes: figures, for TensorBoard and as JSON lines, and sentences for whoever looks on."""

import json
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TextIO

from arena.core.errors import BadRequest

FIGURES: Final = "figures.jsonl"


class Board:
    """Figures under `folder`/tensorboard and in `folder`/figures.jsonl, which the first of them makes; sentences on
    standard error unless `quiet`.

    Raises:
        BadRequest: the extra `loops` is not installed.
    """

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        if find_spec("tensorboardX") is None:
            raise BadRequest("training logs to TensorBoard; pip install 'arena[loops]'")
        self._folder = folder
        self._quiet = quiet
        self._open: tuple[Any, TextIO] | None = None

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Log figures of one step. After a resume a step may come again: the later one counts."""
        writer, lines = self._opened()
        for name, value in figures.items():
            writer.add_scalar(name, value, step)
        lines.write(json.dumps({"step": step, **figures}) + "\n")
        lines.flush()

    def tell(self, sentence: str) -> None:
        """Say how it goes."""
        if not self._quiet:
            print(sentence, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Write what is buffered."""
        for file in self._open or ():
            file.close()

    def _opened(self) -> tuple[Any, TextIO]:
        if self._open is None:
            from tensorboardX import SummaryWriter

            lines = (self._folder / FIGURES).open("a", encoding="utf-8")
            self._open = SummaryWriter(str(self._folder / "tensorboard")), lines
        return self._open
