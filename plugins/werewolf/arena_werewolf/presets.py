"""The published settings by name: each is the one engine with its options set. RULES.md says whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A setting: the default deal, and how many seats the option `roles` may make of it."""

    name: str
    roles: Mapping[str, int]
    low: int
    high: int


PRESETS: Final = (
    Preset(
        name="ww7-lspo",
        roles={"werewolf": 2, "seer": 1, "doctor": 1, "villager": 3},
        low=7,
        high=7,
    ),
    Preset(
        name="ww4-mini",
        roles={"werewolf": 1, "seer": 1, "villager": 2},
        low=4,
        high=4,
    ),
)
