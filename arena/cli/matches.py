"""`arena matches`: what was played, newest first, and on a server what is being played."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, TlsCa, Token
from arena.cli.output import print_json, print_table
from arena.core.errors import Unauthenticated

if TYPE_CHECKING:
    from arena.ledger import Ledger, MatchLine
    from arena.v1.results_pb2 import MatchSummary


def matches(
    *,
    game: Annotated[str | None, typer.Option(metavar="GAME", help="Only this rated id.")] = None,
    agent: Annotated[str | None, typer.Option(metavar="NAME", help="Only matches of this agent.")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only those of the token's owner.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
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


def _from_ledger(ledger: "Ledger", **which: Any) -> list[dict[str, Any]]:
    return [_landed(line) for line in ledger.matches(**which)]


def _landed(line: "MatchLine") -> dict[str, Any]:
    seats = [
        {
            "seat": seat.seat,
            "agent": seat.agent,
            "rank": seat.rank,
            "score": seat.score,
            "cause": str(seat.cause),
            "role": seat.role,
            "team": seat.team,
            "refusals": seat.refusals,
            "defaults": seat.defaults,
        }
        for seat in line.seats
    ]
    return {
        "match": line.match_id,
        "set": line.set_id,
        "game": line.game,
        "live": False,
        "void": line.void,
        "ended_ms": line.ended_ms,
        "seats": seats,
    }


def _from_server(server: str, token: str | None, tls_ca: Any, **which: Any) -> list[dict[str, Any]]:
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        return [_summary(match) for match in remote.matches(**which)]


def _summary(match: "MatchSummary") -> dict[str, Any]:
    from arena.wire.frames import read_cause

    seats = [
        {
            "seat": seat.seat,
            "agent": seat.agent,
            "rank": seat.outcome.rank,
            "score": seat.outcome.score,
            "cause": "" if match.live else str(read_cause(seat.outcome.cause)),
            "role": seat.outcome.role,
            "team": seat.outcome.team,
            "refusals": seat.refusals,
            "defaults": seat.defaults,
        }
        for seat in match.seats
    ]
    return {
        "match": match.match_id,
        "set": match.set_id,
        "game": match.rated_id,
        "live": match.live,
        "void": match.void,
        "ended_ms": match.ended_ms,
        "seats": seats,
    }


def _line(row: dict[str, Any]) -> Sequence[str]:
    ended = "live" if row["live"] else datetime.fromtimestamp(row["ended_ms"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return row["match"], row["game"], ended, row["void"] or ", ".join(map(_seat, row["seats"]))


def _seat(seat: dict[str, Any]) -> str:
    about = [str(seat["rank"]) if seat["rank"] else ""]
    about += [seat["cause"]] if seat["cause"] not in {"", "rules"} else []
    about += [f"{seat[name]} {name}" for name in ("refusals", "defaults") if seat[name]]
    said = ", ".join(filter(None, about))
    return f"{seat['agent']} ({said})" if said else str(seat["agent"])
