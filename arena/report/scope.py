"""What a report is about: a rated id, all games of a plugin, or the sets of a tournament."""

from collections.abc import Collection
from dataclasses import dataclass

from arena.core.errors import BadRequest, UnknownGame
from arena.core.values import SetId
from arena.ledger import Ledger
from arena.ledger.selection import Pool, Selection, selected_sets


@dataclass(frozen=True, slots=True)
class Scope:
    """The `name` that was asked for, and which sets of which games that means; self-play is among them."""

    name: str
    games: tuple[Selection, ...]


def find_scope(ledger: Ledger, name: str) -> Scope:
    """The games that have results under this name: of a rated id, of a tournament, or of a plugin such as `openspiel`.

    Raises:
        UnknownGame: the ledger has no results of that name.
        BadRequest: no set of the tournament is finished.
    """
    held = [line.game for line in ledger.games()]
    of_event = None if name in held else sets_of(ledger, name)
    if of_event is not None:
        found = [Selection(game=game, pool=Pool.ALL, sets=of_event) for game in held]
        played = tuple(chosen for chosen in found if any(True for _ in selected_sets(ledger, chosen)))
        if not played:
            raise BadRequest(
                f"no set of tournament {name!r} is finished yet; `arena tournament status` says how far it is"
            )
        return Scope(name, played)
    games = [name] if name in held else [game for game in held if game.startswith(f"{name}/")]
    if not games:
        there = ", ".join(held[:20]) or "nothing yet"
        raise UnknownGame(f"no game or tournament {name!r} is in the ledger; it has results of {there}")
    return Scope(name, tuple(Selection(game=game, pool=Pool.ALL) for game in games))


def sets_of(ledger: Ledger, name: str) -> Collection[SetId] | None:
    """The sets that a tournament decided on, by its id or the latest of its name; None when there is none."""
    events = ledger.tournaments.all()
    event = next((one for one in events if one.id == name), None) or ledger.tournaments.latest(name)
    return None if event is None else frozenset(one.set_id for one in ledger.tournaments.pairings(event.id))
