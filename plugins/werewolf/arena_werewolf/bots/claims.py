"""The one sentence in which these bots claim to be the seer, to be written and to be read."""

import re
from collections.abc import Mapping
from typing import Final

_CLAIM: Final = re.compile(r"I am the seer\. I looked at (.+)\.")
_RESULT: Final = re.compile(r"player_(\d{1,3}): (not )?a werewolf")


def tell(results: Mapping[int, bool]) -> str:
    """`I am the seer. I looked at player_3: a werewolf; player_1: not a werewolf.`"""
    told = "; ".join(f"player_{seat}: {'' if wolf else 'not '}a werewolf" for seat, wolf in results.items())
    return f"I am the seer. I looked at {told}."


def read(speech: str) -> Mapping[int, bool] | None:
    """What a speech in this form claims: by player, whether it is a werewolf. None for any other speech."""
    claim = _CLAIM.fullmatch(speech)
    results = [_RESULT.fullmatch(part) for part in claim[1].split("; ")] if claim else [None]
    return {int(r[1]): not r[2] for r in results if r} if all(results) else None
