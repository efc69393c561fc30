"""Agents that every installation of the plugin has: baselines to be measured against."""

from collections.abc import Mapping
from typing import Final

from arena.core.agent import Agent, SeatInfo
from arena.core.options import Option
from arena.core.values import Config, Json
from arena_pokemon_vgc.agents.heuristics import Heuristics
from arena_pokemon_vgc.agents.max_damage import MaxDamage
from arena_pokemon_vgc.agents.max_power import MaxPower
from arena_pokemon_vgc.agents.scoring import ScoringAgent
from arena_pokemon_vgc.engine.node import require_node
from arena_pokemon_vgc.engine.sharing import acquire
from arena_pokemon_vgc.facts import facts_of

AGENTS: Final[Mapping[str, str]] = {
    "max-power": "plays the move of the highest base power",
    "max-damage": "plays the move of the highest damage by the Smogon calculator",
    "heuristics": "weighs damage, knock-outs, speed, protection and support by rules of thumb",
}
"""Summaries by name."""
TEAM: Final = Option(name="team", kind="file", default=None, rules=False, help="the team it brings; else one is drawn")


class VgcAgents:
    """Seats agents of one kind, all of which ask one simulator about moves and species."""

    wants = ScoringAgent.wants
    """Told to a server before any agent is seated."""

    def __init__(self, name: str, options: Config) -> None:
        self._name = name
        self._team = options.get("team")

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
        return Heuristics(seat, facts_of(simulator, format_id))

    def entry(self, game: str, config: Config) -> Json:
        """The text of the team that was given, if any."""
        return self._team["text"] if isinstance(self._team, Mapping) else None
