"""What a run says while it goes: figures, for TensorBoard and as JSON lines, and sentences for whoever looks on."""

import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from arena.core.errors import BadRequest
from arena.loops.folder import FIGURES, TENSORBOARD, writing_at


class Board:
    """Figures under `folder`/tensorboard and in `folder`/figures.jsonl; sentences on standard error unless `quiet`.

    Raises:
        BadRequest: the extra `loops` is not installed.
        LedgerFault: the disk is full or refuses.
    """

    def __init__(self, folder: Path, *, quiet: bool = False) -> None:
        try:
            from tensorboardX.event_file_writer import EventsWriter
        except ImportError:
            raise BadRequest("training logs to TensorBoard; pip install 'arena[loops]'") from None
        self._quiet, self._folder = quiet, folder
        with writing_at(folder):
            (folder / TENSORBOARD).mkdir(exist_ok=True)
            # Not by a SummaryWriter, whose thread tells nobody that the disk is full.
            self._events: Any = EventsWriter(str(folder / TENSORBOARD / "events"))
            self._lines = (folder / FIGURES).open("a", encoding="utf-8")

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Log figures of one step. After a resume a step may come again: the later one counts.

        Raises:
            LedgerFault: the disk is full or refuses.
        """
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.summary import scalar

        with writing_at(self._folder):
            for name, value in figures.items():
                self._events.write_event(Event(wall_time=time.time(), step=step, summary=scalar(name, value)))
            self._events.flush()
            self._lines.write(json.dumps({"step": step, **figures}) + "\n")
            self._lines.flush()

    def tell(self, sentence: str) -> None:
        """Say how it goes."""
        if not self._quiet:
            print(sentence, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Nothing more is said; what a full disk has not taken has been told."""
        for file in (self._events, self._lines):
            with suppress(OSError):
                file.close()
