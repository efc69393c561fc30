"""Which split a match goes to: by its set, so that no deal is both trained on and tested on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from arena.core.errors import BadRequest

_WANTED: Final = "a split is a share for training as 0.9, or names and shares that make 1 as train=0.8,test=0.2"


@dataclass(frozen=True, slots=True)
class Splits:
    """Named shares that make 1, in order."""

    shares: Mapping[str, float]

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `0.9` or `train=0.8,validation=0.1,test=0.1`.

        Raises:
            BadRequest: it is neither, or its shares don't make 1.
        """
        try:
            if "=" not in text:
                share = float(text)
                return cls._checked(text, {"train": share, "test": 1 - share} if share != 1 else {"train": 1.0})
            pairs = [part.strip().partition("=") for part in text.split(",")]
            shares = {name.strip(): float(share) for name, _, share in pairs}
        except ValueError:
            raise BadRequest(f"{_WANTED}, not {text[:60]!r}") from None
        if len(shares) != len(pairs):
            raise BadRequest(f"{_WANTED}; {text[:60]!r} names a split twice")
        return cls._checked(text, shares)

    @classmethod
    def _checked(cls, text: str, shares: Mapping[str, float]) -> Self:
        named = all(name.isidentifier() and name.isascii() for name in shares)
        if not named or not all(0 < share <= 1 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-9:
            raise BadRequest(f"{_WANTED}, not {text[:60]!r}")
        return cls(shares)

    def of(self, set_id: str) -> str:
        """The same for the same set in any export with these shares."""
        place = int.from_bytes(hashlib.sha256(set_id.encode()).digest()[:8], "big") / 2**64
        for name, share in self.shares.items():
            place -= share
            if place < 0:
                return name
        return next(reversed(list(self.shares)))


WHOLE: Final = Splits({"train": 1.0})
