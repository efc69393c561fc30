"""What the plugins of an installation say of games beside results: the seam by which ladders and reports are told."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from arena.core.measures import BaseRate, Column, RatedAgent
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.selection import Selection
from arena.rating.guards import Ballot


class Insight(Protocol):
    """Asked lazily: of a game that nobody asks about nothing is loaded. No call raises for what a plugin does wrong."""

    def has_columns(self, game: str) -> bool:
        """Whether `columns` may have any, so that it is worth while to find out who the agents are."""

    def columns(self, game: str, agents: Sequence[RatedAgent]) -> Sequence[tuple[Column, Mapping[AgentName, float]]]:
        """The columns of a rated id that have a value for one of these agents, with these values."""

    def null_class(self, game: str, agent: RatedAgent) -> str:
        """The registered name of the null-class bot that this agent is; "" for any other agent."""

    def base_rates(self, game: str) -> Sequence[BaseRate]:
        """How often null-class bots win this rated id among themselves, where it is known."""

    def votes(self, ledger: Ledger, chosen: Selection) -> tuple[Sequence[Ballot], int] | None:
        """The ballots of the latest matches that can show anything, and how many these are; None without votes."""


NULL_NAMES = frozenset({"random", "null", "first", "silent", "echo", "injector"})
"""Agents that come with every installation and cannot play well."""


class NoInsight:
    """Knows no plugin: only the names of the agents that come with every installation."""

    def has_columns(self, game: str) -> bool:
        """None."""
        return False

    def columns(self, game: str, agents: Sequence[RatedAgent]) -> Sequence[tuple[Column, Mapping[AgentName, float]]]:
        """None."""
        return ()

    def null_class(self, game: str, agent: RatedAgent) -> str:
        """By its name alone."""
        return agent.name if agent.name in NULL_NAMES else ""

    def base_rates(self, game: str) -> Sequence[BaseRate]:
        """None."""
        return ()

    def votes(self, ledger: Ledger, chosen: Selection) -> tuple[Sequence[Ballot], int] | None:
        """None."""
        return None
