"""Plans, moves and results as plain values for the channel: short lists, what a set's matches share said once.

The moves of a result travel in the canonical form that the ledger keeps, so that nobody on the way takes them apart.
Tensors and other numpy values elsewhere are a msgpack extension.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from arena.core.agent import Provenance, Refusal
from arena.core.canonical import canonical, parse, tensor_of, tensor_parts
from arena.core.game import CLOCK, ClockSpec
from arena.core.match import Cause, GameRef, MatchPlan, MatchResult, Move, Origin, PartyRef, RecordedMoves, SeatResult
from arena.core.seed import Seed
from arena.core.values import AgentName, Seat

_CANONICAL_TENSOR = 1
"""How journals of earlier versions have them: in canonical form."""
_TENSOR = 2
_parts = msgspec.msgpack.Decoder(tuple[str, tuple[int, ...], bytes])
_REMEMBERED = 1_024
"""Games and parties that plans name again and again."""
_games: dict[str, GameRef] = {}


def pack_plans(plans: Iterable[MatchPlan]) -> list[Any]:
    """`[games, casts, clocks, rows]`: a row names by index what several plans share; a cast is a plan's parties."""
    games: dict[int, tuple[int, Any]] = {}
    casts: dict[int, tuple[int, Any]] = {}
    clocks: dict[int, tuple[int, Any]] = {}
    rows = [
        [
            plan.match_id,
            plan.set_id,
            plan.ordinal,
            _share(games, plan.game),
            plan.seed.value,
            _share(casts, plan.parties),
            _share(clocks, plan.clock),
            *(() if plan.origin is None else (plan.origin,)),
        ]
        for plan in plans
    ]
    return [
        [_pack_game(game) for _, game in games.values()],
        [[_pack_party(party) for party in cast] for _, cast in casts.values()],
        [astuple(clock) for _, clock in clocks.values()],
        rows,
    ]


def unpack_plans(packed: Sequence[Any]) -> list[MatchPlan]:
    """The inverse of `pack_plans`; plans that shared a game, cast or clock share it again."""
    games = [_unpack_game(game) for game in packed[0]]
    casts = [tuple(map(_unpack_party, cast)) for cast in packed[1]]
    clocks = [ClockSpec(**dict(zip(CLOCK, values, strict=True))) for values in packed[2]]
    return [
        MatchPlan(
            match_id=match_id,
            set_id=set_id,
            ordinal=ordinal,
            game=games[game],
            seed=Seed(seed),
            parties=casts[cast],
            clock=clocks[clock],
            origin=Origin(*origin[0]) if origin else None,
        )
        for match_id, set_id, ordinal, game, seed, cast, clock, *origin in packed[3]
    ]


def pack_plan(plan: MatchPlan) -> list[Any]:
    """One plan, in the form of `pack_plans`."""
    return pack_plans((plan,))


def unpack_plan(packed: Sequence[Any]) -> MatchPlan:
    """The inverse of `pack_plan`."""
    return unpack_plans(packed)[0]


def unpack_moves(packed: Iterable[Sequence[Any]]) -> list[Move]:
    """Moves from `[step, seat, action, cause]`, as which msgpack sends them without more ado."""
    return [Move._make(m) if m[3] is None else Move(m[0], m[1], m[2], Cause(m[3])) for m in packed]


def pack_result(result: MatchResult) -> list[Any]:
    """A result without its plan: `[moves, their number, seats, void, started_ms, ended_ms, provenance]`.

    Raises:
        ValueError, TypeError: a move has no canonical form.
    """
    return [
        canonical(result.moves),
        len(result.moves),
        [_pack_seat(seat) for seat in result.seats],
        result.void,
        result.started_ms,
        result.ended_ms,
        {index: _pack_provenance(p) for index, p in result.provenance.items()} if result.provenance else None,
    ]


def unpack_result(plan: MatchPlan, packed: Sequence[Any]) -> MatchResult:
    """The inverse of `pack_result`, joined with the plan again."""
    moves, count, seats, void, started, ended, provenance = packed
    return MatchResult(
        plan=plan,
        moves=RecordedMoves(moves, count),
        seats=[_unpack_seat(Seat(i), seat) for i, seat in enumerate(seats)],
        void=void,
        started_ms=started,
        ended_ms=ended,
        provenance={int(i): _unpack_provenance(p) for i, p in provenance.items()} if provenance else {},
    )


def encode_extra(value: Any) -> Any:
    """What msgpack does not know: tensors, numpy scalars, and mappings and sequences of other kinds."""
    if isinstance(value, np.ndarray):
        return msgspec.msgpack.Ext(_TENSOR, msgspec.msgpack.encode(tensor_parts(value)))
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def decode_extra(code: int, data: memoryview) -> Any:
    """The inverse of `encode_extra` for tensors."""
    if code == _CANONICAL_TENSOR:
        return parse(bytes(data))
    if code != _TENSOR:
        raise ValueError(f"unknown extension {code}")
    return tensor_of(*_parts.decode(data))


def _share(known: dict[int, tuple[int, Any]], value: Any) -> int:
    """The index of `value` among those already named, by identity."""
    return known.setdefault(id(value), (len(known), value))[0]


def _pack_game(game: GameRef) -> list[Any]:
    return [game.id, game.version, game.config, game.rated_id]


def _unpack_game(packed: Sequence[Any]) -> GameRef:
    """The game; one that came before is given again, so that a worker knows it by identity."""
    game, version, config, rated_id = packed
    known = _games.get(rated_id)
    if known is None or (known.id, known.version, known.config) != (game, version, config):
        if len(_games) >= _REMEMBERED:
            _games.clear()
        known = _games[rated_id] = GameRef(id=game, version=version, config=config, rated_id=rated_id)
    return known


def _pack_party(party: PartyRef) -> list[Any]:
    return [party.agent, party.version, party.owner, party.spec, party.entry]


def _unpack_party(packed: Sequence[Any]) -> PartyRef:
    agent, version, owner, spec, entry = packed
    if entry is None:
        return _party(agent, version, owner, spec)
    return PartyRef(agent=agent, version=version, owner=owner, spec=spec, entry=entry)


@lru_cache(_REMEMBERED)
def _party(agent: AgentName, version: str, owner: str, spec: str | None) -> PartyRef:
    return PartyRef(agent=agent, version=version, owner=owner, spec=spec)


def _pack_seat(seat: SeatResult) -> list[Any]:
    usual = [seat.party, seat.rank, seat.score, seat.role, seat.team]
    fault = seat.cause is not Cause.RULES or seat.defaults or seat.refusals
    if fault or seat.metrics or seat.rewards:
        usual += [seat.cause, seat.defaults, seat.refusals, seat.metrics, seat.rewards]
    return usual


def _unpack_seat(index: Seat, packed: Sequence[Any]) -> SeatResult:
    party, rank, score, role, team = packed[:5]
    seat = SeatResult(seat=index, party=party, rank=rank, score=score, role=role, team=team)
    if len(packed) > 5:
        cause, seat.defaults, seat.refusals, seat.metrics, seat.rewards = packed[5:]
        seat.cause = Cause(cause)
    return seat


def _pack_provenance(p: Provenance) -> list[Any]:
    return [
        p.policy_version,
        p.prompt_token_ids,
        p.completion_token_ids,
        np.asarray(p.logprobs, dtype=np.float32),
        p.reasoning,
        p.cost,
        p.think_seconds,
        [[refusal.reason, refusal.sent] for refusal in p.refused],
        p.raw,
        p.mask,
        p.prompt_tokens,
        p.completion_tokens,
    ]


def _unpack_provenance(packed: Sequence[Any]) -> Provenance:
    version, prompt, completion, logprobs, reasoning, cost, seconds, refused, raw, mask, *counted = packed
    return Provenance(
        policy_version=version,
        prompt_token_ids=prompt,
        completion_token_ids=completion,
        logprobs=logprobs,
        reasoning=reasoning,
        cost=cost,
        think_seconds=seconds,
        refused=[Refusal(*refusal) for refusal in refused],
        raw=raw,
        mask=mask,
        prompt_tokens=counted[0],
        completion_tokens=counted[1],
    )
