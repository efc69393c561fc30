"""From trajectories to files: one pass in constant memory, which a killed process goes on with where it stood."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from arena.core.errors import BadRequest
from arena.ledger import Ledger
from arena.training.files import Folder, Row
from arena.training.never import Never
from arena.training.parts import Part
from arena.training.portions import Portions
from arena.training.progress import Progress, begun
from arena.training.request import Request
from arena.training.source import Source
from arena.training.stored import Stored
from arena.training.tokenizer import Tokenizer
from arena.training.trajectory import Replay


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it: the folder, and its manifest."""

    folder: Path
    manifest: Row


def export(
    ledger: Ledger,
    request: Request,
    out: Path,
    replay: Replay,
    tell: Callable[[int, int], None] = lambda matches, rows: None,
) -> Exported:
    """Write what is asked for into the new folder `out`, as `export_from` does; `replay` plays matches again."""
    return export_from(Stored(ledger, request, replay), request, out, tell)


def export_from(
    source: Source, request: Request, out: Path, tell: Callable[[int, int], None] = lambda matches, rows: None
) -> Exported:
    """Write what is asked for, and what `source` was made for, into the new folder `out`; `tell` hears how far it is.

    The folder has its name only once it is whole; an export that was killed goes on when the same is asked for again.

    Raises:
        BadRequest: nothing fits, what fits cannot be in one export, or `out` is there or cannot be written.
        GameUnavailable: a match was played by rules that are not installed.
        GameFault: a match cannot be played again by the rules that are.
        LedgerFault: the ledger is not what was written, or not the one that the export was begun with.
        ArenaError: a server is not to be had, or refuses.
    """
    if find_spec("pyarrow") is None or find_spec("h5py") is None:
        raise BadRequest("an export needs pyarrow and h5py; install arena[train]")
    tokenizer = None if request.tokenizer is None else Tokenizer(request.tokenizer)
    with Folder(out) as folder:
        progress = begun(source, request, folder)
        with Portions(source, request, progress, tokenizer) as portions:
            return _written(portions, progress, folder, tell)


def _written(portions: Portions, progress: Progress, folder: Folder, tell: Callable[[int, int], None]) -> Exported:
    encoding = portions.form.encoding
    try:
        while portions.more:
            with Part(folder, encoding, progress.portions) as part:
                portions.fill(part)
                progress.parts += part.finish()
            progress.portions += 1
            folder.note(progress.as_json())
            tell(progress.counts["matches"], progress.counts["rows"])
        portions.require_rows()
        with folder.writing():
            beside = encoding.finish(folder, progress.parts)
    except Never as never:
        folder.forget()
        raise never.error from None
    manifest = progress.manifest(beside)
    folder.finish(manifest)
    return Exported(folder.out, manifest)
