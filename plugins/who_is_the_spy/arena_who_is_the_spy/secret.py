"""The seam between the engine and its variants: what players hold, and how a pair of them is drawn."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from arena.core.game import FieldSpec
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import Config, Fields, Json, Value


class Secret(Protocol):
    """What a player holds: a word, or a picture."""

    def shown(self) -> Mapping[str, Json]:
        """What its holder is told of it as JSON."""

    def revealed(self) -> Mapping[str, Json]:
        """All of it as JSON, for those who may know everything."""

    def words(self) -> str:
        """One sentence to its holder."""

    def named_in(self, clue: str) -> str:
        """The part of a clue that gives the secret away; empty when there is none."""


class Theme(Protocol):
    """A variant: the secrets it plays with, and the fields in which they are shown."""

    name: str
    summary: str
    brief: str
    options: Sequence[Option]
    fields: Sequence[FieldSpec]

    def draw(self, seed: Seed, config: Config) -> tuple[Secret, Secret]:
        """The secrets of civilians and spies, from the seed's stream `secrets`."""

    def another(self, secret: Secret, seed: Seed, config: Config) -> Secret:
        """One that could be the other side's, and differs from `secret`; for leak tests."""

    def show(self, secrets: Sequence[Secret], want: Fields) -> Mapping[str, Value]:
        """The wanted ones of `fields` for a viewer who may see these secrets, civilians' first."""
