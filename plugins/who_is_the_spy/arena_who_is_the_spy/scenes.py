"""The picture variant: players see a scene of coloured shapes; in that of spies some objects are replaced.

After the CLEVR scenes of Vision-Zero (arXiv 2509.25541), drawn flat. A scene, not its file, is what a match is made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import Any, Final, cast

from arena.core.game import FieldSpec
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import PICTURE, Config, Fields, Json, Value

SHAPES: Final = ("circle", "square", "triangle", "diamond", "cross", "ring")
COLOURS: Final = ("red", "orange", "yellow", "green", "blue", "purple", "brown", "black")
COLUMNS, ROWS = 4, 3
"""Each object lies in a cell of its own, so that none covers another."""
CELL: Final = 128
"""Pixels of a cell's side."""
RADII: Final = {"small": 26, "large": 46}
"""Half the width of an object, in pixels."""
_STRAY: Final = 14
"""Pixels by which an object may lie beside the middle of its cell, either way."""


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """One object: `cell` counts row by row from the upper left, `dx` and `dy` are pixels off the cell's middle."""

    cell: int
    shape: str
    colour: str
    size: str
    dx: int
    dy: int

    @property
    def name(self) -> str:
        """Size, colour and shape in words."""
        return f"{self.size} {self.colour} {self.shape}"


@dataclass(frozen=True, slots=True)
class Scene:
    """Objects by ascending cell; no two have the same shape and colour. `told` says whether its holder gets words."""

    things: tuple[Thing, ...]
    told: bool = False

    def shown(self) -> Mapping[str, Json]:
        """The objects in words where the option `describe` says so; else it has to be looked at."""
        return self.revealed() if self.told else {}

    def revealed(self) -> Mapping[str, Json]:
        """The objects in words, by row and column from 1."""
        return {"objects": [f"{thing.name}, {_place(thing)}" for thing in self.things]}

    def words(self) -> str:
        """What there is to see, or that there is something to see."""
        objects = "; ".join(f"a {thing.name}, {_place(thing)}" for thing in self.things)
        return f"You see: {objects}." if self.told else "You see a picture of coloured shapes."

    def named_in(self, clue: str) -> str:
        """Nothing: a picture has no name that would give it away."""
        return ""


def _place(thing: Thing) -> str:
    row, column = divmod(thing.cell, COLUMNS)
    return f"row {row + 1}, column {column + 1}"


def draw_scene(rng: Random, objects: int) -> tuple[Thing, ...]:
    """Objects of different looks in different cells, both without replacement."""
    cells = sorted(rng.sample(range(COLUMNS * ROWS), objects))
    looks = rng.sample([*product(SHAPES, COLOURS)], objects)
    return tuple(
        Thing(cell, shape, colour, rng.choice([*RADII]), rng.randint(-_STRAY, _STRAY), rng.randint(-_STRAY, _STRAY))
        for cell, (shape, colour) in zip(cells, looks, strict=True)
    )


def replaced(things: tuple[Thing, ...], rng: Random, count: int) -> tuple[Thing, ...]:
    """The scene with the looks of `count` objects replaced by others that it does not hold; both properties change."""
    changed = set(rng.sample(range(len(things)), count))
    free = [look for look in product(SHAPES, COLOURS) if look not in {(t.shape, t.colour) for t in things}]
    rng.shuffle(free)
    return tuple(_recast(thing, free) if n in changed else thing for n, thing in enumerate(things))


def _recast(thing: Thing, free: list[tuple[str, str]]) -> Thing:
    look = next(look for look in free if look[0] != thing.shape and look[1] != thing.colour)
    free.remove(look)
    return replace(thing, shape=look[0], colour=look[1])


class Scenes:
    """The variant `picture`."""

    name = "picture"
    summary = "Clues to a picture; in the spy's some objects are replaced"
    brief = (
        "Civilians all see the same picture of coloured shapes on a grid of 3 rows and 4 columns. A spy sees it with "
        "some objects replaced by others."
    )
    options: Sequence[Option] = (
        Option(name="objects", default=6, kind="int", low=4, high=12, help="objects in a picture"),
        Option(name="changed", default=2, kind="int", low=1, high=4, help="how many are replaced for spies"),
        Option(name="describe", default=False, kind="bool", help="whether the picture is told in words as well"),
    )
    fields: Sequence[FieldSpec] = (
        FieldSpec(
            name=PICTURE, kind="media", help="what you see, image/png; after the end civilians' above the spies'"
        ),
    )

    def draw(self, seed: Seed, config: Config) -> tuple[Scene, Scene]:
        """The two scenes, which of them is whose being drawn as well."""
        given, rng = cast(Mapping[str, Any], config), seed.stream("secrets")
        things = draw_scene(rng, given["objects"])
        scenes = [things, replaced(things, rng, given["changed"])]
        rng.shuffle(scenes)
        return Scene(scenes[0], given["describe"]), Scene(scenes[1], given["describe"])

    def another(self, secret: object, seed: Seed, config: Config) -> Scene:
        """The same scene with some objects replaced."""
        assert isinstance(secret, Scene)
        changed = cast(Mapping[str, Any], config)["changed"]
        return Scene(replaced(secret.things, seed.stream("another"), changed), secret.told)

    def show(self, secrets: Sequence[object], want: Fields) -> Mapping[str, Value]:
        """The picture, drawn when it is wanted; nothing for who may see none."""
        from arena_who_is_the_spy.drawing import picture

        scenes = tuple(secret.things for secret in secrets if isinstance(secret, Scene))
        return {PICTURE: picture(scenes)} if PICTURE in want and scenes else {}
