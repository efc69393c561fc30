"""Nothing hidden reaches a seat: canaries over all bytes of each seat, and states that a viewer cannot tell apart."""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio

from arena.agents.sampling import sample
from arena.core.canonical import canonical
from arena.core.errors import IllegalAction
from arena.core.game import Game, State
from arena.core.legal import Choices, Legal
from arena.core.match import MatchResult
from arena.core.seed import Seed
from arena.core.values import EVENTS, LABELS, SPECTATOR, Action, Fields, Seat
from arena.plugin.registry import Registry
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.testing.loopback import LoopbackTransport
from arena.v1 import play_pb2 as pb
from arena.wire.actions import fill_action
from arena.wire.codec import CODEC
from arena.wire.prompts import read_prompt
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import install_plugin
from tests.server.conftest import open_hall

GAMES = (
    "werewolf/ww4-mini",
    "werewolf/ww7-lspo",
    "negotiation/dond",
    "negotiation/balloon",
    "who_is_the_spy/text",
    "who_is_the_spy/picture",
    "openspiel/kuhn_poker",
)
ASKED: Fields = frozenset({EVENTS, LABELS})


@dataclass
class Seen:
    """What one agent's stream brought: the bytes of each seat's frames before its match had ended, and request ids."""

    name: str
    by_seat: dict[tuple[str, int], bytes] = field(default_factory=lambda: defaultdict(bytes))
    prompts: dict[tuple[str, int], list[pb.Prompt]] = field(default_factory=lambda: defaultdict(list))
    requests: list[int] = field(default_factory=list)
    seats: dict[int, tuple[str, int]] = field(default_factory=dict)

    def take(self, frame: pb.ServerFrame) -> None:
        """File a frame under its seat."""
        if frame.HasField("seat_assigned"):
            seat = frame.seat_assigned
            self.seats[seat.seat_ref] = key = (seat.match_id, seat.seat)
            self.by_seat[key] += frame.SerializeToString()
        elif frame.HasField("decision_request"):
            asked = frame.decision_request
            self.by_seat[self.seats[asked.seat_ref]] += frame.SerializeToString()
            self.prompts[self.seats[asked.seat_ref]].append(asked.prompt)
            self.requests.append(asked.request_id)


async def play(agent: Peer, seen: Seen, rng: Random) -> None:
    """Answer at random, again where a text is refused, with a canary as provenance, until the join has ended."""
    open_requests: dict[int, pb.DecisionRequest] = {}
    while True:
        frame = await agent.next("seat_assigned", "decision_request", "refused", "join_ended")
        if frame.HasField("join_ended"):
            return
        seen.take(frame)
        if frame.HasField("decision_request"):
            open_requests[frame.decision_request.request_id] = frame.decision_request
        request_id = frame.decision_request.request_id or frame.refused.request_id
        if request_id in open_requests:
            asked = open_requests[request_id]
            act = pb.Act(request_id=asked.request_id, provenance=pb.Provenance(reasoning=f"CANARY of {seen.name}"))
            fill_action(act.action, sample(read_prompt(asked.prompt)[1], rng))
            await agent.send(act=act)


@pytest_asyncio.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    """A hall whose workers know the tiny games too."""
    path = install_plugin(tmp_path, "testing", "tests.e2e.tiny_plugin")["PYTHONPATH"]
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(path.partition(os.pathsep)[0])
    async with open_hall(tmp_path) as opened:
        yield opened


async def watch_play(hall: Hall, game: str, matches: int, **join: Any) -> tuple[list[Seen], list[MatchResult]]:
    """Two agents play; what each saw, and the results."""
    seen = [Seen("agent-of-ann"), Seen("agent-of-bob")]
    async with AsyncExitStack() as stack, asyncio.timeout(60):
        agents = []
        for one in seen:
            principal = Principal(f"owner-{one.name}", frozenset({"play"}))
            transport = LoopbackTransport(lambda stream, who=principal: hall.play.serve(stream, who))  # type: ignore[misc]
            agent = await stack.enter_async_context(peer(transport))
            await agent.hello()
            given = {key: value(one.name) if callable(value) else value for key, value in join.items()}
            await agent.join(game, one.name, matches=matches, wants=fields_of(game), **given)
            agents.append(agent)
        await asyncio.gather(*(play(a, s, Random(s.name)) for a, s in zip(agents, seen, strict=True)))
    return seen, [hall.ledger.result(line.match_id) for line in hall.ledger.matches(limit=1000)]


def fields_of(game: str) -> list[str]:
    """Everything that can be wanted of a game."""
    return [spec.name for spec in made(game).spec.fields] + [EVENTS, LABELS]


def made(game: str) -> Game:
    """The game in this process."""
    registry = Registry()
    return registry.make_game(registry.ref(game))


def seats_of(seen: Sequence[Seen]) -> Iterator[tuple[Seen, str, int, bytes]]:
    """Every seat of every match with its bytes."""
    for one in seen:
        for (match, seat), data in one.by_seat.items():
            yield one, match, seat, data


@pytest.mark.parametrize("game", GAMES)
async def test_no_seat_is_sent_names_seeds_thoughts_or_what_others_hold(hall: Hall, game: str) -> None:
    seen, results = await watch_play(hall, game, 8)
    by_match = {result.plan.match_id: result for result in results}
    assert {match for one in seen for match, _ in one.by_seat} == set(by_match) != set()
    secret = (hall.ledger.state / "secret").read_bytes() if hall.ledger.state else b""
    for one, match, seat, data in seats_of(seen):
        result = by_match[match]  # type: ignore[index]
        seed = result.plan.seed
        names = [party.agent for party in result.plan.parties]
        canaries = [b"CANARY", seed.value, seed.hex().encode(), secret, *(f"owner-{n}".encode() for n in names)]
        canaries += [name.encode() for name in names]
        canaries += [seed.derive("agent", s).value for s in range(len(result.seats)) if s != seat]
        canaries += private_of_others(game, seed, seat)
        for canary in canaries:
            assert canary not in data, (one.name, match, seat, canary)


def private_of_others(game: str, seed: Seed, seat: int) -> list[bytes]:
    """How the other seats' private holdings are written where they may be shown, where that differs from one's own."""
    if not game.startswith("negotiation/"):
        return []
    state = made(game).new_state(seed, {})
    views: list[Any] = [state.observe(Seat(s), frozenset({"view"}))["view"] for s in range(2)]
    mine, other = (canonical(views[s]["private"]) for s in (seat, 1 - seat))
    written = [canonical(event.data) for event in state.events(Seat(1 - seat), 0)]
    own = [canonical(event.data) for event in state.events(Seat(seat), 0)]
    return [*([other] if other != mine else []), *(data for data in written if data not in own)]


@pytest.mark.parametrize("game", ["werewolf/ww4-mini", "werewolf/ww7-lspo"])
async def test_a_seat_hears_of_roles_only_what_its_own_role_tells(hall: Hall, game: str) -> None:
    seen, results = await watch_play(hall, game, 8)
    by_match = {str(result.plan.match_id): result for result in results}
    hidden = told = 0
    for one in seen:
        for (match, seat), prompts in one.prompts.items():
            roles = [outcome.role for outcome in by_match[match].seats]
            for number, event in enumerate(event for prompt in prompts for event in prompt.events):
                assert event.number == number
                data = json.loads(event.data_json)
                if event.kind == "role":
                    told += 1
                    assert (data["seat"], data["role"]) == (seat, roles[seat])
                    assert all(roles[mate] == roles[seat] == "werewolf" for mate in data["teammates"])
            words = "".join(field.text for prompt in prompts for field in prompt.fields)
            dealt = [other for other in range(len(roles)) if f"player_{other} is dealt" in words]
            assert dealt == [seat]
            hidden += len(roles) - 1
    assert told == sum(len(one.by_seat) for one in seen)
    assert hidden > 0


async def test_a_private_entry_is_seen_by_its_own_seat_alone(hall: Hall) -> None:
    seen, _ = await watch_play(hall, "testing/parley", 4, entry_json=lambda name: json.dumps(f"HELD {name}").encode())
    assert [len(one.by_seat) for one in seen] == [4, 4]
    for one, _, _, data in seats_of(seen):
        other = next(each for each in seen if each is not one)
        assert f"HELD {one.name}".encode() in data
        assert f"HELD {other.name}".encode() not in data


async def test_request_ids_do_not_tell_how_often_others_were_asked(hall: Hall) -> None:
    seen, _ = await watch_play(hall, "negotiation/dond", 4, seats=2)
    for one in seen:
        steps = {later - earlier for earlier, later in zip(one.requests, one.requests[1:], strict=False)}
        assert steps == {1}


# ---- states that a viewer cannot tell apart


def prompt_of(state: State, viewer: Seat, step: int, since: int, wants: Fields) -> tuple[bytes, int]:
    """The bytes that a worker would send this seat, and how many events it has seen by then."""
    events = state.events(viewer, since)
    data = CODEC.encode_prompt(
        step, state.observe(viewer, wants), events, state.legal(viewer), labels=True, from_start=not since
    )
    return data, since + len(events)


def public_bytes(state: State, step: int, wants: Fields) -> bytes:
    """All that everybody may know of a state."""
    return CODEC.encode_view(step, state.observe(SPECTATOR, wants), state.events(SPECTATOR, 0))


def preferred(legal: Legal, rng: Random, order: Sequence[int]) -> Action:
    """The first legal choice in an order that is the same in both states, or a draw where there are no choices."""
    if isinstance(legal, Choices):
        return min(legal.ids, key=lambda number: order[number] if number < len(order) else len(order))
    return sample(legal, rng)


def checked(state: State, seat: Seat, wish: Action) -> Action:
    """The wish in canonical form; the default where the rules refuse a text, such as one that was said before."""
    try:
        return state.check(seat, wish)
    except IllegalAction:
        return state.default_action(seat)


def same_prompts(game: Game, seed: Seed, viewer: Seat) -> int:
    """Play two states in step that `viewer` cannot tell apart, for as long as the public cannot either.

    Every prompt of the viewer must be the same, byte for byte; returns how many there were.
    """
    wants: Fields = frozenset(spec.name for spec in game.spec.fields)
    other = game.indistinguishable(seed, viewer)
    if other is None:
        return 0
    states = (game.new_state(seed, {}), other)
    shuffle, since, compared = seed.stream("test"), 0, 0
    for step in range(60):
        movers = [frozenset(state.to_move()) for state in states]
        if movers[0] != movers[1] or public_bytes(states[0], step, wants) != public_bytes(states[1], step, wants):
            break
        if viewer in movers[0]:
            (one, since_one), (two, _) = (prompt_of(state, viewer, step, since, wants) for state in states)
            assert one == two, f"seat {viewer} can tell two states apart in step {step}"
            since, compared = since_one, compared + 1
        if not movers[0]:
            break
        order = shuffle.sample(range(64), 64)
        draw = shuffle.random()
        for state in states:
            actions = {}
            for seat in sorted(movers[0]):
                wish = preferred(state.legal(seat), Random(f"{draw}/{seat}"), order)
                actions[seat] = checked(state, seat, wish)
            state.step(actions)
    return compared


def learns_in_play(game: str, state: State, viewer: Seat) -> bool:
    """Whether this seat's own deeds tell it more than the public hears: the seer's, and the pack's."""
    if not game.startswith("werewolf/"):
        return False
    card: Any = state.observe(viewer, frozenset({"card"}))["card"]
    return card["role"] != "villager"


@pytest.mark.parametrize("game", [game for game in GAMES if game != "negotiation/balloon"])  # where nothing is dealt
def test_what_a_viewer_cannot_know_changes_no_byte_of_its_prompts(game: str) -> None:
    rules = made(game)
    depths = [
        same_prompts(rules, seed, viewer)
        for seed in map(Seed.of, range(60))
        for viewer in map(Seat, range(rules.spec.seats))
        if not learns_in_play(game, rules.new_state(seed, {}), viewer)
    ]
    assert max(depths) >= 2
    assert sum(depths) >= len(depths) / 3
