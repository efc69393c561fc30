"""What agents spent on their moves, as they stated it: summed by game and agent while matches land, a row for each sum.

A ladder that shows costs reads these few rows instead of every move's provenance.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import select

from arena.core.agent import Provenance
from arena.core.match import MatchResult
from arena.core.values import AgentName
from arena.ledger.reads import Reads
from arena.ledger.rows import Row, plain
from arena.ledger.selection import table_of
from arena.ledger.tables import AgentRow, SpendingRow

_MOST: Final = 1e12
"""Of a number that one move can add: sums of such are far from infinity, at which a database may refuse a batch."""
_MOST_TOKENS: Final = 2**32 - 1

Key: TypeAlias = tuple[str, str, bool]
"""A rated id, an agent, and whether it is about void matches."""


class Spent(NamedTuple):
    """A sum over `matches`, those in which the agent stated anything. `cost` is in the unit the agent declares."""

    matches: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    think_seconds: float = 0.0
    cost: float = 0.0

    def __add__(self, other: tuple[Any, ...]) -> "Spent":  # a sum, not a longer tuple
        return Spent._make(map(sum, zip(self, other, strict=True)))

    @property
    def tokens(self) -> int:
        """Read and written."""
        return self.prompt_tokens + self.completion_tokens


class Spending(NamedTuple):
    """A line of the sums."""

    game: str
    agent: AgentName
    void: bool
    spent: Spent


def spent_in(result: MatchResult, made: Mapping[int, Provenance]) -> dict[Key, Spent]:
    """What each agent of a match spent on the moves that came with a provenance, by the move's index."""
    agents = {seat.seat: plain(result.plan.parties[seat.party].agent) for seat in result.seats}
    game, void = plain(result.plan.game.rated_id), bool(result.void)
    sums: dict[Key, Spent] = {}
    for move, how in made.items():
        agent = agents.get(result.moves[move].seat)
        spent = _stated(how)
        if agent is not None and any(spent):
            add(sums, (game, agent, void), spent)
    return {key: spent._replace(matches=1) for key, spent in sums.items()}


def add(sums: dict[Key, Spent], key: Key, spent: Spent) -> None:
    """Add to one of the sums."""
    sums[key] = sums.get(key, Spent()) + spent


def rows(sums: Mapping[Key, Spent]) -> list[Row]:
    """The rows of `spending`."""
    return [(*key, *spent) for key, spent in sums.items()]


def spending(ledger: Reads, game: str, owner: str | None = None) -> Iterator[Spending]:
    """What each agent has spent in all matches of a rated id, void ones apart; of an `owner`, its own agents only."""
    table = table_of(SpendingRow)
    query = select(table).where(table.c.game == plain(game)).order_by(table.c.agent, table.c.void)
    if owner is not None:
        agents = table_of(AgentRow).c
        query = query.where(table.c.agent.in_(select(agents.name).where(agents.owner == owner)))
    with ledger._engine.connect() as connection:
        for of, agent, void, *spent in connection.execute(query).all():
            yield Spending(of, AgentName(agent), bool(void), Spent._make(spent))


def _stated(how: Provenance) -> Spent:
    prompt = how.prompt_tokens or len(how.prompt_token_ids)
    completion = how.completion_tokens or len(how.completion_token_ids)
    return Spent(0, _tokens(prompt), _tokens(completion), _amount(how.think_seconds), _amount(how.cost))


def _tokens(number: int) -> int:
    return min(max(int(number), 0), _MOST_TOKENS)


def _amount(number: float) -> float:
    """What no sum could bear, counts as nothing; and nobody earns by thinking."""
    return min(max(float(number), 0.0), _MOST) if isfinite(number) else 0.0
