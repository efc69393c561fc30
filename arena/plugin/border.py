"""The border around plugin code: what it raises becomes a clean sentence for peers and a traceback for the owner."""

import logging

from arena.core.errors import ArenaError, GameFault

log = logging.getLogger("arena.plugin")

_LONGEST = 300
_seen: set[str] = set()


def game_fault(game: str, error: BaseException) -> ArenaError:
    """The fault that voids a match after `error` came out of a game's code; the owner's log gets the traceback once.

    Errors that already speak to the asker (a bad entry, a missing engine) are kept, and nothing is wrong in the code.
    """
    if isinstance(error, ArenaError) and not isinstance(error, GameFault):
        return error
    fault: ArenaError
    if isinstance(error, MemoryError):
        fault = GameFault(f"the game {game} needed more memory than its worker may have")
    elif isinstance(error, GameFault):
        fault = error
    else:
        fault = GameFault(f"the game {game} raised {type(error).__name__}")
    log_once(str(fault), error)
    return fault


def told(error: BaseException) -> str:
    """What code of others did wrong, in one line for whoever chose to run it here."""
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code!r})"[:_LONGEST]
    return f"{type(error).__name__}: {error}".splitlines()[0][:_LONGEST].removesuffix(": ")


def log_once(sentence: str, error: BaseException | None = None) -> None:
    """Tell the owner, and where `error` came from, the first time that this sentence is seen in this process."""
    if sentence in _seen or len(_seen) > 1_000:
        return
    _seen.add(sentence)
    log.warning("%s", sentence[:_LONGEST], exc_info=error)
