"""Agents that every installation of the plugin has: baselines to be measured against."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from arena.core.agent import Agent, SeatInfo
from arena.core.errors import BadEntry, UnknownAgent
from arena.core.values import Config, Json
from arena_pokemon_vgc.agents.heuristics import Heuristics
from arena_pokemon_vgc.agents.max_damage import MaxDamage
from arena_pokemon_vgc.agents.max_power import MaxPower
from arena_pokemon_vgc.agents.scoring import ScoringAgent
from arena_pokemon_vgc.agents.simple_heuristics import SimpleHeuristics
from arena_pokemon_vgc.engine.node import require_node
from arena_pokemon_vgc.engine.sharing import acquire
from arena_pokemon_vgc.facts import facts_of
from arena_pokemon_vgc.teams.pool import read_teams

AGENTS: Final[Mapping[str, str]] = {
    "max-power": "plays the move of the highest base power",
    "max-damage": "plays the move of the highest damage by the Smogon calculator",
    "simple-heuristics": "attacks by types and base stats, and leaves bad matchups",
    "heuristics": "weighs damage, knock-outs, speed, protection and support by rules of thumb",
}
"""Summaries by name."""


class VgcAgents:
    """Seats agents of one kind, all of which ask one simulator about moves and species."""

    wants = ScoringAgent.wants
    """Told to a server before any agent is seated."""

    def __init__(self, name: str, team: str | None = None) -> None:
        self._name, self._team = name, team

    def __call__(self, seat: SeatInfo) -> Agent:
        """An agent for this seat.

        Raises:
            GameUnavailable: the simulator, whose data it needs, is not on this machine.
        """
        if self._name == "max-power":
            return MaxPower(seat)
        game = seat.game.partition("?")[0]
        simulator, format_id = acquire(require_node(game)), game.partition("/")[2]
        if self._name == "max-damage":
            return MaxDamage(seat, simulator, format_id)
        kind = SimpleHeuristics if self._name == "simple-heuristics" else Heuristics
        return kind(seat, facts_of(simulator, format_id))

    def entry(self, game: str, config: Config) -> Json:
        """The text of its team, if it has one; else it plays what is drawn."""
        return self._team


def with_team(spec: str) -> VgcAgents:
    """The agents that `NAME:FILE` means: a baseline that brings the team of a file.

    Raises:
        UnknownAgent: there is no baseline of this name.
        BadEntry: the file cannot be read, or holds another number of teams than one.
    """
    name, _, path = spec.partition(":")
    if name not in AGENTS:
        raise UnknownAgent(f"unknown agent 'pokemon_vgc:{name}'; there is {', '.join(AGENTS)}, each also as NAME:FILE")
    teams = [text for _, text in read_teams(Path(path))]
    if len(teams) != 1:
        raise BadEntry(f"an agent brings one team; there are {len(teams)} in {path}")
    return VgcAgents(name, teams[0])
