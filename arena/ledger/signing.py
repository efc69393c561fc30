"""The signed heads of the chain, kept in a state folder outside the database.

A chain alone shows neither that its tail was cut off nor that it was rewritten from some entry on. So every commit adds
a line to `heads.log`: the number of its first entry, the hashes of all its entries, the time, and an Ed25519 signature
of these. `key` is the private key, `key.pub` the public one that `verify` needs.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from arena.core.errors import LedgerFault

KEY: Final = "key"
PUBLIC_KEY: Final = "key.pub"
HEADS: Final = "heads.log"


class Signer:
    """Signs what was committed. Several processes may add to one log: each line is one `write` at its end.

    Raises:
        LedgerFault: the folder cannot be written, or has heads but not the key that signed them.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._key = _load_key(folder)
            self._log = os.open(folder / HEADS, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise LedgerFault(f"the ledger's state folder cannot be used: {error.strerror}") from error
        self._torn = not _ends_a_line(self._log)

    def sign(self, first: int, hashes: Sequence[bytes], time_ms: int) -> None:
        """Add one line for the entries from number `first` on.

        Raises:
            OSError: the disk refuses it; the entries stay unsigned.
        """
        signed = _signed(str(first), ",".join(digest.hex() for digest in hashes), str(time_ms))
        line = signed + b" " + self._key.sign(signed).hex().encode() + b"\n"
        line, self._torn = (b"\n" + line if self._torn else line), True
        self._torn = os.write(self._log, line) != len(line)

    def close(self) -> None:
        """Sync the log to the disk and let go of it."""
        os.fsync(self._log)
        os.close(self._log)


def signed_hashes(folder: Path) -> dict[int, bytes]:
    """The entry hashes that bear this folder's signature, by entry number; lines that do not are left out.

    A line that a power cut left torn is covered by the next one, since each hash stands for all entries before it.

    Raises:
        LedgerFault: the public key is none.
    """
    if not (folder / PUBLIC_KEY).exists() or not (folder / HEADS).exists():
        return {}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex((folder / PUBLIC_KEY).read_text()))
    except ValueError:
        raise LedgerFault(f"{folder / PUBLIC_KEY} is no public key; put back the one that was made beside it") from None
    hashes: dict[int, bytes] = {}
    with (folder / HEADS).open("rb") as lines:
        for line in lines:
            hashes.update(_check(key, line))
    return hashes


def require_heads(folder: Path) -> None:
    """Nothing, where a folder has signed heads.

    Raises:
        LedgerFault: it has none, so that it can vouch for no ledger.
    """
    missing = [name for name in (PUBLIC_KEY, HEADS) if not (folder / name).is_file()]
    if missing:
        raise LedgerFault(f"{folder} has no {' and no '.join(missing)}; name the folder that a ledger's heads are in")


def _check(key: Ed25519PublicKey, line: bytes) -> dict[int, bytes]:
    signed, _, signature = line.strip().rpartition(b" ")
    try:
        key.verify(bytes.fromhex(signature.decode()), signed)
        _, first, digests, _ = signed.decode().split(" ")
    except (InvalidSignature, ValueError):
        return {}
    return {int(first) + at: bytes.fromhex(digest) for at, digest in enumerate(digests.split(","))}


def _signed(first: str, digests: str, time_ms: str) -> bytes:
    return f"head {first} {digests} {time_ms}".encode()


def _load_key(folder: Path) -> Ed25519PrivateKey:
    signed_before = (folder / HEADS).exists()  # asked first: another process may just now be creating both, key first
    path = folder / KEY
    if not path.exists():
        if signed_before:
            raise LedgerFault("the key that signed this ledger's heads is missing; put it back beside heads.log")
        _create(path, Ed25519PrivateKey.generate().private_bytes_raw().hex())
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text()))
    if not (folder / PUBLIC_KEY).exists():
        _create(folder / PUBLIC_KEY, key.public_key().public_bytes_raw().hex())
    return key


def _create(path: Path, text: str) -> None:
    """Write a file whole; of several processes that do so at once, one wins and all go on with its file."""
    own = path.with_name(f"{path.name}.{os.getpid()}")
    file = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.write(file, text.encode())
    os.fsync(file)
    os.close(file)
    with suppress(FileExistsError):
        path.hardlink_to(own)
    own.unlink()


def _ends_a_line(log: int) -> bool:
    size = os.fstat(log).st_size
    return size == 0 or os.pread(log, 1, size - 1) == b"\n"
