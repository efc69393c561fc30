"""Gather, draw, write: the whole of `arena report` behind its command line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from arena.core.errors import BadRequest
from arena.ledger import Ledger
from arena.report.across import compare
from arena.report.facts import gather
from arena.report.insight import Insight
from arena.report.page import render
from arena.report.scope import find_scope
from arena.report.tables import csv_files

PAGE: Final = "index.html"


def write_report(
    ledger: Ledger,
    name: str,
    out: Path,
    made_ms: int,
    system: str | None = None,
    settings: Sequence[str] = (),
    insight: Insight | None = None,
) -> list[Path]:
    """Write the page and its CSV files into the folder `out`, which is made; the page comes first.

    `insight` tells what the games' plugins know beside results.

    What was there under these names is replaced once all of it is written.

    Raises:
        UnknownGame: the ledger has no results of that name.
        BadRequest: an unknown system or setting, a folder that cannot be written, or what draws is not installed.
    """
    scope = find_scope(ledger, name)
    facts = [gather(ledger, chosen, system, settings, insight) for chosen in scope.games]
    across = compare(facts)
    files = csv_files(facts, across)
    page = render(scope.name, facts, across, [file.name for file in files], made_ms)
    try:
        with _filling(out) as draft:
            (draft / PAGE).write_text(page, encoding="utf-8", errors="backslashreplace")
            for file in files:
                file.write(draft)
    except OSError as error:
        raise BadRequest(f"cannot write to {str(out)!r}: {error.strerror}; name a folder by --out") from None
    return [out / PAGE, *(out / file.name for file in files)]


@contextmanager
def _filling(out: Path) -> Iterator[Path]:
    """A folder within `out`, whose files are in `out` when all are written; else none of them is."""
    made = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=out, prefix=".writing-") as draft:
            yield Path(draft)
            for file in Path(draft).iterdir():
                file.replace(out / file.name)
    except OSError:
        if made:
            out.rmdir()
        raise
