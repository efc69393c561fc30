"""Words from agents made harmless: one line of visible characters in one normal form; and a look for forgeries in them.

`one_line` is what everybody hears. `spoofs` names the ways in which a text passes itself off as something that only the
arena says: a notice, another speaker, a frame, the control tokens of a chat model. It judges form, never content: to
lie in one's own name is part of a game. Unassigned characters stay, since which ones are assigned differs between
versions of Unicode, and records must not.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

NOTICE: Final = "notice"
"""Speaks as the moderator, the system or the game: `Moderator: ...`, `[SYSTEM] ...`, `Point system notice: ...`."""
SPEAKER: Final = "speaker"
"""Puts a line into another seat's mouth: `player_3 says: ...`, or `player_3: I ...` where a sentence begins."""
TAG: Final = "tag"
"""Markup, or a word split by brackets so that stripping them once makes a tag: `</speech>`, `[GA[x]ME]`."""
TOKEN: Final = "token"
"""What ends a turn for a chat model: `<|im_start|>`, `[INST]`, `### System`."""
FRAME: Final = "frame"
"""Pieces of a structured record: `"sender": 3`, `"role": "system"`."""

KINDS: Final = (NOTICE, SPEAKER, TAG, TOKEN, FRAME)
"""Everything that `spoofs` can name, in the order in which it does."""

_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Control characters; format characters (bidi controls, zero-width ones, tags); lone surrogates; private ones."""

_BLANK: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)))
).union(map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0000, 0xE1000)))
"""Characters of other categories that show nothing: fillers, joiners, variation selectors."""


def one_line(text: str) -> str:
    """NFKC, no invisible characters, every run of white space one space; a second time changes nothing."""
    if not (text.isascii() and text.isprintable()):
        text = unicodedata.normalize("NFKC", "".join(filter(_shows, text)))
    return " ".join(text.split())


def spoofs(text: str) -> tuple[str, ...]:
    """The kinds of forgery in `text`, as sent or as `one_line` leaves it: some of KINDS, in that order, each once.

    It looks through case, accents, invisible and bidirectional characters, letters of other scripts that look Latin,
    spaced-out letters and nested brackets. A line break counts as the beginning of a sentence, so the raw form may show
    more than the one line does. Time is linear in the length of `text`.
    """
    plain = _fold(text)
    if not _suspicious(plain):
        return ()
    found = {kind for kind, pattern in _PATTERNS if pattern.search(plain)}
    found.update(_bracketed(plain))
    return tuple(kind for kind in KINDS if kind in found)


def _shows(char: str) -> bool:
    return char.isspace() or not (unicodedata.category(char) in _DROPPED or char in _BLANK)


_ALIKE: Final = str.maketrans(
    dict(zip("аебсԁеһіїјкмопрԛѕтухѵԝзв", "aebcdehiijkmonpqstyxvw3b", strict=True))
    | dict(zip("αβεηικνορτυχωℓıɡɑ", "aβehikvoptuxwliga".replace("β", "b"), strict=True))
    | dict.fromkeys("ǀ∣⏐│︱", "|")
    | dict.fromkeys("꞉ː∶˸׃", ":")
    | dict.fromkeys("‹«⟨〈《", "<")
    | dict.fromkeys("›»⟩〉》", ">")
    | dict.fromkeys("【〔「『〖", "[")
    | dict.fromkeys("】〕」』〗", "]")
    | dict.fromkeys("“”„‟＂", '"')
    | dict.fromkeys("‘’‚‛", "'")
)
"""Letters and marks that look like plain ones; the commonest of Unicode's confusables (UTS 39)."""
_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
_SPACED: Final = re.compile(r"(?<![^\W_])(?:[a-z][ .\-_*]){3,39}[a-z](?![^\W_])")
"""A word written letter by letter."""


def _fold(text: str) -> str:
    """Lower case, visible, without accents and look-alikes; sentences still begin where lines did."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", "".join(filter(_shows, text)))
        text = _MARKS.sub("", text).casefold().translate(_ALIKE)
    return _SPACED.sub(lambda word: re.sub(r"[ .\-_*]", "", word[0]), text.lower())


def _suspicious(plain: str) -> bool:
    """Most speeches hold none of these, and every forgery does."""
    return any(mark in plain for mark in ':<>[({|#*=~"')


_RULER: Final = r"(?:moderator|game[ _-]?master|dungeon[ _-]?master|narrator|announcer|referee|gm)"
_OFFICE: Final = (
    r"(?:(?:point|game|arena|voting|scoring|reward)[ _-]?)?"
    r"(?:system|admin|administrator|server|arena|engine|developer|game|judge)"
)
_PAPER: Final = (
    r"(?:[ _-](?:notice|message|announcement|update|alert|warning|prompt|instructions?|override|note|log|rules?"
    r"|says|announces|notification))"
)
_BEGIN: Final = r"(?:^|[.!?\"'\]\)>}|\n\r\u2028\u2029*=#~-])[ \t*_\"'\[(<{#=~>|-]{0,16}"
"""Where a sentence, a line or a quoted piece begins, with what may adorn it."""
_END: Final = r"[ \t*_\"'\])>}]{0,8}[:=|]"
_SEAT: Final = r"(?:player|seat|agent|spieler)[ _#-]{0,2}\d{1,3}"

_FIRST: Final = r"[ \t*_]{0,8}(?:[\"']|(?:i|im|my|we|our|yes|no|ok|okay|fine|agreed|sure)\b)"
"""How a line begins that somebody says; what is said of a player begins otherwise."""

_PATTERNS: Final = (
    (NOTICE, re.compile(rf"\b{_RULER}{_PAPER}?{_END}")),
    (NOTICE, re.compile(rf"\b{_OFFICE}{_PAPER}{_END}")),
    (NOTICE, re.compile(rf"(?<!\w )\b{_OFFICE}{_END}")),
    (NOTICE, re.compile(rf"(?<!\bthe )(?<!\ba )(?<!\bour )(?<!\bthis )(?<!ing )\b(?:system|admin|server){_END}")),
    (NOTICE, re.compile(rf"{_BEGIN}(?:[a-z]{{3,12}} )?(?:announcement|notice|notification|alert){_END}")),
    (NOTICE, re.compile(rf"[\[<{{(*=#~]{{1,8}}[ ]?(?:{_RULER}|system|admin|server){_PAPER}?\b")),
    (SPEAKER, re.compile(rf"\b{_SEAT}[\])>*\"']{{0,4}} (?:says|whispers|speaks)[ ]?:")),
    (SPEAKER, re.compile(rf"{_BEGIN}{_SEAT}[ \t*_\"'\])>]{{0,8}}(?:\([^()]{{0,40}}\)[ ]?)?:{_FIRST}")),
    (TAG, re.compile(r"</?[a-z][\w.-]{0,39}(?:\s[^<>]{0,80}=[^<>]{0,80})?[ ]?/?>|\[/[a-z]\w{0,39}\]")),
    (TOKEN, re.compile(r"<\|[^<>|]{0,40}\|>|<</?sys>>|\[/?inst\]|</?s>|<(?:bos|eos|start_of_turn|end_of_turn)>")),
    (TOKEN, re.compile(r"#{2,6}[ ]?(?:system|instruction|user|assistant|human|response)s?\b")),
    (TOKEN, re.compile(r"(?:^|[\n\r\u2028\u2029])[ \t]{0,8}(?:user|assistant|human|ai)[ ]?:")),
    (FRAME, re.compile(r"[\"'](?:sender|kind|role|event|audience|seat|frame|type)[\"'][ ]?:")),
)
_WORD: Final = re.compile(r"\w")
_OFFICIAL: Final = re.compile(rf"^\W{{0,8}}(?:{_RULER}|{_OFFICE})(?:{_PAPER})?\W{{0,8}}$")
_CLOSES: Final = {"]": "[", ">": "<", "}": "{", ")": "("}
_KEPT: Final = 64
"""Characters of a bracket's own text that are looked at."""


def _bracketed(plain: str) -> Iterator[str]:
    """What brackets hold once the brackets within them are gone: an office is a notice, a split word a tag."""
    for own, split in _groups(plain):
        if split:
            yield TAG
        if _OFFICIAL.match(own):
            yield NOTICE


def _groups(plain: str) -> Iterator[tuple[str, bool]]:
    """The own text of each closed bracket, and whether a bracket within it splits a word. One pass with a stack."""
    stack: list[tuple[str, int, list[str], list[bool]]] = []
    for at, char in enumerate(plain):
        if char in "[<{(":
            stack.append((char, at, [], [False]))
        elif char in _CLOSES and stack and stack[-1][0] == _CLOSES[char]:
            _, began, own, split = stack.pop()
            yield "".join(own), split[0]
            if stack:
                inside = plain[began - 1 : began] + plain[at + 1 : at + 2]
                stack[-1][3][0] |= len(_WORD.findall(inside)) == 2
        elif stack and len(stack[-1][2]) < _KEPT:
            stack[-1][2].append(char)
