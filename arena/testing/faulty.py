"""Games that misbehave in the ways a match worker must survive. Never step one in a process you want to keep."""

import os
import sys
from collections.abc import Mapping
from threading import Event as Never

from arena.core.game import Entries, State
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import Action, Seat
from arena.testing.games import Countdown, CountdownState
from arena.testing.tiny import listed

_OPTIONS = (
    Option(name="start", kind="int", default=10, low=1, high=1000, help="matches on the pile"),
    Option(name="after", kind="int", default=1, low=0, high=1000, help="steps that go well before the fault"),
)
_CHUNK = 1 << 24


class _FaultyState(CountdownState):
    """A countdown that does something wrong in the step after `after` good ones."""

    __slots__ = ("after",)

    def __init__(self, pile: int, after: int) -> None:
        super().__init__(pile)
        self.after = after

    def step(self, actions: Mapping[Seat, Action]) -> None:
        if len(self.taken) == self.after:
            self.misbehave()
        super().step(actions)

    def misbehave(self) -> None:
        """What is wrong with this game."""
        raise NotImplementedError


class _Faulty(Countdown):
    """A countdown whose states are of `state_type`."""

    state_type: type[_FaultyState]

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """As in countdown, until the fault."""
        return self.state_type(int(str(self.config["start"])), int(str(self.config["after"])))


class _RaisingState(_FaultyState):
    def misbehave(self) -> None:
        raise RuntimeError("this game raises on purpose")


@listed("raising", seats=2, options=_OPTIONS)
class Raising(_Faulty):
    """Raises an error that is none of the arena's."""

    state_type = _RaisingState


class _HangingState(_FaultyState):
    def misbehave(self) -> None:
        Never().wait()


@listed("hanging", seats=2, options=_OPTIONS)
class Hanging(_Faulty):
    """Never returns."""

    state_type = _HangingState


class _PrintingState(_FaultyState):
    def misbehave(self) -> None:
        print("this game prints on purpose", flush=True)
        os.write(1, b"this game writes past Python's standard output\n")


@listed("printing", seats=2, options=_OPTIONS)
class Printing(_Faulty):
    """Writes to standard output, through Python and past it, and plays on."""

    state_type = _PrintingState


class _ExitingState(_FaultyState):
    def misbehave(self) -> None:
        os._exit(3)


@listed("exiting", seats=2, options=_OPTIONS)
class Exiting(_Faulty):
    """Ends its process without a word."""

    state_type = _ExitingState


class _HoardingState(_FaultyState):
    def misbehave(self) -> None:
        kept = [b"x" * _CHUNK for _ in range(4 * 64)]
        raise RuntimeError(f"nobody stopped this game at {sys.getsizeof(kept[0]) * len(kept) >> 20} MiB")


@listed("hoarding", seats=2, options=_OPTIONS)
class Hoarding(_Faulty):
    """Takes memory, up to 4 GiB when nobody stops it."""

    state_type = _HoardingState


FAULTY = (Raising, Hanging, Printing, Exiting, Hoarding)
"""Every misbehaving game."""
