"""`arena matches`: what was played, newest first, and on a server what is being played."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.cli.provenance import quoted
from arena.core.errors import Unauthenticated
from arena.core.terminal import harmless

if TYPE_CHECKING:
    from arena.ledger import Ledger, MatchLine
    from arena.v1.results_pb2 import MatchSummary


def matches(
    *,
    game: Annotated[str | None, typer.Option(metavar="GAME", help="Only this rated id.")] = None,
    agent: Annotated[str | None, typer.Option(metavar="NAME", help="Only matches of this agent.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those of the token's owner.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 20,
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """List matches, the newest first. With --mine an owner sees its own refusals and causes."""
    from arena.ledger import Ledger

    if mine and not token:
        raise Unauthenticated("--mine needs a token; give it with --token or ARENA_TOKEN")
    if server:
        rows = _from_server(server, token, tls_ca, game=game or "", agent=agent or "", mine=mine, limit=limit)
    else:
        with Ledger.open(db, create=False) as ledger:
            owner = ledger.tokens.authenticate(token).owner if mine and token else None
            rows = _from_ledger(ledger, game=game, agent=agent, owner=owner, limit=limit)
    if as_json:
        print_json({"matches": rows})
    else:
        print_table("", ("match", "game", "ended", "seats"), [_line(row) for row in rows])
        for sentence in _refusals(rows):
            print(sentence)


def _from_ledger(ledger: "Ledger", *, owner: str | None, **which: Any) -> list[dict[str, Any]]:
    return [_landed(ledger, line, owner) for line in ledger.matches(owner=owner, **which)]


def _landed(ledger: "Ledger", line: "MatchLine", owner: str | None) -> dict[str, Any]:
    """A match of the ledger; whoever can open that sees everything, and with --mine what that owner sees."""
    refused: dict[int, list[dict[str, Any]]] = {seat.seat: [] for seat in line.seats}
    for move in ledger.refusals(line, owner) if owner is not None else ():
        refused[move.seat] += [_refusal(move.step, refusal) for refusal in move.provenance.refused]
    seats = [
        _seat(seat, seat, str(seat.cause), seat.refusals if owner in {None, seat.owner} else 0, refused[seat.seat])
        for seat in line.seats
    ]
    return _match(line, line.game, seats)


def _from_server(server: str, token: str | None, tls_ca: Any, **which: Any) -> list[dict[str, Any]]:
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        return [_summary(match) for match in remote.matches(**which)]


def _summary(match: "MatchSummary") -> dict[str, Any]:
    from arena.wire.frames import read_cause

    seats = [
        _seat(
            seat,
            seat.outcome,
            "" if match.live else str(read_cause(seat.outcome.cause)),
            seat.refusals,
            [_refusal(refusal.step, refusal) for refusal in seat.refused],
        )
        for seat in match.seats
    ]
    return _match(match, match.rated_id, seats, live=match.live)


def _match(match: Any, game: str, seats: list[dict[str, Any]], *, live: bool = False) -> dict[str, Any]:
    """A match of a ledger or of a server."""
    return {
        "match": match.match_id,
        "set": match.set_id,
        "game": game,
        "live": live,
        "rated": match.rated,
        "rerolled": getattr(match, "rerolled", False),  # servers list none
        "void": match.void,
        "ended_ms": match.ended_ms,
        "seats": seats,
    }


def _seat(seat: Any, outcome: Any, cause: str, refusals: int, refused: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "seat": seat.seat,
        "agent": seat.agent,
        "rank": outcome.rank,
        "score": outcome.score,
        "cause": cause,
        "role": outcome.role,
        "team": outcome.team,
        "refusals": refusals,
        "defaults": seat.defaults,
        "refused": refused,
    }


def _refusal(step: int, refusal: Any) -> dict[str, Any]:
    return {"step": step, "reason": refusal.reason, "sent": refusal.sent}


def _line(row: dict[str, Any]) -> Sequence[str]:
    ended = "live" if row["live"] else datetime.fromtimestamp(row["ended_ms"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return (
        row["match"],
        row["game"],
        ended,
        row["void"] or ", ".join(map(_seat_words, row["seats"])) + " (re-roll)" * row["rerolled"],
    )


def _seat_words(seat: dict[str, Any]) -> str:
    about = [str(seat["rank"]) if seat["rank"] else ""]
    about += [seat["cause"]] if seat["cause"] not in {"", "rules"} else []
    about += [f"{seat[name]} {name}" for name in ("refusals", "defaults") if seat[name]]
    said = ", ".join(filter(None, about))
    who = seat["agent"] or f"seat {seat['seat']}"
    return f"{who} ({said})" if said else str(who)


def _refusals(rows: Iterable[dict[str, Any]]) -> Iterable[str]:
    for row in rows:
        for seat in row["seats"]:
            for refusal in seat["refused"]:
                where = harmless(f"{row['match']} seat {seat['seat']} step {refusal['step']}")
                yield f"{where}: refused {quoted(refusal['sent'])}: {quoted(refusal['reason'])}"
