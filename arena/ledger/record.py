"""The bytes that the chain is computed over: one payload a batch of results of one set, and back.

    {"format": 1,
     "game": {config, id, rated_id, version},
     "matches": [[head, play], ...],      play: MatchResult.play(), without the config that all matches share
     "parties": [{agent, entry, owner, spec, version}, ...],    the set's, then any that only a match names
     "set": {id, matches, origin: [match, step, set], only of re-rolls, parties: how many, rated}}

All of it is canonical JSON, so that `play_digest` is the hash of config and play bytes as they stand here, and
`record_digest` that of play digest and head, which has the times, the parties and the digests of the provenance.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from arena.core.canonical import canonical, canonical_text, parse, quoted
from arena.core.game import CLOCK, ClockSpec
from arena.core.match import (
    Cause,
    GameRef,
    MatchPlan,
    MatchResult,
    Move,
    Origin,
    PartyRef,
    SeatResult,
    SetPlan,
    play_digest,
)
from arena.core.seed import Seed
from arena.core.values import MatchId, SetId
from arena.ledger.forms import Forms
from arena.ledger.provenance import pack

FORMAT: Final = 1
DEPTH: Final = 256
"""How deep a record may nest: whoever reads it, from however deep a stack, can."""

_NO_BLOBS: Final[Mapping[int, bytes]] = {}
_NO_COMMITMENTS: Final[Mapping[str, str]] = {}
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_UNNESTED: Final = bytes(set(range(256)) - set(b"[{]}"))


class Record(NamedTuple):
    """One match as the chain keeps it. `commitments` are the SHA-256 of its provenance blobs, in hex, by move."""

    result: MatchResult
    head: bytes
    play: bytes
    play_digest: bytes
    record_digest: bytes
    commitments: Mapping[str, str]
    blobs: Mapping[int, bytes] = _NO_BLOBS

    @property
    def match_id(self) -> MatchId:
        """The match's id."""
        return self.result.plan.match_id


class Batch(NamedTuple):
    """Results of one set, written together. `before` and `after` stand around the matches in the entry's payload."""

    plan: SetPlan
    parties: Sequence[PartyRef]
    records: Sequence[Record]
    before: bytes
    after: bytes


def encode(plan: SetPlan, results: Iterable[MatchResult], forms: Forms | None = None) -> Batch:
    """The records of some results of one set; `forms` remembers what such batches share.

    Raises:
        ValueError, TypeError, OverflowError, RecursionError: a result does not belong to the set, or holds what has no
            canonical form.
    """
    forms = forms or Forms()
    parties = list(plan.parties)
    records = [_encode_result(plan, parties, result, forms) for result in results]
    batch = _batch(plan, parties, records, forms)
    _check_depth(batch.after)
    return batch


def payload(batch: Batch, records: Iterable[Record]) -> bytes:
    """The canonical bytes of an entry that holds these records of a batch."""
    matches = b",".join([b"[%b,%b]" % (record.head, record.play) for record in records])
    return b"%b%b%b" % (batch.before, matches, batch.after)


def decode(data: bytes) -> Batch:
    """What an entry holds; provenance itself is kept elsewhere.

    Raises:
        ValueError, TypeError, LookupError, RecursionError: these bytes are no entry of this format.
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
        origin=Origin(*size["origin"]) if "origin" in size else None,
    )
    forms = Forms()
    config = forms.game(game).config
    records = [_decode_match(plan, config, parties, *pair) for pair in entry["matches"]]
    return _batch(plan, parties, records, forms)


def _batch(plan: SetPlan, parties: Sequence[PartyRef], records: Sequence[Record], forms: Forms) -> Batch:
    text = canonical_text
    origin = "" if plan.origin is None else f'"origin":{text(plan.origin)},'
    rated = "true" if plan.rated else "false"
    before = b'{"format":%d,"game":%b,"matches":[' % (FORMAT, forms.game(plan.game).whole)
    after = (
        f'],"parties":[{",".join(map(forms.party, parties))}],"set":{{"id":{text(plan.set_id)},'
        f'"matches":{plan.matches:d},{origin}"parties":{len(plan.parties)},"rated":{rated}}}}}'
    ).encode()
    return Batch(plan, parties, records, before, after)


def _encode_result(plan: SetPlan, parties: list[PartyRef], result: MatchResult, forms: Forms) -> Record:
    _check(plan, result)
    blobs, commitments = _NO_BLOBS, _NO_COMMITMENTS
    if result.provenance:
        blobs = {move: pack(made) for move, made in result.provenance.items()}
        commitments = {str(move): hashlib.sha256(blob).hexdigest() for move, blob in blobs.items()}
    places = ",".join([str(_index(parties, party)) for party in result.plan.parties])
    head, play = _head(result, places, commitments, forms.clock(result.plan.clock)), result.play()
    _check_depth(head)
    _check_depth(play)
    return _record(result, forms.game(plan.game).config, head, play, commitments, blobs)


def _head(result: MatchResult, parties: str, commitments: Mapping[str, str], clock: str) -> bytes:
    """What `record_digest` covers beside the play, in canonical form."""
    plan, text = result.plan, canonical_text
    seats = [f"[{s.seat:d},{s.party:d},{s.defaults:d},{s.refusals:d},{text(s.rewards)}]" for s in result.seats]
    return (
        f'{{"clock":{clock},"id":{quoted(plan.match_id)},"ms":[{result.started_ms:d},{result.ended_ms:d}],'
        f'"ordinal":{plan.ordinal:d},"parties":[{parties}],"provenance":{text(commitments)},"seats":[{",".join(seats)}]}}'
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
            clock=ClockSpec(**dict(zip(CLOCK, head["clock"], strict=False))),
            origin=plan.origin,
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
    if match.origin != plan.origin or (plan.origin and plan.rated):
        raise ValueError(f"match {match.match_id} has another origin than its set, or a rated one")
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
    for index, known in enumerate(parties):
        if known is party:  # as a rule, and far cheaper to ask than whether they are equal
            return index
    if party not in parties:
        parties.append(party)
    return parties.index(party)


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= DEPTH:
        return
    depth = 0
    for byte in _QUOTED.sub(b"", data).translate(None, _UNNESTED):
        depth += 1 if byte in b"[{" else -1
        if depth > DEPTH:
            raise ValueError(f"it nests deeper than {DEPTH}")
