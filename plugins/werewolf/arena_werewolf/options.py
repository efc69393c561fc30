"""The options of Werewolf, one a dimension; RULES.md 8 says what each value means."""

from collections.abc import Mapping
from typing import Any, Final

from arena.core.options import Option

_WORDS: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = {
    "speaking": (
        "fixed-once",
        ("fixed-once", "rounds", "rotate", "random", "bid-turn", "bid-round", "parallel"),
        "who speaks when",
    ),
    "bidding": ("arena", ("arena", "urgency", "simple"), "how bids for a turn to speak are read"),
    "bids": ("private", ("private", "public"), "who sees the bids"),
    "league": ("open", ("open", "strict"), "whether forged speech is shown and counted, or withheld and counted"),
    "vote": ("simultaneous", ("simultaneous", "sequential"), "whether votes are cast at once or one after another"),
    "vote_order": ("seats", ("seats", "random"), "the order of sequential votes"),
    "no_votes": ("nobody", ("nobody", "random"), "who is out when nobody has a vote"),
    "tie": ("random", ("random", "none", "revote"), "who of the tied is voted out"),
    "threshold": ("plurality", ("plurality", "majority"), "whether more than half of the living must agree"),
    "tally": ("public", ("public", "private", "count"), "what is told of the votes"),
    "reveal_night": ("none", ("none", "team", "role"), "what is told of those killed at night"),
    "reveal_day": ("none", ("none", "team", "role"), "what is told of those voted out"),
    "seer": ("team", ("team", "role"), "what the seer learns"),
    "witch_heal": ("first", ("first", "never", "always"), "on which nights the witch may heal herself"),
    "wolves": ("chain", ("chain", "vote", "random-wolf", "chat"), "how the pack agrees on a victim"),
    "wolf_tie": ("random", ("random", "none"), "whether a tie in the pack's vote is drawn, or kills nobody"),
    "win": ("parity", ("parity", "sides"), "what the werewolves have to reach"),
}
_FLAGS: Final = {
    "abstain": (True, "whether a seat may choose not to vote"),
    "seer_repeat": (True, "whether the seer may look at the same player again"),
    "doctor_self": (True, "whether the doctor may save itself"),
    "doctor_repeat": (True, "whether the doctor may save the same player two nights running"),
}
_NUMBERS: Final = {
    "max_days": (10, 1, 100, "after this day's vote it is a draw"),
    "speech_chars": (500, 1, 10_000, "characters in one speech"),
    "talk_rounds": (1, 1, 10, "rounds of talk a day, where there are rounds"),
    "talk_turns": (8, 1, 40, "turns of talk a day that bids are for"),
    "chat_turns": (1, 1, 5, "turns of a night in which the pack talks"),
}
_APART: Final = {
    "predict": (False, "ask everybody before each vote who is what; scored by Brier, in no rating"),
    "shaping": (False, "record the shaping rewards of LSPO for training"),
}
"""They change neither the course of a match nor its outcome, and are no part of the rated id."""

DEFAULTS: Final[Mapping[str, Any]] = {
    name: given[0] for group in (_WORDS, _FLAGS, _NUMBERS, _APART) for name, given in group.items()
}
"""The rules of `ww7-lspo`; presets say where they differ."""

ROLES_HELP: Final = "role counts of the deal, by role name, such as werewolf:2,seer:1,doctor:1,villager:3"


def rule_options(roles: Mapping[str, int], changes: Mapping[str, Any], seats: tuple[int, ...]) -> tuple[Option, ...]:
    """The options of a setting with its own defaults; `seats` are default, lowest and highest, or empty."""
    own = {**DEFAULTS, **changes}
    return (
        Option(name="roles", default=dict(roles), kind="counts", help=ROLES_HELP),
        *_seats(*seats),
        *(
            Option(name=name, default=own[name], kind="int", low=low, high=high, help=text)
            for name, (_, low, high, text) in _NUMBERS.items()
        ),
        *(
            Option(name=name, default=own[name], choices=choices, help=text)
            for name, (_, choices, text) in _WORDS.items()
        ),
        *(Option(name=name, default=own[name], kind="bool", help=text) for name, (_, text) in _FLAGS.items()),
        *(
            Option(name=name, default=own[name], kind="bool", rules=False, help=text)
            for name, (_, text) in _APART.items()
        ),
    )


def mafia(seats: int) -> dict[str, int]:
    """The deal of TextArena's SecretMafia for so many seats: a quarter of them mafia, rounded as Python rounds."""
    wolves = max(1, round(seats / 4))
    return {"werewolf": wolves, "seer": 1, "doctor": 1, "villager": seats - wolves - 2}


def _seats(*bounds: int) -> tuple[Option, ...]:
    if not bounds:
        return ()
    default, low, high = bounds
    help_text = "players, a quarter of them werewolves, unless roles are given"
    return (Option(name="seats", default=default, kind="int", low=low, high=high, help=help_text),)
