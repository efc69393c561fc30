"""Rated ids: different rules never share one, and the id alone leads back to the rules, but for files."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.core.canonical import canonical
from arena.core.errors import BadOption
from arena.core.match import GameRef
from arena.core.options import MAX_DEPTH, Option, parse_json
from arena.core.values import Config
from arena.plugin.registry import Registry
from tests.plugin.toys import TOYS

TOYS_HERE = Registry([TOYS])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["a&other=b", "=", "%26", "?", "null", "true", "1", "a\nb", "\u202e", "tic_tac_toe()", "x(y=2)"]
)
WHOLE = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | WHOLE | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
CONFIGS = st.fixed_dictionaries(
    {}, optional={"count": WHOLE, "share": NUMBERS, "loud": st.booleans(), "words": TEXTS, "other": TEXTS, "deal": JSON}
)


def ref(game: str = "toys/all", **options: Any) -> GameRef:
    return TOYS_HERE.ref(game, given=options)


def plain(config: Config) -> bytes:
    """Equal for the same rules alone: `==` takes true for 1, and a whole share is the float."""
    return canonical({**config, "share": float(str(config["share"]))})


@given(CONFIGS)
def test_rated_id_leads_back_to_the_rules(config: dict[str, Any]) -> None:
    made = ref(**config)
    again = TOYS_HERE.ref(made.rated_id)
    assert (plain(again.config), again.rated_id) == (plain(made.config), made.rated_id)
    assert not set(made.rated_id) & set("\r\n\t\x00\x1b\u202e\u2028")


@given(CONFIGS, CONFIGS)
def test_different_rules_have_different_rated_ids(one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = ref(**one), ref(**other)
    assert (a.rated_id == b.rated_id) == (plain(a.config) == plain(b.config))


@pytest.mark.parametrize(
    ("options", "rated"),
    [
        ({}, "toys/all"),
        ({"count": 4, "loud": True}, "toys/all?count=4&loud=true"),
        ({"share": 0.5, "deal": {"seer": 1, "doctor": 2}}, 'toys/all?deal={"doctor":2,"seer":1}&share=0.5'),
        ({"words": "tic_tac_toe()"}, "toys/all?words=tic_tac_toe()"),
        ({"words": "connect_four(rows=5)"}, "toys/all?words=connect_four(rows%3D5)"),
        ({"words": "50% & more?"}, "toys/all?words=50%25 %26 more%3F"),
        ({"words": "a\nb\u202e"}, "toys/all?words=a%0Ab%E2%80%AE"),
        ({"deal": "1"}, 'toys/all?deal="1"'),
        ({"deal": [True]}, "toys/all?deal=[true]"),
    ],
)
def test_rated_id_reads_as_before_where_nothing_is_ambiguous(options: dict[str, Any], rated: str) -> None:
    assert ref(**options).rated_id == rated


def test_file_cannot_be_made_from_an_id_and_the_refusal_says_so(tmp_path: Any) -> None:
    (tmp_path / "rules.txt").write_text("be nice")
    made = TOYS_HERE.ref("toys/all", [f"rules={tmp_path / 'rules.txt'}"])
    assert made.rated_id.startswith("toys/all?rules=sha256:")
    with pytest.raises(BadOption, match=r"rules is a file, which an id only names by its digest; .* give the file as"):
        TOYS_HERE.ref(made.rated_id)


@pytest.mark.parametrize("query", ["words=%ff", "words=%C3", "words", "=3", "what=1", "count=3&count=4"])
def test_query_that_no_rated_id_has_is_refused(query: str) -> None:
    with pytest.raises(BadOption):
        TOYS_HERE.ref(f"toys/all?{query}")


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "Infinity", "[1, -Infinity]", "1e400", '{"a": 1e400}', str(2**63)),
        *("[" * 100_000, "[" * 33 + "]" * 33, '"\\ud800"', '{"\\ud800": 1}', "", "{"),
    ],
    ids=lambda text: text[:12],
)
def test_json_that_not_everybody_can_carry_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller says what would be right
        parse_json(text)
    with pytest.raises(BadOption, match=r"option deal: .{0,90} is not JSON of finite numbers, at most 32 deep"):
        TOYS_HERE.ref("toys/all", [f"deal={text}"])


def test_json_as_deep_as_allowed_is_taken() -> None:
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert TOYS_HERE.ref("toys/all", [f"deal={deep}"]).rated_id == f"toys/all?deal={deep}"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (Option(name="x", kind="float", default=0.0, help=""), 10**400),
        (Option(name="x", kind="float", default=0.0, help=""), float("inf")),
        (Option(name="x", kind="float", default=0.0, help=""), float("nan")),
        (Option(name="x", kind="int", default=0, help=""), 2**63),
        (Option(name="x", kind="str", default="", help=""), "\ud800"),
        (Option(name="x", kind="file", default=None, help=""), {"sha256": "", "text": "\ud800"}),
    ],
    ids=str,
)
def test_value_that_no_codec_carries_is_refused(option: Option, value: Any) -> None:
    with pytest.raises(BadOption, match="option x: "):
        option.check(value)
