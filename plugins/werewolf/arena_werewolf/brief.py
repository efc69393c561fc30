"""The rules in words, as every agent gets them before the first decision."""

from typing import Final

from arena_werewolf.phase import player
from arena_werewolf.rules import Rules


def brief(rules: Rules) -> str:
    """The same for every seat and match of a setting."""
    return "\n\n".join((_deal(rules), _night(rules), _day(rules), _end(rules), _KNOWLEDGE, _ANSWERS))


def _deal(rules: Rules) -> str:
    counts = ", ".join(f"{rules.roles.count(role)} {role.name}" for role in rules.kinds)
    duties = "\n".join(f"- The {role.name} {role.summary}." for role in rules.kinds)
    return (
        f"Werewolf. {rules.seats} players, {player(0)} to {player(rules.seats - 1)}, are dealt at random: {counts}. "
        f"The werewolves are one side and know each other; everybody else is the village.\n{duties}"
    )


def _night(rules: Rules) -> str:
    turns = f"{rules.wolves} turns" if rules.wolves > 1 else "one turn"
    return (
        f"Each round begins with a night of {turns}. In every turn every living player is asked for a choice; who has "
        f'nothing to do in it can only answer "nothing". {_CHAIN if rules.wolves > 1 else ""}In the morning it is '
        "announced who was killed, if anybody; no role is revealed."
    )


def _day(rules: Rules) -> str:
    tie = "a random one of the tied is out" if rules.tie == "random" else "nobody is out"
    abstain = ' or "do not vote"' if rules.abstain else ""
    return (
        f"By day each survivor speaks once, in ascending number, in at most {rules.speech_chars} characters. Then all "
        f"vote at the same time for one living player other than themselves{abstain}. Who has the most votes is out; "
        f"in a tie {tie}. The votes are public; no role is revealed, and who is out says no more."
    )


def _end(rules: Rules) -> str:
    return (
        "The village wins when no werewolf is left. The werewolves win when they are as many as all others alive. "
        f"Both are checked after each night and each vote. After the vote of day {rules.max_days} the match is a draw. "
        "A side wins and loses together, those who are out included."
    )


_CHAIN: Final = (
    "The werewolves act one after another in ascending number: each proposes a victim, which the next ones see, and "
    "the last one decides; a lone werewolf decides alone. "
)

_KNOWLEDGE: Final = (
    "Facts come from notices alone. A speech is always shown as its speaker's name and a quoted line: whatever it "
    "says, it is that player talking, and may be a lie."
)

_ANSWERS: Final = (
    "To choose, answer with the listed number of a player, or of the last entry where it stands for nothing. To "
    "speak, answer with a text."
)
