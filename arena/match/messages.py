"""What the server and its match workers tell each other: one msgpack batch of these per turn of either loop."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Message(msgspec.Struct, array_like=True, tag=True):
    """Anything on the channel."""


# ---- to a worker ----------------------------------------------------------------------------------------------------


class Open(Message):
    """Begin a match, or go on from `moves`. `plan` is as `match.packing` packs it."""

    match: str
    plan: Any
    wants: Mapping[int, Sequence[str]]
    moves: Sequence[Any] = ()


class Act(Message):
    """A remote seat's encoded answer."""

    match: str
    seat: int
    action: bytes


class Rule(Message):
    """A decision lost to `cause`."""

    match: str
    seat: int
    cause: str


class AskAgain(Message):
    """Repeat an open decision with the whole view."""

    match: str
    seat: int


class Watch(Message):
    """Report spectator views; None ends it."""

    match: str
    wants: Sequence[str] | None


class Drop(Message):
    """Forget a match."""

    match: str


class PlaySet(Message):
    """Play these matches, whose agents all live in the worker, from first to last."""

    set_id: str
    plans: Sequence[Any]


class Describe(Message):
    """Report the spec of a configured game, or why there is none or `entry` is none for it; `request` is echoed."""

    request: int
    game: str
    options: Mapping[str, Any]
    entry: Any = None


class ListGames(Message):
    """Report every game on offer; `request` is echoed."""

    request: int


Command = Open | Act | Rule | AskAgain | Watch | Drop | PlaySet | Describe | ListGames

# ---- from a worker --------------------------------------------------------------------------------------------------


class Opened(Message):
    """The match stands; `parties[seat]` is the index of the party that plays the seat."""

    match: str
    parties: Sequence[int]


class Asked(Message):
    """A remote seat owes a decision."""

    match: str
    seat: int
    step: int
    prompt: bytes
    question: bool


class Took(Message):
    """A decision stands: the seat's own, or (with a cause) the default played or, without an action, a forfeit."""

    match: str
    step: int
    seat: int
    action: Any
    cause: str | None = None


class Refused(Message):
    """An answer was refused. A `Took` with cause `illegal` follows when it was one refusal too many."""

    match: str
    seat: int
    code: int
    reason: str


class Viewed(Message):
    """A spectator's view, encoded."""

    match: str
    view: bytes


class Ended(Message):
    """The match is over. `result` is as `match.packing` packs it, without the plan."""

    match: str
    result: Any


class Failed(Message):
    """A plugin spoiled this match: it is void."""

    match: str
    code: int
    reason: str


class SetPlayed(Message):
    """All results of a PlaySet, packed, in order."""

    set_id: str
    results: Sequence[Any]


class Described(Message):
    """The answer to Describe or ListGames: `answer` on success, else the error."""

    request: int
    answer: Any
    code: int = 0
    reason: str = ""


MatchReport = Opened | Asked | Took | Refused | Viewed | Ended | Failed
Report = MatchReport | SetPlayed | Described
