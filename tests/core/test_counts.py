"""Options that say how many there are of each name."""

import pytest

from arena.core.errors import BadOption
from arena.core.options import Option, parse_assignments, rated_id

ROLES = Option(name="roles", default={"wolf": 1, "sheep": 3}, kind="counts", help="how many there are")


@pytest.mark.parametrize("text", ["wolf:2,sheep:5", " wolf : 2 , sheep : 5 ,", '{"sheep": 5, "wolf": 2}'])
def test_counts_are_given_in_short_or_as_json(text: str) -> None:
    assert parse_assignments([ROLES], [f"roles={text}"]) == {"roles": {"wolf": 2, "sheep": 5}}


@pytest.mark.parametrize("text", ["wolf", "wolf:two", "wolf:-1", "wolf:1,wolf:2", "wolf:1.5", '{"wolf": true}', "[1]"])
def test_what_is_no_list_of_counts_is_refused(text: str) -> None:
    with pytest.raises(BadOption, match=r"option roles: .* is not a list of names with whole numbers"):
        parse_assignments([ROLES], [f"roles={text}"])


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "NaN", "{"])
def test_json_options_are_held_to_strict_json(text: str) -> None:
    option = Option(name="any", default=None, kind="json", help="anything")
    with pytest.raises(BadOption, match="at most 32 deep"):
        parse_assignments([option], [f"any={text}"])


def test_the_rated_id_is_the_same_however_they_were_given() -> None:
    ids = {
        rated_id("a/b", [ROLES], parse_assignments([ROLES], [f"roles={text}"]))
        for text in ("wolf:2,sheep:5", "sheep:5,wolf:2", '{"wolf":2,"sheep":5}')
    }
    assert ids == {'a/b?roles={"sheep":5,"wolf":2}'}
    assert rated_id("a/b", [ROLES], {"roles": {"sheep": 3, "wolf": 1}}) == "a/b"
