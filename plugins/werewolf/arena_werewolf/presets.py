"""The published settings by name: each is the one engine with its options set. RULES.md 8.1 says whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from arena.core.options import Option
from arena_werewolf.options import rule_options


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A setting: its deal, its rules where they differ from those of `ww7-lspo`, and how many it may seat.

    `seats` is how many a setting without a deal of its own seats unless told otherwise.
    """

    name: str
    roles: Mapping[str, int]
    changes: Mapping[str, Any] = field(default_factory=dict)
    seats: int | None = None
    low: int = 4
    high: int = 18

    @property
    def options(self) -> tuple[Option, ...]:
        """Its options with its own defaults."""
        return rule_options(self.roles, self.changes, () if self.seats is None else (self.seats, self.low, self.high))


_TABLE: Final = {"speaking": "rotate", "wolves": "chat", "tie": "revote", "win": "sides"}
"""What the large tables with witch and hunter have in common."""

PRESETS: Final = (
    Preset(name="ww7-lspo", roles={"werewolf": 2, "seer": 1, "doctor": 1, "villager": 3}),
    Preset(
        name="ww8-arena",
        roles={"werewolf": 2, "seer": 1, "doctor": 1, "villager": 4},
        changes={
            "speaking": "bid-turn",
            "talk_turns": 8,
            "wolves": "random-wolf",
            "abstain": False,
            "tie": "none",
            "threshold": "majority",
            "tally": "private",
            "seer": "role",
            "seer_repeat": False,
        },
    ),
    Preset(
        name="ww7-kaggle",
        roles={"werewolf": 2, "seer": 1, "doctor": 1, "villager": 3},
        changes={
            "speaking": "rounds",
            "talk_rounds": 2,
            "vote": "sequential",
            "no_votes": "random",
            "wolves": "vote",
            "reveal_night": "role",
            "reveal_day": "role",
            "seer": "role",
        },
    ),
    Preset(
        name="ww9-witch-hunter",
        roles={"werewolf": 3, "seer": 1, "witch": 1, "hunter": 1, "villager": 3},
        changes={**_TABLE, "witch_heal": "never"},
    ),
    Preset(
        name="ww12-classic",
        roles={"werewolf": 4, "seer": 1, "witch": 1, "guard": 1, "hunter": 1, "villager": 4},
        changes=_TABLE,
    ),
    Preset(name="ww4-mini", roles={"werewolf": 1, "seer": 1, "villager": 2}),
    Preset(
        name="mafia-n",
        roles={},
        changes={
            "speaking": "random",
            "talk_rounds": 3,
            "vote": "sequential",
            "vote_order": "random",
            "abstain": False,
            "wolves": "vote",
            "doctor_self": False,
        },
        seats=8,
        low=6,
        high=15,
    ),
)

BY_NAME: Final = {preset.name: preset for preset in PRESETS}
