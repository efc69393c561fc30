"""Which options cannot stand together, and which say something about nothing (RULES.md 8.3)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from arena.core.errors import BadOption
from arena_werewolf.roles import DOCTOR, SEER, VILLAGER, WITCH

if TYPE_CHECKING:
    from arena_werewolf.rules import Rules

_Test = Callable[["Rules"], bool]

_CONTRADICTIONS: Final[tuple[tuple[_Test, str], ...]] = (
    (
        lambda r: r.threshold == "majority" and r.tie == "random",
        "threshold=majority lets nobody go without more than half of the votes, and tie=random draws one who has less; "
        "give tie=none or tie=revote with it",
    ),
    (
        lambda r: r.threshold == "majority" and r.no_votes == "random",
        "threshold=majority lets nobody go without more than half of the votes, and no_votes=random draws one without "
        "any; give no_votes=nobody with it",
    ),
    (
        lambda r: r.vote == "sequential" and r.tally == "private",
        "vote=sequential lets later voters see earlier votes, and tally=private hides them; give vote=simultaneous or "
        "another tally",
    ),
    (
        lambda r: r.win == "sides" and not (VILLAGER in r.roles and any(role.special for role in r.roles)),
        "win=sides needs plain villagers and village roles with powers, since the werewolves win when one of these "
        "sides is gone; give roles that hold both, or win=parity",
    ),
)

_BIDS: Final = frozenset({"bid-turn", "bid-round"})
_ROUNDS: Final = frozenset({"rounds", "rotate", "random", "parallel", "bid-round"})

_IDLE: Final[tuple[tuple[str, _Test, str], ...]] = (
    ("talk_rounds", lambda r: r.speaking in _ROUNDS, f"speaking={', '.join(sorted(_ROUNDS))}"),
    ("talk_turns", lambda r: r.speaking == "bid-turn", "speaking=bid-turn"),
    ("bidding", lambda r: r.speaking == "bid-turn", "speaking=bid-turn"),
    ("bids", lambda r: r.speaking in _BIDS, "speaking=bid-turn or bid-round"),
    ("vote_order", lambda r: r.vote == "sequential", "vote=sequential"),
    ("no_votes", lambda r: r.abstain and r.tie == "random", "abstain=true and tie=random"),
    ("chat_turns", lambda r: r.wolves == "chat", "wolves=chat"),
    ("wolf_tie", lambda r: r.wolves in {"vote", "chat"}, "wolves=vote or chat"),
    ("seer", lambda r: SEER in r.roles, "a seer among the roles"),
    ("seer_repeat", lambda r: SEER in r.roles, "a seer among the roles"),
    ("doctor_self", lambda r: DOCTOR in r.roles, "a doctor among the roles"),
    ("doctor_repeat", lambda r: DOCTOR in r.roles, "a doctor among the roles"),
    ("witch_heal", lambda r: WITCH in r.roles, "a witch among the roles"),
)
"""Options that mean something only together with others."""


def check_sense(rules: "Rules", own: Mapping[str, Any]) -> None:
    """Nothing, when the options can stand together; what is as in `own`, the setting's defaults, may lie idle.

    Raises:
        BadOption: two of them contradict each other, or one is changed that means nothing here. The latter is refused
            since the same rules would be rated under two names.
    """
    for contradicts, sentence in _CONTRADICTIONS:
        if contradicts(rules):
            raise BadOption(f"{sentence} (RULES.md 8.3)")
    for name, matters, needed in _IDLE:
        if getattr(rules, name) != own[name] and not matters(rules):
            raise BadOption(f"option {name} means nothing without {needed}; leave it out, or give both (RULES.md 8.3)")
