"""Orders of speech that survivors bid for (RULES.md 3.6), and the three ways in which bids for a turn are read."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final

from arena.core.legal import Choices, Legal
from arena.core.values import Action, Json, Seat
from arena_werewolf.discussion import Talk
from arena_werewolf.phase import checked_id
from arena_werewolf.speech import hear
from arena_werewolf.table import Table

BIDS: Final = range(5)
"""From 0, to listen, to 4, to have to answer."""

_MENU: Final = tuple(BIDS)
_NAMED: Final = re.compile(r"player_(\d{1,2})(?!\d)")


class Bidding(ABC):
    """Who may bid for a turn, and who gets it."""

    def bidders(self, living: Sequence[Seat], last: Seat | None) -> Sequence[Seat]:
        """All survivors, whoever spoke `last`."""
        return living

    def over(self, bids: Mapping[Seat, int]) -> bool:
        """Whether the talk ends because nobody cares to speak."""
        return not any(bids.values())

    @abstractmethod
    def speaker(self, table: Table, turn: int, tied: Sequence[Seat], said: str) -> Seat:
        """Who of the highest bidders, ascending, speaks next; `said` is the last speech, `turn` counts from 0."""


class ArenaBidding(Bidding):
    """google/werewolf_arena: the last speaker has to listen, and those it named have two lots in a draw."""

    def bidders(self, living: Sequence[Seat], last: Seat | None) -> Sequence[Seat]:
        """All but the last speaker of the day."""
        return tuple(seat for seat in living if seat != last)

    def over(self, bids: Mapping[Seat, int]) -> bool:
        """Somebody always speaks."""
        return False

    def speaker(self, table: Table, turn: int, tied: Sequence[Seat], said: str) -> Seat:
        """Drawn from the seed's stream `bids/DAY/TURN`."""
        lots = [*tied, *(seat for seat in tied if seat in _named(said))]
        return table.seed.stream("bids", table.day, turn).choice(lots)


class UrgencyBidding(Bidding):
    """kaggle-environments, by urgency: those just named first, then who spoke least in the match, then ascending."""

    def speaker(self, table: Table, turn: int, tied: Sequence[Seat], said: str) -> Seat:
        """No luck involved."""
        named = _named(said)
        return min(tied, key=lambda seat: (seat not in named, _speeches(table, seat), seat))


class SimpleBidding(Bidding):
    """kaggle-environments, simple: ascending."""

    def speaker(self, table: Table, turn: int, tied: Sequence[Seat], said: str) -> Seat:
        """The lowest seat."""
        return tied[0]


_BIDDINGS: Final[Mapping[str, Bidding]] = {
    "arena": ArenaBidding(),
    "urgency": UrgencyBidding(),
    "simple": SimpleBidding(),
}
"""By the option `bidding`."""


class Auction(Talk):
    """Bids are taken from all bidders at once; then it is a talk again."""

    __slots__ = ("name", "open")

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.take_bids(table.living)

    def take_bids(self, bidders: Sequence[Seat]) -> None:
        """Ask for bids."""
        self.open = True
        self.name = "bid"
        self.asked = tuple(bidders)

    def give_floor(self, speaker: Sequence[Seat]) -> None:
        """Ask for a speech, or nobody for anything."""
        self.open = False
        self.name = "discussion"
        self.asked = tuple(speaker)

    def legal(self, seat: Seat) -> Legal:
        """A bid or a speech."""
        return Choices(_MENU, _label) if self.open else super().legal(seat)

    def check(self, seat: Seat, action: Action) -> Action:
        """A bid from 0 to 4, or a speech."""
        return checked_id(action, _MENU, _label, "3.6") if self.open else super().check(seat, action)

    def default(self, seat: Seat) -> Action:
        """The wish to listen, or silence."""
        return 0 if self.open else super().default(seat)

    def play(self, actions: Mapping[Seat, Action]) -> None:
        """All bids, or one speech."""
        if self.open:
            bids = {seat: bid for seat in self.asked if isinstance(bid := actions[seat], int)}
            self._tell(bids)
            self.sold(bids)
        else:
            (speaker,) = self.asked
            self.spoke(speaker, hear(self.table, speaker, str(actions[speaker])))

    @abstractmethod
    def sold(self, bids: Mapping[Seat, int]) -> None:
        """All bids are in."""

    @abstractmethod
    def spoke(self, speaker: Seat, said: str) -> None:
        """A speech was heard."""

    def _tell(self, bids: Mapping[Seat, int]) -> None:
        if self.table.rules.bids == "public":
            self.table.log.add("bids", {"day": self.table.day, "bids": [[seat, bid] for seat, bid in bids.items()]})
            return
        for seat, bid in bids.items():
            data: dict[str, Json] = {"seat": seat, "bid": bid}
            self.table.log.tell((seat,), "bid", data)


class BidTurn(Auction):
    """Before each turn of the talk survivors bid for it."""

    __slots__ = ("_bidding", "_said", "_turn")

    def __init__(self, table: Table) -> None:
        self._bidding = _BIDDINGS[table.rules.bidding]
        self._said = ""
        self._turn = 0
        super().__init__(table)

    def sold(self, bids: Mapping[Seat, int]) -> None:
        """The highest bid speaks."""
        if self._bidding.over(bids):
            self.give_floor(())
            return
        most = max(bids.values())
        tied = [seat for seat, bid in bids.items() if bid == most]
        winner = tied[0] if len(tied) == 1 else self._bidding.speaker(self.table, self._turn, tied, self._said)
        self.give_floor((winner,))

    def spoke(self, speaker: Seat, said: str) -> None:
        """On to the next turn, or to the end of the talk."""
        self._said = said
        self._turn += 1
        if self._turn < self.table.rules.talk_turns:
            self.take_bids(self._bidding.bidders(self.table.living, speaker))
        else:
            self.give_floor(())


class BidRound(Auction):
    """Before each round of the talk survivors bid for an early word; equal bids speak in ascending order."""

    __slots__ = ("_queue", "_round")

    def __init__(self, table: Table) -> None:
        self._queue: Sequence[Seat] = ()
        self._round = 0
        super().__init__(table)

    def sold(self, bids: Mapping[Seat, int]) -> None:
        """Everybody speaks, the highest bid first."""
        self._queue = sorted(bids, key=lambda seat: (-bids[seat], seat))
        self.give_floor(self._queue[:1])

    def spoke(self, speaker: Seat, said: str) -> None:
        """On to the next speaker, the next round, or the end of the talk."""
        self._queue = self._queue[1:]
        self.give_floor(self._queue[:1])
        if not self._queue:
            self._round += 1
            if self._round < self.table.rules.talk_rounds:
                self.take_bids(self.table.living)


def _named(said: str) -> frozenset[int]:
    return frozenset(int(number) for number in _NAMED.findall(said))


def _speeches(table: Table, seat: Seat) -> int:
    return sum(len(played.spoken.get(seat, ())) for played in table.rounds)


def _label(bid: int) -> str:
    return f"bid {bid}"
