"""Lines of Showdown's protocol that raise, lower, copy and clear the stages of stats."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from arena_pokemon_vgc.teams.sets import to_id
from arena_pokemon_vgc.tracking.known import BOOSTS, Known, KnownPokemon

Args: TypeAlias = Sequence[str]
Handler: TypeAlias = Callable[[Args], None]

_MOST: Final = 6


class Stages:
    """Changes the stages of those whom `of` finds by what lines call them."""

    def __init__(self, known: Known, of: Callable[[str], KnownPokemon | None]) -> None:
        self._known, self._of = known, of

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """By kind of line."""
        return {
            "-boost": lambda args: self._boost(args, 1),
            "-unboost": lambda args: self._boost(args, -1),
            "-setboost": self._set,
            "-swapboost": self._swap,
            "-copyboost": self._copy,
            "-invertboost": lambda args: self._keep(args, lambda boost: -boost),
            "-clearboost": lambda args: self._keep(args, lambda boost: 0),
            "-clearnegativeboost": lambda args: self._keep(args, lambda boost: max(boost, 0)),
            "-clearpositiveboost": lambda args: self._keep(args, lambda boost: min(boost, 0)),
            "-clearallboost": self._clear_all,
        }

    def _boost(self, args: Args, sign: int) -> None:
        if (pokemon := self._of(args[0])) and args[1] in BOOSTS:
            boost = pokemon.boosts.get(args[1], 0) + sign * int(args[2])
            pokemon.boosts[args[1]] = max(-_MOST, min(_MOST, boost))

    def _set(self, args: Args) -> None:
        if (pokemon := self._of(args[0])) and args[1] in BOOSTS:
            pokemon.boosts[args[1]] = int(args[2])

    def _swap(self, args: Args) -> None:
        one, other = self._of(args[0]), self._of(args[1])
        if one is not None and other is not None:
            for stat in _stats(args[2:]):
                mine, theirs = one.boosts.get(stat, 0), other.boosts.get(stat, 0)
                one.boosts[stat], other.boosts[stat] = theirs, mine

    def _copy(self, args: Args) -> None:
        """The first one takes over the stages of the second."""
        one, other = self._of(args[0]), self._of(args[1])
        if one is not None and other is not None:
            one.boosts = dict(other.boosts)

    def _keep(self, args: Args, what: Callable[[int], int]) -> None:
        if pokemon := self._of(args[0]):
            pokemon.boosts = {stat: kept for stat, boost in pokemon.boosts.items() if (kept := what(boost))}

    def _clear_all(self, args: Args) -> None:
        for side in self._known.sides:
            for each in side.team.values():
                each.boosts.clear()


def _stats(args: Args) -> Iterator[str]:
    """Those that a line names, as in `atk, spa`; all of them when it names none."""
    named = args[0].split(",") if args and not args[0].startswith("[") else BOOSTS
    return (stat for stat in map(to_id, named) if stat in BOOSTS)
