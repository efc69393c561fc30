"""`arena replay`: a recorded match played again, as one viewer saw it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.draw import draw
from arena.cli.media import MediaFiles, MediaFolder, media_lines
from arena.cli.options import DEFAULT_DB, AnyServer, AsJson, Db, TlsCa, Token
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code
from arena.cli.provenance import from_ledger, from_server, show
from arena.core.errors import BadRequest, BadSeats
from arena.core.terminal import harmless, news

if TYPE_CHECKING:
    from arena.core.game import Event, Game
    from arena.core.match import MatchResult, Move
    from arena.core.values import Seat
    from arena.match.table import Table


def _drawn(what: str) -> Any:
    return typer.Option(metavar="FILE", help=f"Instead, {what}, where its game can.")


def replay(
    match: Annotated[str, typer.Argument(metavar="MATCH", help="As `arena matches` lists them.")],
    *,
    seat: Annotated[int | None, typer.Option(min=0, max=1_000_000, help="As this seat saw it.")] = None,
    spectator: Annotated[bool, typer.Option("--spectator", help="As a spectator saw it; the default.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="With everything that was hidden.")] = False,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Instead, how its moves came about: to be read by owners and admins.")
    ] = False,
    media: MediaFolder = None,
    svg: Annotated[Path | None, _drawn("draw the match into FILE")] = None,
    png: Annotated[Path | None, _drawn("write a picture of it to FILE")] = None,
    video: Annotated[Path | None, _drawn("film it into FILE, such as match.mp4")] = None,
    at: Annotated[str, typer.Option(metavar="WHEN", help="The moments to draw, in the game's own words.")] = "",
    db: Db = DEFAULT_DB,
    server: AnyServer = None,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Show a recorded match, as one viewer saw it.

    The match is played again from its record, and printed step by step. A server tells provenance only.
    """
    if (seat is not None) + spectator + everything + provenance > 1:
        raise BadRequest("choose one viewer, --seat N, --spectator or --all, or else --provenance")
    if provenance:
        moves = from_server(match, server, token, tls_ca) if server else from_ledger(match, db, token)
        show(match, moves, as_json=as_json)
    elif server:
        raise BadRequest("a server tells --provenance only; to see a match again give the ledger by --db")
    elif files := {kind: file for kind, file in (("svg", svg), ("png", png), ("video", video)) if file is not None}:
        for kind, file in files.items():
            draw(match, db, kind, at, file)
    elif at:
        raise BadRequest("--at names what --svg, --png or --video is to draw; give one of them")
    else:
        _replay(match, seat, everything, media, db, as_json)


def _replay(match: str, seat: int | None, everything: bool, media: Path | None, db: str, as_json: bool) -> None:
    from arena.cli.recorded import RecordedGames
    from arena.ledger import Ledger

    with Ledger.open(db, create=False) as ledger:
        result = ledger.result(match)
    with plugin_code():
        game = RecordedGames().game_of(result.plan.game)
        viewer = _viewer(game, seat, everything)
        frames = [*_frames(game, result, viewer, MediaFiles(media, match))]
    about = _about(result)
    if as_json:
        print_json({**about, "frames": [frame.as_json() for frame in frames]})
    else:
        _show(about, frames)


@dataclass(slots=True)
class _Frame:
    """What a viewer saw of one step: the moves it may know, what happened, and the whole view afterwards.

    `media` are the pictures and sounds of that view, as `MediaFiles.told` gives them.
    """

    step: int
    text: str
    events: "Sequence[Event]" = ()
    moves: list[dict[str, Any]] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        events = [{"kind": e.kind, "sender": e.sender, "data": _plain(e.data)} for e in self.events]
        frame = {"step": self.step, "moves": self.moves, "events": events, "text": self.text}
        return frame | {"media": self.media} if self.media else frame


def _viewer(game: "Game", seat: int | None, everything: bool) -> "Seat":
    from arena.core.values import OMNISCIENT, SPECTATOR, Seat

    if seat is None:
        return OMNISCIENT if everything else SPECTATOR
    if seat >= game.spec.seats:
        raise BadSeats(f"the match has no seat {seat}; there is 0 to {game.spec.seats - 1}")
    return Seat(seat)


def _frames(game: "Game", result: "MatchResult", viewer: "Seat", files: MediaFiles) -> "Iterator[_Frame]":
    from arena.core.values import EVENTS, OMNISCIENT, TEXT
    from arena.match.prompt import Wants
    from arena.match.replay import recorded

    wants = Wants.of(frozenset({TEXT, EVENTS, *(spec.name for spec in game.spec.fields if spec.kind == "media")}))
    public = viewer == OMNISCIENT or game.spec.perfect_information
    moves: list[dict[str, Any]] = []
    step = -1
    for number, table in enumerate(recorded(game, result)):
        if table.step_number != step or table.over:
            step = table.step_number
            seen, _ = table.view(viewer, wants)
            yield _Frame(step, seen.text, seen.events, moves, files.told(step, seen.fields))
            moves = []
        if number < len(result.moves) and (public or result.moves[number].seat == viewer):
            moves.append(_move(table, result.moves[number]))
    if moves:  # a void match: what its fault came of
        yield _Frame(step + 1, "", moves=moves)


def _move(table: "Table", move: "Move") -> dict[str, Any]:
    """A move about to be taken, with the name its action has in this state."""
    from arena.core.legal import Choices

    label = ""
    if isinstance(move.action, int) and move.seat in table.open_seats:
        legal = table.state.legal(move.seat)
        label = legal.label(move.action) if isinstance(legal, Choices) else ""
    cause = str(move.cause) if move.cause else None
    return {"seat": move.seat, "action": _plain(move.action), "label": label, "cause": cause}


def _plain(value: Any) -> Any:
    """A value as JSON has it, tensors included."""
    from arena.core.canonical import canonical

    return json.loads(canonical(value))


def _about(result: "MatchResult") -> dict[str, Any]:
    plan = result.plan
    seats = [
        {
            "seat": seat.seat,
            "agent": plan.parties[seat.party].agent,
            "rank": seat.rank,
            "score": seat.score,
            "cause": str(seat.cause),
            "role": seat.role,
            "team": seat.team,
        }
        for seat in result.seats
    ]
    return {
        "match": plan.match_id,
        "game": plan.game.rated_id,
        "version": plan.game.version,
        "seed": plan.seed.hex(),
        "play_digest": result.play_digest().hex(),
        "void": result.void,
        "seats": seats,
    }


def _show(about: dict[str, Any], frames: Sequence[_Frame]) -> None:
    print(f"{about['game']}, match {about['match']}")
    before, shown, story = "", list[dict[str, Any]](), any(frame.events for frame in frames)
    for frame in frames:
        for move in frame.moves:
            print(harmless(f"> seat {move['seat']}: {_said(move)}"))
        print(
            harmless("\n".join([news(before, frame.text) if story else frame.text, *media_lines(frame.media, shown)]))
        )
        before, shown = frame.text, frame.media
    if about["void"]:
        print(harmless(f"void: {about['void']}"))
    for seat in about["seats"]:
        role = f" ({seat['role']})" if seat["role"] else ""
        cause = f", {seat['cause']}" if seat["cause"] != "rules" else ""
        line = f"seat {seat['seat']} {seat['agent']}{role}: rank {seat['rank']}, score {seat['score']:g}{cause}"
        print(harmless(line))


def _said(move: dict[str, Any]) -> str:
    action = "forfeits" if move["action"] is None else move["label"] or json.dumps(move["action"], ensure_ascii=False)
    return f"{action} [{move['cause']}]" if move["cause"] else action
