"""Exports onto a disk that is really full, for `test_full_disk`: `python -m tests.training.full_disk FORM LEDGER DISK`.

For one size of what is left after another, so that it is full now at this moment and now at that one: the export must
say so in a sentence and leave nothing under its name, and go on once there is room.
"""

import json
import os
import sys
from pathlib import Path

from arena.core.errors import BadRequest
from arena.ledger import Ledger
from arena.match.seen import seen
from arena.training import Request, export, parts
from tests.training.tensors import TensorGame

PAGE = os.sysconf("SC_PAGE_SIZE")
SIZES = range(1, 34, 4)


def main() -> None:
    """Print, for each size in pages, the sentence or that there was none, and whether the export came to the same."""
    form, ledger, disk = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    parts._PART_ROWS = 8
    with Ledger.open(ledger, create=False) as opened:
        for pages in SIZES:
            print(json.dumps(_told(opened, form, disk / str(pages), pages)), flush=True)


def _told(ledger: Ledger, form: str, folder: Path, pages: int) -> dict[str, object]:
    folder.mkdir()
    whole = _export(ledger, form, folder / "whole")
    ballast = _fill(folder / "ballast", pages)
    try:
        said = _export(ledger, form, folder / "out") and ""
    except BadRequest as error:
        said = str(error)
    left = sorted(file.name for file in folder.rglob("*.writing"))
    there = (folder / "out").exists()
    ballast.unlink()
    same = said == "" or _export(ledger, form, folder / "out") == whole
    return {"pages": pages, "said": said, "half_written": left, "there": there, "same": same}


def _export(ledger: Ledger, form: str, out: Path) -> dict[str, bytes]:
    game = TensorGame()
    export(ledger, Request(format=form), out, lambda result, views: seen(game, result, views))
    return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}


def _fill(ballast: Path, pages: int) -> Path:
    """Take all the room there is but so many pages."""
    with ballast.open("wb", buffering=0) as stream:
        try:
            while stream.write(bytes(PAGE)):
                pass
        except OSError:
            stream.truncate(max(0, stream.tell() // PAGE - pages) * PAGE)
    return ballast


if __name__ == "__main__":
    main()
