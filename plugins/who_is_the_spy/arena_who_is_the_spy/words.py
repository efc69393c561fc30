"""The text variant: players hold a word, spies a near one. The pairs are our own list, `pairs.txt`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from arena.core.game import FieldSpec
from arena.core.options import Option
from arena.core.seed import Seed
from arena.core.values import Config, Fields, Json, Value

_WORD: Final = re.compile(r"[^\W_]+")
_SPELT: Final = re.compile(r"(?<![^\W_])(?:[^\W_][\W_]{1,3}){2,}[^\W_](?![^\W_])")
"""A word written letter by letter: `w-o-l-f`, `w o l f`."""
_ENDINGS: Final = ("", "s", "es")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two near words with hints, single words each: what fits `both`, and what fits one of them better (`own`)."""

    topic: str
    words: tuple[str, str]
    both: tuple[str, ...]
    own: tuple[tuple[str, ...], tuple[str, ...]]


@cache
def pairs() -> tuple[Pair, ...]:
    """Every pair, in the order of the list."""
    return tuple(_read(files(__package__).joinpath("pairs.txt").read_text(encoding="utf-8").splitlines()))


def _read(lines: Sequence[str]) -> Iterator[Pair]:
    topic = ""
    for line in lines:
        if line.startswith("["):
            topic = line.strip("[]")
        elif line and not line.startswith("#"):
            first, second, both, one, other = (tuple(part.split()) for part in line.split("|"))
            yield Pair(topic, (first[0], second[0]), both, (one, other))


@dataclass(frozen=True, slots=True)
class Word:
    """A word to hold."""

    word: str

    def shown(self) -> Mapping[str, Json]:
        """The word: its holder knows all of it."""
        return {"word": self.word}

    def revealed(self) -> Mapping[str, Json]:
        """The word."""
        return {"word": self.word}

    def words(self) -> str:
        """The word in a sentence."""
        return f"Your word: {self.word}."

    def named_in(self, clue: str) -> str:
        """The word as it stands in a clue: in any case, as a plural, or spelt out letter by letter."""
        text = clue.casefold()
        named = {self.word + ending for ending in _ENDINGS}
        spelt = ("".join(_WORD.findall(found[0])) for found in _SPELT.finditer(text))
        return next((part for part in (*_WORD.findall(text), *spelt) if part in named), "")


class Words:
    """The variant `text`."""

    name = "text"
    summary = "Clues to a word; the spy has a near one"
    brief = "Civilians all hold the same word. A spy holds another one, which is near to it."
    options: Sequence[Option] = ()
    fields: Sequence[FieldSpec] = ()

    def draw(self, seed: Seed, config: Config) -> tuple[Word, Word]:
        """A uniform pair, in uniform order."""
        rng = seed.stream("secrets")
        words = list(rng.choice(pairs()).words)
        rng.shuffle(words)
        return Word(words[0]), Word(words[1])

    def another(self, secret: object, seed: Seed, config: Config) -> Word:
        """Any other word."""
        held = secret.word if isinstance(secret, Word) else ""
        return Word(seed.stream("another").choice([w for pair in pairs() for w in pair.words if w != held]))

    def show(self, secrets: object, want: Fields) -> Mapping[str, Value]:
        """Nothing beside the words of the view."""
        return {}
