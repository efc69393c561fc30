"""What a run says while it goes: figures, for TensorBoard and as JSON lines, and sentences for whoever looks on."""

import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TextIO

from arena.core.errors import BadRequest
from arena.loops.folder import FIGURES, TENSORBOARD, writing_at


class Board:
    """Figures under `folder`/tensorboard and in `folder`/figures.jsonl, which the first of them makes; sentences on
    standard error unless `quiet`.

    Raises:
        BadRequest: the extra `loops` is not installed.
        LedgerFault: the disk is full or refuses.
    """

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        if find_spec("tensorboardX") is None:
            raise BadRequest("training logs to TensorBoard; pip install 'arena[loops]'")
        self._quiet, self._folder = quiet, folder
        self._open: tuple[Any, TextIO] | None = None

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Log figures of one step. After a resume a step may come again: the later one counts.

        Raises:
            LedgerFault: the disk is full or refuses.
        """
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.summary import scalar

        with writing_at(self._folder):
            events, lines = self._opened()
            for name, value in figures.items():
                events.write_event(Event(wall_time=time.time(), step=step, summary=scalar(name, value)))
            events.flush()
            lines.write(json.dumps({"step": step, **figures}) + "\n")
            lines.flush()

    def tell(self, sentence: str) -> None:
        """Say how it goes."""
        if not self._quiet:
            print(sentence, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Nothing more is said; what a full disk has not taken has been told."""
        for file in self._open or ():
            with suppress(OSError):
                file.close()

    def _opened(self) -> tuple[Any, TextIO]:
        """Where figures go; made with the first of them, as a run that is refused leaves nothing behind."""
        if self._open is None:
            from tensorboardX.event_file_writer import EventsWriter

            (self._folder / TENSORBOARD).mkdir(exist_ok=True)
            # Not by a SummaryWriter, whose thread tells nobody that the disk is full.
            events = EventsWriter(str(self._folder / TENSORBOARD / "events"))
            self._open = events, (self._folder / FIGURES).open("a", encoding="utf-8")
        return self._open
