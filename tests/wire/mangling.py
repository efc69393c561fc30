"""Bytes as a broken or hostile peer might send them: what was said well, with some of it spoilt."""

from random import Random


def mangled(data: bytes, rng: Random) -> bytes:
    """`data` with up to four bits flipped, bytes replaced, stretches cut out, put in or doubled, or its end cut off."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(out) + 1), rng.randint(1, 8)
        match rng.randrange(6):
            case 0 if at < len(out):
                out[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(out):
                out[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del out[at : at + length]
            case 3:
                out[at:at] = rng.randbytes(length)
            case 4:
                out[at:at] = out[rng.randrange(len(out) + 1) :][:20]
            case _:
                del out[at:]
    return bytes(out)
