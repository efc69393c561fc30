"""Tiny games whose answers are not choices, or whose observations are not words and numbers alone.

steer   one seat, scored, actions are tensors
parley  free text and JSON answers, private entries, speech as events
swatch  a picture that each seat alone sees
"""

import base64
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from arena.core.errors import BadEntry, IllegalAction, MalformedAction
from arena.core.game import Entries, Event, FieldSpec, GameSpec, Outcome, SeatOutcome, State
from arena.core.legal import Box, Choices, FreeText, Legal, Schema
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, PICTURE, SPECTATOR, TENSOR, TEXT, Action, Fields, Json, Media, Seat, Value
from arena.testing.tiny import TEXT_FIELD, TinyGame, by_score, chosen, listed, spec

_ROUNDS: Final = 5
_BOX: Final = Box((2,), -1.0, 1.0)
_SAY: Final = FreeText(40, hint="say anything")
_OFFER: Final = Schema(
    {
        "type": "object",
        "properties": {"keep": {"type": "integer", "minimum": 0, "maximum": 10}},
        "required": ["keep"],
        "additionalProperties": False,
    }
)


@listed("steer", seats=1)
class Steer(TinyGame):
    """One seat pushes a point towards a target in the plane, five times."""

    def make_spec(self) -> GameSpec:
        """A single seat is ranked by its score, the negative distance to the target."""
        tensor = FieldSpec(name=TENSOR, kind="tensor", help="point x y, target x y", shape=(4,), dtype="float32")
        summary = "Push the point to the target in five steps of at most 1 an axis."
        return spec(self, summary, fields=(TEXT_FIELD, tensor), scored=True, score_low=-20.0, score_high=0.0)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """The point at the origin, the target anywhere within three units an axis."""
        rng = seed.stream("target")
        return SteerState(np.array([rng.uniform(-3.0, 3.0) for _ in range(2)], dtype=np.float32))


class SteerState(State):
    """Point and target, float32 each, in the game's own unit of length."""

    __slots__ = ("point", "steps", "target")

    def __init__(self, target: NDArray[np.float32]) -> None:
        self.point, self.target, self.steps = np.zeros(2, dtype=np.float32), target, 0

    def to_move(self) -> Collection[Seat]:
        return (Seat(0),) if self.steps < _ROUNDS else ()

    def legal(self, seat: Seat) -> Box:
        return _BOX

    def check(self, seat: Seat, action: Any) -> Action:
        if np.iscomplexobj(action):
            raise MalformedAction("answer with real numbers, not complex ones")
        try:
            push = np.asarray(action, dtype=np.float32)
        except (TypeError, ValueError, OverflowError):
            raise MalformedAction("answer with a float32 tensor of two numbers") from None
        if push.shape != _BOX.shape or not np.isfinite(push).all():
            raise MalformedAction("answer with a float32 tensor of two finite numbers")
        if (np.abs(push) > 1.0).any():
            raise IllegalAction("each number must be from -1 to 1")
        return push

    def step(self, actions: Mapping[Seat, Action]) -> None:
        self.point = self.point + np.asarray(actions[Seat(0)], dtype=np.float32)
        self.steps += 1

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        fields: dict[str, Value] = {}
        if TEXT in want:
            fields[TEXT] = f"point {self.point.tolist()}, target {self.target.tolist()}"
        if TENSOR in want:
            fields[TENSOR] = np.concatenate([self.point, self.target])
        return fields

    def default_action(self, seat: Seat) -> Action:
        return np.zeros(2, dtype=np.float32)

    def outcome(self) -> Outcome | None:
        distance = float(np.linalg.norm(self.point - self.target))
        return [SeatOutcome(1, -distance)] if self.steps == _ROUNDS else None


@listed("parley", seats=2)
class Parley(TinyGame):
    """Each seat says something and then names how much of ten it keeps; more than ten together is worth nothing."""

    def make_spec(self) -> GameSpec:
        """Speech is public; an entry is a private limit that only the seat itself is reminded of."""
        summary = "Talk, then say how much of ten you keep; over ten together nobody gets any."
        return spec(self, summary, score_high=10.0)

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """Seat 0 speaks first."""
        return ParleyState({seat: self.check_entry(entry) for seat, entry in entries.items()})

    def check_entry(self, entry: Json) -> Json:
        """None, or a text of at most twenty characters."""
        if entry is None or (isinstance(entry, str) and len(entry) <= 20):
            return entry
        raise BadEntry("an entry must be a text of at most 20 characters")


class ParleyState(State):
    """Two speeches, then two claims; a claim stays hidden until both are made."""

    __slots__ = ("claims", "entries", "said")

    def __init__(self, entries: Entries) -> None:
        self.entries, self.said, self.claims = entries, list[str](), list[int]()

    def to_move(self) -> Collection[Seat]:
        made = len(self.said) + len(self.claims)
        return (Seat(made % 2),) if made < 4 else ()

    def legal(self, seat: Seat) -> Legal:
        return _SAY if len(self.said) < 2 else _OFFER

    def check(self, seat: Seat, action: Action) -> Action:
        return self._check_speech(action) if len(self.said) < 2 else self._check_claim(action)

    def _check_speech(self, action: Any) -> str:
        if not isinstance(action, str) or len(action) > _SAY.max_chars:
            raise MalformedAction(f"say a text of at most {_SAY.max_chars} characters")
        return "".join(c if c.isprintable() else " " for c in action).strip()

    def _check_claim(self, action: Any) -> Action:
        if not isinstance(action, Mapping) or set(action) != {"keep"} or type(action["keep"]) is not int:
            raise MalformedAction('answer with {"keep": N}')
        if not 0 <= action["keep"] <= 10:
            raise IllegalAction("keep a number from 0 to 10")
        return {"keep": action["keep"]}

    def step(self, actions: Mapping[Seat, Action]) -> None:
        ((_, action),) = actions.items()
        if isinstance(action, Mapping):
            self.claims.append(int(str(action["keep"])))
        else:
            self.said.append(str(action))

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        if TEXT not in want:
            return {}
        private = self.entries if viewer == OMNISCIENT else self.entries.get(viewer)
        claims = self.claims if viewer == OMNISCIENT or len(self.claims) == 2 else "hidden"
        told = "" if viewer == SPECTATOR else f"entry {private}; "
        return {TEXT: f"{told}said {self.said}; claims {claims}"}

    def events(self, viewer: Seat, since: int) -> Sequence[Event]:
        return [Event(n, "speech", {"text": text}, Seat(n)) for n, text in enumerate(self.said)][since:]

    def default_action(self, seat: Seat) -> Action:
        return "" if len(self.said) < 2 else {"keep": 0}

    def outcome(self) -> Outcome | None:
        if len(self.claims) < 2:
            return None
        return by_score([float(claim) for claim in self.claims] if sum(self.claims) <= 10 else [0.0, 0.0])


@listed("swatch", seats=2)
class Swatch(TinyGame):
    """Each seat sees a picture of one colour that the other does not see, and names its colour."""

    def make_spec(self) -> GameSpec:
        """The picture is one pixel, red or blue."""
        picture = FieldSpec(name=PICTURE, kind="media", help="your colour, image/png")
        summary = "Say which colour your picture has."
        return spec(self, summary, fields=(TEXT_FIELD, picture), dynamics="simultaneous")

    def new_state(self, seed: Seed, entries: Entries) -> State:
        """A colour for each seat, each from a stream of its own."""
        return SwatchState([seed.stream("colour", seat).randrange(2) for seat in range(2)])

    def indistinguishable(self, seed: Seed, viewer: Seat) -> State | None:
        """The other seat sees the other colour."""
        colours = [seed.stream("colour", seat).randrange(2) for seat in range(2)]
        colours[1 - viewer] = 1 - colours[1 - viewer]
        return SwatchState(colours)


class SwatchState(State):
    """The colour of each seat, and whether each was right once both have answered."""

    __slots__ = ("colours", "right")

    def __init__(self, colours: Sequence[int]) -> None:
        self.colours, self.right = colours, list[bool]()

    def to_move(self) -> Collection[Seat]:
        return () if self.right else (Seat(0), Seat(1))

    def legal(self, seat: Seat) -> Choices:
        return Choices((0, 1), lambda n: ("red", "blue")[n])

    def check(self, seat: Seat, action: Action) -> Action:
        return chosen(self.legal(seat), action)

    def step(self, actions: Mapping[Seat, Action]) -> None:
        self.right = [actions[Seat(seat)] == colour for seat, colour in enumerate(self.colours)]

    def observe(self, viewer: Seat, want: Fields) -> Mapping[str, Value]:
        fields: dict[str, Value] = {TEXT: "Name your colour."} if TEXT in want else {}
        if PICTURE in want and viewer >= 0:
            fields[PICTURE] = _PIXELS[self.colours[viewer]]
        return fields

    def default_action(self, seat: Seat) -> Action:
        return 0

    def outcome(self) -> Outcome | None:
        return by_score([float(right) for right in self.right]) if self.right else None


_PIXELS: Final = tuple(
    Media(
        "image/png",
        base64.b64decode(f"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4n{data}AAAAAElFTkSuQmCC"),
    )
    for data in ("GO4IycHAALyARlzRAvL", "GOQs7kDAAGyATf/cv8X")
)
"""A red and a blue pixel as PNG files of the same length."""
