"""What a report is about: a rated id, all games of a plugin, or the sets of a tournament."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from arena.core.errors import UnknownGame
from arena.core.values import SetId
from arena.ledger import Ledger
from arena.ledger.selection import Pool, Selection


@dataclass(frozen=True, slots=True)
class Scope:
    """The `name` that was asked for, and which sets of which games that means; self-play is among them."""

    name: str
    games: tuple[Selection, ...]


def find_scope(ledger: Ledger, name: str) -> Scope:
    """The games that have results under this name: of a tournament, of a rated id, or of a plugin such as `openspiel`.

    Raises:
        UnknownGame: the ledger has no results of that name.
    """
    held = [line.game for line in ledger.games()]
    of_event = sets_of(ledger, name)
    if of_event is not None:
        chosen = [game for game in held if _meets(ledger, game, of_event)]
        return Scope(name, tuple(Selection(game=game, pool=Pool.ALL, sets=of_event) for game in chosen))
    games = [name] if name in held else [game for game in held if game.startswith(f"{name}/")]
    if not games:
        there = ", ".join(held[:20]) or "nothing yet"
        raise UnknownGame(f"no game or tournament {name!r} is in the ledger; it has results of {there}")
    return Scope(name, tuple(Selection(game=game, pool=Pool.ALL) for game in games))


def sets_of(ledger: Ledger, name: str) -> Collection[SetId] | None:
    """The ids of the sets that the tournament `name` played; None when no tournament has this name.

    Ledgers keep no tournaments yet: every name is that of a game.
    """
    return None


def _meets(ledger: Ledger, game: str, sets: Collection[SetId]) -> bool:
    counts = Counter(one.set_id in sets for one in ledger.ladder_sets(game))
    return counts[True] > 0
