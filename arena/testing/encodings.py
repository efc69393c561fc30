"""The forms in which a secret could travel unnoticed: a scan for canaries looks for all of them."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote_from_bytes

_SHORTEST = 6
"""Bytes of a form that is looked for; a shorter one turns up by chance."""


def encodings_of(secret: str | bytes) -> frozenset[bytes]:
    """UTF-8, UTF-16 and UTF-32, JSON's escapes, hexadecimal, base64 at any offset, percent-encoding, and backwards."""
    raw = secret.encode(errors="surrogatepass") if isinstance(secret, str) else secret
    forms = {raw, raw[::-1], raw.hex().encode(), raw.hex().upper().encode(), quote_from_bytes(raw, safe="").encode()}
    forms.update(_base64(raw))
    if isinstance(secret, str):
        forms.update(secret.encode(name, errors="surrogatepass") for name in ("utf-16-le", "utf-16-be", "utf-32-le"))
        escaped = json.dumps(secret)[1:-1]
        forms |= {escaped.encode(), json.dumps(escaped)[1:-1].encode()}
    return frozenset(form for form in forms if len(form) >= _SHORTEST)


def _base64(raw: bytes) -> Iterator[bytes]:
    """The characters that every base64 text with `raw` in it contains, wherever `raw` begins."""
    for offset in range(3):
        padded = bytes(offset) + raw
        first, last = -(-offset * 4 // 3), len(padded) * 4 // 3 - (len(padded) % 3 != 0)
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(padded)[first + (offset != 0) : last]


def found_in(data: bytes, secrets: Iterable[str | bytes]) -> list[str | bytes]:
    """The secrets of which `data` holds a form."""
    return [secret for secret in secrets if any(form in data for form in encodings_of(secret))]
