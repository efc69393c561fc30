"""The bytes that the chain is computed over: one payload a batch of results of one set, and back.

    {"format": 1,
     "game": {config, id, rated_id, version},
     "matches": [[head, play], ...],      play: MatchResult.play(), without the config that all matches share
     "parties": [{agent, entry, owner, spec, version}, ...],    the set's, then any that only a match names
     "set": {id, matches, parties: how many, rated}}

All of it is canonical JSON, so that `play_digest` is the hash of config and play bytes as they stand here, and
`record_digest` that of play digest and head, which has the times, the parties and the digests of the provenance.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from arena.core.canonical import canonical, canonical_text, parse
from arena.core.game import ClockSpec
from arena.core.match import (
    Cause,
    GameRef,
    MatchPlan,
    MatchResult,
    Move,
    PartyRef,
    SeatResult,
    SetPlan,
    play_digest,
)
from arena.core.seed import Seed
from arena.core.values import MatchId, SetId
from arena.ledger.provenance import pack

FORMAT: Final = 1
_NO_BLOBS: Final[Mapping[int, bytes]] = {}


@dataclass(frozen=True, slots=True)
class Record:
    """One match as the chain keeps it. `commitments` are the SHA-256 of its provenance blobs, in hex, by move."""

    result: MatchResult
    head: bytes
    play: bytes
    play_digest: bytes
    record_digest: bytes
    commitments: Mapping[str, str]
    blobs: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def match_id(self) -> MatchId:
        """The match's id."""
        return self.result.plan.match_id


@dataclass(frozen=True, slots=True)
class GameBytes:
    """A game with the canonical forms of itself and of its config alone, which are the same in batch after batch."""

    game: GameRef
    whole: bytes
    config: bytes

    @classmethod
    def of(cls, game: GameRef) -> "GameBytes":
        """Those of this game."""
        whole = {name: getattr(game, name) for name in ("config", "id", "rated_id", "version")}
        return cls(game, canonical(whole), canonical(game.config))


@dataclass(frozen=True, slots=True)
class Batch:
    """Results of one set, written together."""

    plan: SetPlan
    game: GameBytes
    parties: Sequence[PartyRef]
    records: Sequence[Record]


def encode(plan: SetPlan, results: Iterable[MatchResult], game: GameBytes | None = None) -> Batch:
    """The records of some results of one set; `game` is that of the plan, where it is known already.

    Raises:
        ValueError, TypeError: a result does not belong to the set, or holds what has no canonical form.
    """
    game = game or GameBytes.of(plan.game)
    parties = list(plan.parties)
    return Batch(plan, game, parties, [_encode_result(plan, game.config, parties, result) for result in results])


def payload(batch: Batch, records: Iterable[Record]) -> bytes:
    """The canonical bytes of an entry that holds these records of a batch."""
    plan, text = batch.plan, canonical_text
    matches = b",".join([b"[%b,%b]" % (record.head, record.play) for record in records])
    parties = ",".join([_party_text(party) for party in batch.parties])
    rest = (
        f'"parties":[{parties}],"set":{{"id":{text(plan.set_id)},"matches":{plan.matches},'
        f'"parties":{len(plan.parties)},"rated":{text(plan.rated)}}}}}'
    ).encode()
    return b'{"format":%d,"game":%b,"matches":[%b],%b' % (FORMAT, batch.game.whole, matches, rest)


def decode(data: bytes) -> Batch:
    """What an entry holds; provenance itself is kept elsewhere.

    Raises:
        ValueError, TypeError, KeyError: these bytes are no entry of this format.
    """
    entry = parse(data)
    if entry["format"] != FORMAT:
        raise ValueError(f"format {entry['format']} instead of {FORMAT}")
    game = GameRef(**entry["game"])
    parties = [PartyRef(**party) for party in entry["parties"]]
    size = entry["set"]
    plan = SetPlan(
        set_id=SetId(size["id"]),
        game=game,
        parties=tuple(parties[: size["parties"]]),
        matches=size["matches"],
        rated=size["rated"],
    )
    known = GameBytes.of(game)
    return Batch(plan, known, parties, [_decode_match(plan, known.config, parties, *p) for p in entry["matches"]])


def _encode_result(plan: SetPlan, config: bytes, parties: list[PartyRef], result: MatchResult) -> Record:
    _check(plan, result)
    blobs = {move: pack(made) for move, made in result.provenance.items()} if result.provenance else _NO_BLOBS
    commitments = {str(move): hashlib.sha256(blob).hexdigest() for move, blob in blobs.items()}
    places = [_index(parties, party) for party in result.plan.parties]
    return _record(result, config, _head(result, places, commitments), result.play(), commitments, blobs)


def _head(result: MatchResult, parties: Sequence[int], commitments: Mapping[str, str]) -> bytes:
    """What `record_digest` covers beside the play, in canonical form."""
    match, text = result.plan, canonical_text
    clock = match.clock
    seats = [f"[{s.seat},{s.party},{s.defaults},{s.refusals},{text(s.rewards)}]" for s in result.seats]
    return (
        f'{{"clock":[{text(clock.decision)},{text(clock.bank)},{text(clock.match)}],"id":{text(match.match_id)},'
        f'"ms":[{text(result.started_ms)},{text(result.ended_ms)}],"ordinal":{match.ordinal},'
        f'"parties":[{",".join(map(str, parties))}],"provenance":{text(commitments)},"seats":[{",".join(seats)}]}}'
    ).encode()


def _record(
    result: MatchResult,
    config: bytes,
    head: bytes,
    play: bytes,
    commitments: Mapping[str, str],
    blobs: Mapping[int, bytes] = _NO_BLOBS,
) -> Record:
    digest = play_digest(config, play)
    return Record(result, head, play, digest, hashlib.sha256(digest + head).digest(), commitments, blobs)


def _decode_match(
    plan: SetPlan, config: bytes, parties: Sequence[PartyRef], head: dict[str, Any], play: dict[str, Any]
) -> Record:
    result = MatchResult(
        plan=MatchPlan(
            match_id=MatchId(head["id"]),
            set_id=plan.set_id,
            ordinal=head["ordinal"],
            game=plan.game,
            seed=Seed.from_hex(play["seed"]),
            parties=tuple(parties[index] for index in head["parties"]),
            clock=ClockSpec(**dict(zip(("decision", "bank", "match"), head["clock"], strict=True))),
        ),
        moves=[Move(step, seat, action, cause and Cause(cause)) for step, seat, action, cause in play["moves"]],
        seats=[_decode_seat(*pair) for pair in zip(head["seats"], play["outcome"], strict=True)],
        void=play["void"],
        started_ms=head["ms"][0],
        ended_ms=head["ms"][1],
    )
    return _record(result, config, canonical(head), canonical(play), head["provenance"])


def _decode_seat(about: Sequence[Any], outcome: Sequence[Any]) -> SeatResult:
    seat, party, defaults, refusals, rewards = about
    rank, score, role, team, cause, metrics = outcome
    return SeatResult(
        seat=seat,
        party=party,
        rank=rank,
        score=score,
        cause=Cause(cause),
        role=role,
        team=team,
        defaults=defaults,
        refusals=refusals,
        metrics=metrics,
        rewards=rewards,
    )


def _check(plan: SetPlan, result: MatchResult) -> None:
    match = result.plan
    if match.set_id != plan.set_id:
        raise ValueError(f"match {match.match_id} belongs to another set than {plan.set_id}")
    if match.game is not plan.game and match.game != plan.game:
        raise ValueError(f"match {match.match_id} is of another game than its set")
    if not 0 <= match.ordinal < plan.matches:
        raise ValueError(f"match {match.match_id} has ordinal {match.ordinal} in a set of {plan.matches}")
    if not result.void and not result.seats:
        raise ValueError(f"match {match.match_id} counts, but has no seats")
    for seat in result.seats:
        if not 0 <= seat.party < len(match.parties):
            raise ValueError(f"match {match.match_id} has a seat of no party")
    for move in result.provenance:
        if not 0 <= move < len(result.moves):
            raise ValueError(f"match {match.match_id} has provenance for a move it has not")


def _index(parties: list[PartyRef], party: PartyRef) -> int:
    try:
        return parties.index(party)
    except ValueError:
        parties.append(party)
        return len(parties) - 1


def _party_text(party: PartyRef) -> str:
    text = canonical_text
    return (
        f'{{"agent":{text(party.agent)},"entry":{text(party.entry)},"owner":{text(party.owner)},'
        f'"spec":{text(party.spec)},"version":{text(party.version)}}}'
    )
