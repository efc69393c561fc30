"""Seeds and the named random streams derived from them.

Each purpose draws from a stream of its own ("deal", "ties/3"), so that one seat's choices never shift another's draws.
"""

import hashlib
import hmac
from dataclasses import dataclass
from random import Random
from typing import Self


@dataclass(frozen=True, slots=True)
class Seed:
    """16 bytes from which every random draw of a match follows."""

    value: bytes

    @classmethod
    def of(cls, number: int) -> Self:
        """The seed that `--seed NUMBER` names, the same on every machine."""
        return cls(hashlib.blake2b(str(number).encode(), digest_size=16, person=b"arena seed").digest())

    @classmethod
    def secret(cls, key: bytes, name: str) -> Self:
        """A seed nobody can foretell without `key`: HMAC-SHA256 of `name`, cut to 16 bytes."""
        return cls(hmac.digest(key, name.encode(), "sha256")[:16])

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """The inverse of `hex`."""
        return cls(bytes.fromhex(text))

    def hex(self) -> str:
        """32 hexadecimal digits."""
        return self.value.hex()

    def derive(self, *names: str | int) -> "Seed":
        """An independent seed for one purpose."""
        path = "/".join(map(str, names)).encode()
        return Seed(hashlib.blake2b(path, digest_size=16, key=self.value).digest())

    def stream(self, *names: str | int) -> Random:
        """A generator for one purpose; `seed.stream("deal")` always draws the same cards."""
        return Random(int.from_bytes(self.derive(*names).value, "big"))
