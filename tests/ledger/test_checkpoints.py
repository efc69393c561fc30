"""Frozen versions: a lineage without circles, and nothing that changes afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from arena.core.errors import BadRequest, UnknownAgent
from arena.core.values import AgentName
from arena.ledger import Ledger

ALICE, BOB = AgentName("alice"), AgentName("bob")


def test_a_checkpoint_keeps_what_it_was_frozen_with(ledger: Ledger) -> None:
    ledger.checkpoints.freeze(ALICE, "v1", stage="skills", data_digest="sha256:ab")
    ledger.checkpoints.freeze(BOB, "v1", (ALICE, "v1"))
    one, two = ledger.checkpoints.all()
    assert (one.label, one.parent, two.label, two.parent) == ("alice@v1", None, "bob@v1", (ALICE, "v1"))
    assert one.frozen is not None
    assert (one.frozen.stage, one.frozen.data_digest) == ("skills", "sha256:ab")


def test_freezing_again_changes_nothing_and_with_other_words_is_refused(ledger: Ledger) -> None:
    ledger.checkpoints.freeze(ALICE, "v1")
    first = ledger.checkpoints.freeze(ALICE, "v2", (ALICE, "v1"), stage="skills", data_digest="ab")
    assert ledger.checkpoints.freeze(ALICE, "v2", (ALICE, "v1"), stage="skills", data_digest="ab") == first
    for change, why in (
        ({"data_digest": "cd"}, "alice@v2 is frozen already, with data digest 'ab' and not 'cd'"),
        ({"stage": "strategy"}, "alice@v2 is frozen already, with stage 'skills' and not 'strategy'"),
        ({"parent": (ALICE, "v0")}, "nobody has heard of the parent alice@v0; freeze it first"),
    ):
        with pytest.raises(BadRequest, match=why):
            ledger.checkpoints.freeze(
                ALICE, "v2", **{"parent": (ALICE, "v1"), "stage": "skills", "data_digest": "ab"} | change
            )
    assert ledger.checkpoints.all()[1] == first


def test_a_checkpoint_keeps_what_was_measured_of_it(ledger: Ledger) -> None:
    def freeze(step: int | None = 7, **figures: float) -> None:
        ledger.checkpoints.freeze(ALICE, "v1", step=step, figures=figures)

    freeze(nash_conv=0.25, loss=2)
    freeze(loss=2.0, nash_conv=0.25)
    with pytest.raises(BadRequest, match=r"with figures .*0\.25.* and not .*0\.5.*; freeze another"):
        freeze(loss=2, nash_conv=0.5)
    with pytest.raises(BadRequest, match="with step 7 and not None"):
        freeze(None, loss=2, nash_conv=0.25)
    [line] = ledger.checkpoints.all()
    assert line.frozen is not None
    assert (line.frozen.step, line.frozen.figures) == (7, {"loss": 2.0, "nash_conv": 0.25})


@pytest.mark.parametrize(
    ("step", "figures", "why"),
    [
        (-1, {}, "a step is a whole number from 0 on"),
        (2**63, {}, "a step is a whole number from 0 on"),
        (None, {"loss": float("nan")}, "the figure loss is nan; give a finite number"),
        (None, {"a b": 1.0}, "a figure's name is 1 to 64 printable"),
        (None, {"x\x1b[2J": 1.0}, "a figure's name is 1 to 64 printable"),
        (None, {"x" * 65: 1.0}, "a figure's name is 1 to 64 printable"),
        (None, {str(n): 1.0 for n in range(33)}, "at most 32 figures, not 33"),
    ],
)
def test_what_cannot_be_measured_is_refused_and_nothing_is_kept(
    ledger: Ledger, step: int | None, figures: dict[str, float], why: str
) -> None:
    with pytest.raises(BadRequest, match=why):
        ledger.checkpoints.freeze(ALICE, "v1", step=step, figures=figures)
    assert ledger.checkpoints.all() == []


def test_another_parent_is_refused(ledger: Ledger) -> None:
    for version in ("v1", "v2"):
        ledger.checkpoints.freeze(ALICE, version)
    ledger.agents.add_version(ALICE, "v3", (ALICE, "v1"))
    with pytest.raises(BadRequest, match="alice@v3 has alice@v1 as its parent, not alice@v2"):
        ledger.checkpoints.freeze(ALICE, "v3", (ALICE, "v2"))
    with pytest.raises(BadRequest, match="alice@v2 is frozen without a parent, not alice@v1"):
        ledger.checkpoints.freeze(ALICE, "v2", (ALICE, "v1"))


def test_a_frozen_version_gets_no_parent_later(ledger: Ledger) -> None:
    ledger.checkpoints.freeze(ALICE, "v1")
    ledger.agents.add_version(ALICE, "v1", (BOB, "v9"))
    assert ledger.checkpoints.all("alice")[0].parent is None


def test_an_unknown_parent_is_refused_and_nothing_is_kept(ledger: Ledger) -> None:
    with pytest.raises(UnknownAgent, match="nobody has heard of the parent bob@v9"):
        ledger.checkpoints.freeze(ALICE, "v1", (BOB, "v9"))
    assert ledger.checkpoints.all() == []


def test_nothing_descends_from_itself(ledger: Ledger) -> None:
    ledger.agents.add_version(ALICE, "v2", (ALICE, "v1"))
    ledger.agents.add_version(ALICE, "v3", (ALICE, "v2"))
    for child, parent in (("v1", "v3"), ("v1", "v1")):
        with pytest.raises(BadRequest, match=f"alice@{child} cannot have alice@{parent} as its parent"):
            ledger.agents.add_version(ALICE, child, (ALICE, parent))
        with pytest.raises(BadRequest, match=f"alice@{child} cannot have alice@{parent} as its parent"):
            ledger.checkpoints.freeze(ALICE, child, (ALICE, parent))
    assert [line.version for line in ledger.checkpoints.all()] == ["v2", "v3"]


def test_checkpoints_are_in_the_order_of_freezing_before_what_is_not_frozen(ledger: Ledger) -> None:
    ledger.agents.add_version(ALICE, "v0")
    for version in ("v3", "v1", "v2"):
        ledger.checkpoints.freeze(ALICE, version)
    assert [line.version for line in ledger.checkpoints.all()] == ["v3", "v1", "v2", "v0"]
    assert ledger.checkpoints.all("bob") == []


def test_a_race_to_freeze_one_version_has_one_winner(ledger: Ledger) -> None:
    def freeze(digest: str) -> bool:
        try:
            ledger.checkpoints.freeze(ALICE, "v1", data_digest=digest)
        except BadRequest:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(freeze, "abcd")) == 1


def test_a_checkpoint_has_a_name(ledger: Ledger) -> None:
    with pytest.raises(BadRequest, match="name both, as in alice@v3"):
        ledger.checkpoints.freeze(ALICE, "")
