"""Whatever stands in an event file, it is read, or refused as a bad event; nothing else comes of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.core.errors import BadEvent
from arena.tournament.files import parse
from arena.tournament.formats import FORMATS
from tests.tournament.test_files import GOOD, spec

VALUES = st.sampled_from(
    [
        "0",
        "-1",
        "1",
        "2",
        "1e400",
        "nan",
        "-inf",
        "0.5",
        "true",
        '""',
        '"a"',
        '"a0"',
        "[]",
        '["a"]',
        "[1]",
        "[[]]",
        "{}",
        "{x=1}",
        "2026-01-01",
        "12:00:00",
        '"swiss"',
    ]
)
BITS = "0x" + "f" * 5_000
ODD_TEXTS = st.sampled_from(
    ['"\\u202e"', '"\\u0000"', '"two words"', f'"{"x" * 600}"', str(2**70), "9" * 5_000, BITS, f"[{BITS}]"]
)
KEYS = st.sampled_from(
    [
        "name",
        "ratings",
        "same_owner",
        "game",
        "format",
        "sets",
        "faults",
        "stop",
        "entrants",
        "other",
        "game.id",
        "game.places",
        "game.options",
        "format.kind",
        "format.cycles",
        "format.rounds",
        "format.challengers",
        "format.learners",
        "format.sampling",
        "format.power",
        "format.range",
        "format.elo0",
        "format.elo1",
        "format.model",
        "sets.per_pairing",
        "sets.deals",
        "sets.duplicate",
        "sets.seed",
        "sets.clock",
        "sets.clock.bank",
        "stop.sets",
        "stop.width",
        "faults.withdraw_after",
        "faults.show_up_seconds",
    ]
)
ENTRANTS = "".join(f'[[entrants]]\nname = "a{i}"\nspec = "random"\n' for i in range(4))


def refusal(text: str) -> str:
    """What the refusal says; empty when the event could be read and asked about a game."""
    try:
        event = parse(text)
        assert len(event.digest) == 64
        event.check(spec())
    except BadEvent as error:
        return str(error)
    return ""


@given(
    lines=st.dictionaries(KEYS, VALUES | ODD_TEXTS, max_size=6),
    kind=st.sampled_from(sorted(FORMATS)),
)
@settings(max_examples=300, deadline=None)
def test_any_values_under_any_keys_are_read_or_refused(lines: dict[str, str], kind: str) -> None:
    all_lines = {"name": '"x"', "game.id": '"fake/duel"', "format.kind": f'"{kind}"', **lines}
    said = refusal("".join(f"{key} = {value}\n" for key, value in all_lines.items()) + ENTRANTS)
    assert "\n" not in said
    assert len(said) < 500


@given(text=st.text(max_size=200), at=st.integers(0, len(GOOD)))
@settings(max_examples=200, deadline=None)
def test_any_text_in_any_place_is_read_or_refused(text: str, at: int) -> None:
    said = refusal(GOOD[:at] + text + GOOD[at:])
    assert "\n" not in said


@pytest.mark.parametrize("number", ["9" * 5_000, BITS, f"[{BITS}]"], ids=["digits", "bits", "in a list"])
def test_a_number_of_thousands_of_digits_is_refused(number: str) -> None:
    assert "a number" in refusal(f"name = {number}\n" + GOOD.partition("\n")[2])
    assert "a number" in refusal(GOOD.replace("[format]", f"options = {{deck = {number}}}\n[format]"))


@pytest.mark.parametrize("kind", ["sprt", "league"])
def test_sets_under_way_are_bounded(kind: str) -> None:
    rules = f'[format]\nkind = "{kind}"\nahead = 1_001\n' + ('learners = ["a0"]\n' if kind == "league" else "")
    text = 'name = "x"\n[game]\nid = "fake/duel"\n' + rules + ENTRANTS
    assert refusal(text) == "[format]: ahead = 1001 is not a whole number from 1 to 1000"


def test_no_event_is_longer_than_can_be_scheduled() -> None:
    ladder = GOOD.replace('"round robin"', '"ladder"')
    assert refusal(ladder + "[stop]\nsets = 100_000\n") == ""
    assert "is not a whole number from 1 to 100000" in refusal(ladder + "[stop]\nsets = 100_001\n")
