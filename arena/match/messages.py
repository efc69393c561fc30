"""What the server and its match workers tell each other: one msgpack batch of these per turn of either loop."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from arena.core.values import MatchId, Seat


class Message(msgspec.Struct, array_like=True, tag=True):
    """Anything on the channel."""


# ---- to a worker ----------------------------------------------------------------------------------------------------


class Open(Message):
    """Begin a match, or go on from `moves`. `plan` is as `match.packing` packs it.

    `refusals[seat]` are the answers refused for the open decision and in the whole match; `lost[seat]` is the cause to
    which decisions are lost from now on, since calling this agent brought a worker down.
    """

    match: MatchId
    plan: Any
    wants: Mapping[int, Sequence[str]]
    moves: Sequence[Any] = ()
    refusals: Mapping[int, tuple[int, int]] = {}
    lost: Mapping[int, str] = {}


class Act(Message):
    """A remote seat's encoded answer."""

    match: MatchId
    seat: Seat
    action: bytes


class Rule(Message):
    """A decision lost to `cause`."""

    match: MatchId
    seat: Seat
    cause: str


class Forfeit(Message):
    """The whole match is lost to `cause` by a seat, whether it owes a decision or not."""

    match: MatchId
    seat: Seat
    cause: str


class AskAgain(Message):
    """Repeat an open decision with the whole view."""

    match: MatchId
    seat: Seat


class Watch(Message):
    """Report spectator views; None ends it."""

    match: MatchId
    wants: Sequence[str] | None


class Drop(Message):
    """Forget a match."""

    match: MatchId


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


class DescribeAgent(Message):
    """Report what a registered agent brings to each match of a configured game, or why there is no such agent."""

    request: int
    spec: str
    game: str
    options: Mapping[str, Any]


class ListGames(Message):
    """Report every game on offer; `request` is echoed."""

    request: int


class Recall(Message):
    """Report a recorded match as its seats saw it: `[brief, parties, [[prompt, reward] a move]]`.

    `plan` and `result` are as `match.packing` packs them. A prompt is encoded; empty where the seat owed no decision.
    """

    request: int
    plan: Any
    result: Any


Question = Describe | DescribeAgent | ListGames | Recall


Command = Open | Act | Rule | Forfeit | AskAgain | Watch | Drop | PlaySet | Question

# ---- from a worker --------------------------------------------------------------------------------------------------


class Opened(Message):
    """The match stands; `parties[seat]` is the index of the party that plays the seat."""

    match: MatchId
    parties: Sequence[int]


class Asked(Message):
    """A remote seat owes a decision."""

    match: MatchId
    seat: Seat
    step: int
    prompt: bytes
    question: bool


class Took(Message):
    """A decision stands: the seat's own, or (with a cause) the default played or, without an action, a forfeit."""

    match: MatchId
    step: int
    seat: Seat
    action: Any
    cause: str | None = None


class Refused(Message):
    """An answer was refused. A `Took` with cause `illegal` follows when it was one refusal too many."""

    match: MatchId
    seat: Seat
    code: int
    reason: str


class Viewed(Message):
    """A spectator's view, encoded."""

    match: MatchId
    view: bytes


class Ended(Message):
    """The match is over. `result` is as `match.packing` packs it, without the plan."""

    match: MatchId
    result: Any


class Failed(Message):
    """A plugin spoiled this match: it is void."""

    match: MatchId
    code: int
    reason: str


class SetPlayed(Message):
    """All results of a PlaySet, packed, in order."""

    set_id: str
    results: Sequence[Any]


class Described(Message):
    """The answer to a question: `answer` on success, else the error."""

    request: int
    answer: Any
    code: int = 0
    reason: str = ""


MatchReport = Opened | Asked | Took | Refused | Viewed | Ended | Failed
Report = MatchReport | SetPlayed | Described
