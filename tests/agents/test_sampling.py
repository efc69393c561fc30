"""Drawing legal actions: `first` is the lowest of every form, and each draw fits its schema."""

from random import Random
from typing import Any

import numpy as np
import pytest

from arena.agents.sampling import first, sample
from arena.core.legal import Box, Choices, FreeText, Schema

OFFER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["offer", "accept"]},
        "shares": {
            "type": "array",
            "minItems": 2,
            "maxItems": 4,
            "items": {"type": "integer", "minimum": 3, "maximum": 9},
        },
        "price": {"type": "number", "minimum": -1.5, "maximum": 4},
        "words": {"type": "string", "maxLength": 12},
        "final": {"type": "boolean"},
        "round": {"const": 7},
        "either": {"oneOf": [{"const": "a"}, {"type": "integer", "minimum": 1}]},
    },
}
LOWEST = {
    "kind": "offer",
    "shares": [3, 3],
    "price": -1.5,
    "words": "",
    "final": True,
    "round": 7,
    "either": "a",
}


def test_first_is_the_lowest_of_every_form() -> None:
    assert first(Choices([4, 7])) == 4
    assert first(FreeText(max_chars=9)) == ""
    assert first(Schema(OFFER)) == LOWEST
    np.testing.assert_array_equal(first(Box(shape=(2,), low=-2.0, high=3.0)), np.full(2, -2.0, np.float32))


@pytest.mark.parametrize("seed", range(20))
def test_every_draw_fits_its_schema(seed: int) -> None:
    drawn: Any = sample(Schema(OFFER), Random(seed))
    assert drawn.keys() == LOWEST.keys()
    assert drawn["kind"] in {"offer", "accept"}
    assert 2 <= len(drawn["shares"]) <= 4
    assert all(type(share) is int and 3 <= share <= 9 for share in drawn["shares"])
    assert -1.5 <= drawn["price"] <= 4
    assert len(drawn["words"]) <= 12
    assert type(drawn["final"]) is bool
    assert drawn["round"] == 7
    assert drawn["either"] == "a" or drawn["either"] >= 1
    assert drawn == sample(Schema(OFFER), Random(seed))


def test_schema_that_says_it_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match="schema type None"):
        sample(Schema({"not": {"type": "string"}}), Random(1))
