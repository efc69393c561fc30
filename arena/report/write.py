"""Gather, draw, write: the whole of `arena report` behind its command line."""

from collections.abc import Sequence
from pathlib import Path
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
        out.mkdir(parents=True, exist_ok=True)
        (out / PAGE).write_text(page, encoding="utf-8", errors="backslashreplace")
        for file in files:
            file.write(out)
    except OSError as error:
        raise BadRequest(f"cannot write to {str(out)!r}: {error.strerror}; name a folder by --out") from None
    return [out / PAGE, *(out / file.name for file in files)]
