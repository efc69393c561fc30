"""What the installed plugins know of games beside results; what their code does wrong becomes a note, no error."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Final

from arena.core.errors import ArenaError, GameUnavailable
from arena.core.game import Game
from arena.core.match import GameRef, MatchResult
from arena.core.measures import BaseRate, Column, Measures, RatedAgent, Vote
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.entries import latest_matches
from arena.ledger.selection import Selection
from arena.match.replay import restore
from arena.plugin.border import told
from arena.plugin.registry import Registry
from arena.rating.guards import Ballot

REPLAYED: Final = 1_000
"""Matches, the latest of a game, that are played again for their votes."""
_LEAST: Final = 3
"""Voters of a match who have one seat each: two alone cannot be compared with anybody."""


class PluginInsight:
    """Answers for `arena.report.insight`. `game_of` makes the game of a record, by the very rules it was played by.

    `notes` are sentences on what could not be told.
    """

    def __init__(self, registry: Registry, game_of: Callable[[GameRef], Game]) -> None:
        self._registry = registry
        self._game_of = game_of
        self._nulls: dict[str, dict[str, str]] = {}
        self.notes: list[str] = []

    def has_columns(self, game: str) -> bool:
        """Whether the game's plugin has columns for its ladders."""
        return bool(self._measures(game).columns)

    def columns(self, game: str, agents: Sequence[RatedAgent]) -> list[tuple[Column, dict[AgentName, float]]]:
        """The columns of a rated id that have a value for one of these agents."""
        columns = self._measures(game).columns
        try:
            made = self._registry.make_game(self._registry.ref(game))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            self._note(game, "its columns", error)
            return []
        measured = [(column, self._values(game, column, made, agents)) for column in columns]
        return [(column, values) for column, values in measured if values]

    def null_class(self, game: str, agent: RatedAgent) -> str:
        """The registered name of the null-class bot that this agent is, told by its SPEC, or else by its name.

        A server's agents cannot have a colon in their names; `arena join` puts a dash in its place.
        """
        plugin = game.partition("/")[0]
        if plugin not in self._nulls:
            names = self._registry.null_agents(game)
            self._nulls[plugin] = {name.replace(":", "-"): name for name in names} | {name: name for name in names}
        return self._nulls[plugin].get(agent.spec or agent.name, "")

    def base_rates(self, game: str) -> Sequence[BaseRate]:
        """How often null-class bots win this rated id among themselves, as its plugin states it."""
        return self._measures(game).base_rates.get(game, ())

    def votes(self, ledger: Ledger, chosen: Selection) -> tuple[list[Ballot], int] | None:
        """The ballots of the latest matches, and of how many of them; None for a game without votes.

        Only matches in which at least three agents have one seat each can show anything; only they are played again.
        """
        votes_of = self._measures(chosen.game).votes
        if votes_of is None:
            return None
        ballots: list[Ballot] = []
        count = 0
        for result in latest_matches(ledger, chosen, REPLAYED):
            agents = _sole_agents(result)
            if len(agents) < _LEAST:
                continue
            try:
                state = restore(self._game_of(result.plan.game), result.plan, result.moves).state
                ballots += _ballots(result, agents, [*votes_of(state)])
                state.close()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
                self._note(chosen.game, "the votes of some matches", error)
            else:
                count += 1
        return ballots, count

    def _measures(self, game: str) -> Measures:
        try:
            return self._registry.listing(game.partition("?")[0]).measures
        except ArenaError:  # a ledger may hold games whose plugin is gone
            return Measures()

    def _values(self, game: str, column: Column, made: Game, agents: Sequence[RatedAgent]) -> dict[AgentName, float]:
        try:
            found = column.measure(made, agents)
            values = {agent.name: float(found[agent.name]) for agent in agents if agent.name in found}
            return {name: value for name, value in values.items() if isfinite(value)}
        except GameUnavailable:
            return {}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the plugin's code may raise anything
            self._note(game, f"the column {column.name}", error)
            return {}

    def _note(self, game: str, what: str, error: BaseException) -> None:
        note = f"{what} of {game} cannot be told: {told(error)}"
        if note not in self.notes:
            self.notes.append(note)


def _sole_agents(result: MatchResult) -> dict[int, AgentName]:
    """By seat, the agents that have one seat only: the votes of several seats of one agent are one mind's."""
    names = {seat.seat: result.plan.parties[seat.party].agent for seat in result.seats}
    count = Counter(names.values())
    return {seat: agent for seat, agent in names.items() if count[agent] == 1}


def _ballots(result: MatchResult, agents: dict[int, AgentName], votes: Sequence[Vote]) -> Iterator[Ballot]:
    """Votes with agents in place of seats; a side, which may know itself, is compared with itself only."""
    sides = {seat.seat: seat.team for seat in result.seats}
    for vote in votes:
        if vote.voter in agents:
            target = AgentName(f"seat {vote.target}")
            yield Ballot(result.plan.match_id, vote.round, agents[vote.voter], target, sides[vote.voter])
