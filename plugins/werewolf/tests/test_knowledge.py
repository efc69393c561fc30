"""What may be known (RULES.md 5): nobody's bytes depend on what the rules hide from it."""

import re
from collections.abc import Collection, Mapping
from random import Random

import numpy as np
import pytest

from arena.agents.sampling import sample
from arena.core.seed import Seed
from arena.core.values import OMNISCIENT, SPECTATOR, Action, Json, Seat
from arena_werewolf.log import Log
from arena_werewolf.roles import DOCTOR, SEER, Team
from arena_werewolf.state import WerewolfState
from plugins.werewolf.tests.driver import field, kinds, make, menu, night, seated, seen, talk, told, viewers, vote

Pair = tuple[WerewolfState, WerewolfState]


def test_private_events_reach_their_audience_alone() -> None:
    """RULES.md 5.1"""
    state = seated("WWSDVVV")
    night(state, kill=6, see=0, save=4)
    private = {
        0: ["proposal", "kill"],
        1: ["proposal", "kill"],
        2: ["sight"],
        3: ["save"],
        4: [],
        5: [],
        6: [],
    }
    for seat, own in private.items():
        assert sorted(kinds(state, seat)) == sorted(["role", "night", *own, "dawn"])
    assert kinds(state, SPECTATOR) == ["night", "dawn"]
    assert len(kinds(state, OMNISCIENT)) == 7 + 4 + 2


def test_only_wolves_know_their_teammates() -> None:
    """RULES.md 5.1"""
    state = seated("WVSDVWV")
    mates = [told(state, seat, "role")[0]["teammates"] for seat in range(7)]
    assert mates == [[5], [], [], [], [], [0], []]


def test_everybody_has_the_same_public_events() -> None:
    """RULES.md 5.2"""
    state = seated("WWSDVVV")
    night(state, kill=6)
    talk(state, {0: "hello"})
    vote(state, {0: 4, 1: 4})
    public = [(e.kind, e.data, e.sender) for e in state.events(SPECTATOR, 0)]
    assert [kind for kind, _, _ in public] == ["night", "dawn", *["speech"] * 6, "votes", "exile", "night"]
    for seat in range(7):
        own = {"role", "proposal", "kill", "sight", "save"}
        events = state.events(Seat(seat), 0)
        assert [(e.kind, e.data, e.sender) for e in events if e.kind not in own] == public


def test_the_view_is_the_card_and_the_events() -> None:
    """RULES.md 5.2"""
    state = seated("WWSDVVV")
    night(state, kill=6)
    view = field(state, 2, "view")
    events = [{"kind": e.kind, "data": e.data, "sender": e.sender} for e in state.events(Seat(2), 0)]
    assert view == {**field(state, 2, "card"), "history": events}


def hidden_pair(seed: Seed, viewer: Seat) -> Pair:
    game = make()
    other = game.indistinguishable(seed, viewer)
    assert isinstance(other, WerewolfState)
    first = game.new_state(seed, {})
    assert first.table.deal != other.table.deal
    return first, other


@pytest.mark.parametrize("viewer", [SPECTATOR, *range(7)])
@pytest.mark.parametrize("number", range(6))
def test_what_a_viewer_may_not_know_never_changes_its_bytes(viewer: int, number: int) -> None:
    """RULES.md 5.1, 5.2: two matches with other hidden roles and the same public course are the same to the viewer."""
    pair = hidden_pair(Seed.of(number), Seat(viewer))
    rng, steps = Random(number), 0
    while not any(state.outcome() for state in pair):
        one, other = (seen(state, Seat(viewer)) for state in pair)
        assert one == other
        assert pair[0].to_move() == pair[1].to_move()
        wishes = public_course(pair, Seat(viewer), rng)
        if wishes is None:
            break
        for state, actions in zip(pair, wishes, strict=True):
            state.step({seat: state.check(seat, action) for seat, action in actions.items()})
        steps += 1
    assert steps >= 2


def public_course(pair: Pair, viewer: Seat, rng: Random) -> list[dict[Seat, Action]] | None:
    """Actions that lead both matches through the same public course; None when the rules must part them."""
    first = pair[0]
    if first.phase.name != "night":
        shared = {seat: sample(first.legal(seat), rng) for seat in sorted(first.to_move())}
        return [shared, shared]
    prey = [seat for seat in first.table.living if all(s.table.deal[seat].team is Team.VILLAGE for s in pair)]
    if not prey:
        return None
    target = rng.choice(prey)
    spared = rng.choice([seat for seat in first.table.living if seat != target])
    looks = [seat for seat in first.table.living if seat != viewer and same_side(pair, seat)]
    if viewer >= 0 and first.table.deal[viewer] is SEER and not looks:
        return None
    look = rng.choice(looks) if looks else target
    return [night_actions(state, target, spared, look) for state in pair]


def same_side(pair: Pair, seat: Seat) -> bool:
    return pair[0].table.deal[seat].team is pair[1].table.deal[seat].team


def night_actions(state: WerewolfState, target: Seat, spared: Seat, look: Seat) -> dict[Seat, Action]:
    actions: dict[Seat, Action] = {}
    for seat in state.to_move():
        ids = menu(state, seat).ids
        wish = {SEER: look, DOCTOR: spared}.get(state.table.deal[seat], target)
        actions[seat] = wish if wish in ids else ids[0]
    return actions


def test_canaries_in_secrets_reach_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """RULES.md 5.1: every private event and every role carries a word that names who may see it."""
    tell = Log.tell

    def marked(self: Log, audience: Collection[Seat], kind: str, data: Mapping[str, Json]) -> None:
        canary = "CANARY" + "".join(f"_{seat}" for seat in audience) + "_"
        tell(self, audience, kind, {**data, "role": canary, "canary": canary})

    monkeypatch.setattr(Log, "tell", marked)
    found = 0
    for number in range(10):
        state, rng = make().new_state(Seed.of(number), {}), Random(number)
        while movers := state.to_move():
            state.step({seat: state.check(seat, sample(state.legal(seat), rng)) for seat in movers})
            for viewer in viewers(state):
                canaries = re.findall(rb"CANARY[_0-9]+", seen(state, viewer))
                assert viewer == OMNISCIENT or all(b"_%d_" % viewer in canary for canary in canaries)
                found += len(canaries)
    assert found > 1000


def test_the_omniscient_viewer_alone_sees_all_roles() -> None:
    """RULES.md 5"""
    state = seated("WWSDVVV")
    assert [data["role"] for data in told(state, OMNISCIENT, "role")] == [role.name for role in state.table.deal]
    assert told(state, SPECTATOR, "role") == []
    assert "werewolf" not in field(state, SPECTATOR, "text")


def test_the_tensor_has_the_layout_of_the_rule_book() -> None:
    """RULES.md 5.3"""
    state = seated("WWSDVVV")
    night(state, kill=6, see=1)
    talk(state)
    vote(state, {0: 4, 1: 4, 2: 1})
    vector = field(state, 2, "tensor")
    expected = np.zeros(211, dtype=np.float32)
    expected[[2, 7 + 1, 12]] = 1
    expected[11] = 2
    expected[[15 + seat for seat in (0, 1, 2, 3, 5)]] = 1
    first = 22
    expected[first + 1] = -1
    expected[first + 7 + 6] = 1
    votes = first + 14
    expected[[votes + 0 * 7 + 4, votes + 1 * 7 + 4, votes + 2 * 7 + 1]] = 1
    assert vector.dtype == np.float32
    assert vector.tolist() == expected.tolist()


def test_the_tensor_remembers_the_latest_three_rounds() -> None:
    """RULES.md 5.3"""
    state = seated("WWSDVVV")
    for look in (0, 1, 3, 5):
        night(state, kill=4, see=look, save=4)
        talk(state)
        vote(state, {})
    vector = field(state, 2, "tensor")
    assert vector[11] == 5
    targets = [vector[22 + 63 * place : 22 + 63 * place + 7].tolist() for place in range(3)]
    assert targets == [[0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1, 0], [0] * 7]


def test_a_spectators_tensor_holds_no_secret() -> None:
    """RULES.md 5.3"""
    state = seated("WWSDVVV")
    night(state, kill=4, see=0, save=4)
    vector = field(state, SPECTATOR, "tensor")
    assert not vector[:11].any()
    assert not vector[22:].any()
