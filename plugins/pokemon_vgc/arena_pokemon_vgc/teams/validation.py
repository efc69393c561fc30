"""Whether a team is legal in a format, by the simulator's own validator and in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.core.errors import BadEntry
from arena_pokemon_vgc.engine.simulator import Simulator
from arena_pokemon_vgc.teams.parsing import parse_team
from arena_pokemon_vgc.teams.sets import packed

_SHOWN: Final = 5
_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True)
class Verdict:
    """`team` is the packed form to play with; `problems` are the validator's sentences, empty when it is legal."""

    team: str
    problems: Sequence[str]


class TeamCheck:
    """Judges teams of one format, each text once."""

    def __init__(self, simulator: Simulator, format_: str) -> None:
        self._simulator = simulator
        self._format = format_
        self._verdicts: dict[str, Verdict] = {}

    def verdict(self, text: str) -> Verdict:
        """What the validator says of a team in export or packed form.

        Raises:
            BadEntry: it cannot be read as a team.
        """
        if text not in self._verdicts:
            if len(self._verdicts) >= _KEPT:
                self._verdicts.clear()
            team = packed(parse_team(text))
            said = self._simulator.ask({"do": "validate", "format": self._format, "team": team})
            self._verdicts[text] = Verdict(said["team"], said["problems"])
        return self._verdicts[text]

    def legal(self, text: str) -> str:
        """The packed form of a legal team.

        Raises:
            BadEntry: it is not legal, in the validator's words.
        """
        verdict = self.verdict(text)
        if verdict.problems:
            shown = "; ".join(verdict.problems[:_SHOWN])
            more = f"; and {len(verdict.problems) - _SHOWN} more" if len(verdict.problems) > _SHOWN else ""
            raise BadEntry(f"this team is not legal in {self._format.partition('@')[0]}: {shown}{more}")
        return verdict.team
