"""The rules of one setting as a value, made from resolved options.

Each option is a dimension of its own: a new speaking order, tally or role adds a name in `options` and a component
beside the others of its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from arena.core.errors import BadOption
from arena.core.values import Config
from arena_werewolf.options import DEFAULTS, mafia
from arena_werewolf.presets import Preset
from arena_werewolf.roles import HUNTER, ROLES, WITCH, Role, Team
from arena_werewolf.sense import check_sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One setting: `roles` holds one role a seat, as they lie before the deal; the rest are the options of RULES.md 8.

    `league` is empty in records of matches from before there were leagues, which count and withhold nothing.
    """

    roles: tuple[Role, ...]
    speaking: str
    talk_rounds: int
    talk_turns: int
    bidding: str
    bids: str
    speech_chars: int
    league: str
    vote: str
    vote_order: str
    abstain: bool
    no_votes: str
    tie: str
    threshold: str
    tally: str
    reveal_night: str
    reveal_day: str
    seer: str
    seer_repeat: bool
    doctor_self: bool
    doctor_repeat: bool
    witch_heal: str
    wolves: str
    wolf_tie: str
    chat_turns: int
    win: str
    max_days: int
    predict: bool
    shaping: bool

    @property
    def seats(self) -> int:
        """How many play."""
        return len(self.roles)

    @property
    def nothing(self) -> int:
        """The action id that stands for "do not vote" by day and "nothing" by night: the one after the last seat."""
        return len(self.roles)

    @property
    def heal(self) -> int:
        """The action id of the witch's antidote."""
        return len(self.roles) + 1

    @property
    def wolves_dealt(self) -> int:
        """How many werewolves the deal holds; public, unlike how many are left."""
        return sum(role.team is Team.WEREWOLF for role in self.roles)

    @property
    def kinds(self) -> tuple[Role, ...]:
        """The different roles of the deal, in the order of `ROLES`."""
        return tuple(role for role in ROLES.values() if role in self.roles)

    @property
    def has_witch(self) -> bool:
        """Whether a night has a turn for the witch, and may cost more than one player."""
        return WITCH in self.roles

    @property
    def has_hunter(self) -> bool:
        """Whether those who go are asked for a shot."""
        return HUNTER in self.roles

    @property
    def pack_turns(self) -> int:
        """Turns of a night in which the pack, in sight of nobody, may name victims."""
        in_turn = self.wolves == "chain" or (self.wolves in {"vote", "chat"} and self.vote == "sequential")
        return self.wolves_dealt if in_turn else 1

    @property
    def whispers(self) -> int:
        """Turns of a night in which the pack talks."""
        return self.chat_turns if self.wolves == "chat" else 0

    @property
    def night_turns(self) -> int:
        """How often everybody alive is asked in a night."""
        return self.whispers + self.pack_turns + self.has_witch

    @property
    def asked_a_day(self) -> int:
        """Decisions of one seat in a night and the day after it, at most."""
        talk = {"fixed-once": 1, "bid-turn": 2 * self.talk_turns, "bid-round": 2 * self.talk_rounds}
        shots = 2 * (self.roles.count(HUNTER) + 1) if self.has_hunter else 0
        votes = 1 + (self.tie == "revote")
        return self.night_turns + talk.get(self.speaking, self.talk_rounds) + self.predict + votes + shots

    @property
    def waits_a_day(self) -> int:
        """How often somebody is waited for in a night and the day after it, with all seats alive."""
        talk = {
            "fixed-once": self.seats,
            "parallel": self.talk_rounds,
            "bid-turn": 2 * self.talk_turns,
            "bid-round": self.talk_rounds * (self.seats + 1),
        }
        votes = self.seats if self.vote == "sequential" else 1
        return self.night_turns + talk.get(self.speaking, self.talk_rounds * self.seats) + votes + 2 * self.has_hunter


_EARLIER: Final = {**DEFAULTS, "league": ""}
"""What holds where a record lacks an option that was added later: the rules of that time."""


def rules_of(config: Config, preset: Preset) -> Rules:
    """The rules that resolved options mean in a setting.

    Raises:
        BadOption: the roles are no deal that can be played, or options contradict each other.
    """
    settings: dict[str, Any] = {**_EARLIER, **cast(Mapping[str, Any], config)}
    counts, seats = settings.pop("roles"), settings.pop("seats", None)
    if counts and seats != preset.seats:
        raise BadOption("option seats: the roles say how many play; give roles or seats, not both (RULES.md 8.3)")
    if preset.seats is not None and not counts:
        counts = mafia(seats)
    rules = Rules(roles=_roles(counts, preset.low, preset.high), **settings)
    check_sense(rules, {**DEFAULTS, **preset.changes})
    return rules


def _roles(counts: object, low: int, high: int) -> tuple[Role, ...]:
    if not isinstance(counts, Mapping) or not all(_is_count(n) for n in counts.values()):
        raise BadOption("option roles: each takes a count of at least 1, such as werewolf:2,villager:5 (RULES.md 8.2)")
    if unknown := sorted(counts.keys() - ROLES.keys()):
        raise BadOption(f"option roles: there is no role {unknown[0]!r}; there is {', '.join(ROLES)} (RULES.md 8.2)")
    if not low <= sum(counts.values()) <= high:
        wanted = str(low) if low == high else f"{low} to {high}"
        given = sum(counts.values())
        raise BadOption(f"option roles: {given} roles are given, and this setting seats {wanted} (RULES.md 8.2)")
    roles = tuple(role for name, role in ROLES.items() for _ in range(counts.get(name, 0)))
    wolves = sum(role.team is Team.WEREWOLF for role in roles)
    if not 0 < wolves < len(roles) - wolves:
        raise BadOption("option roles: it takes at least one werewolf, and fewer werewolves than others (RULES.md 8.2)")
    if roles.count(WITCH) > 1:
        raise BadOption("option roles: there is at most one witch, or one victim has two antidotes (RULES.md 8.2)")
    return roles


def _is_count(n: object) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n > 0
