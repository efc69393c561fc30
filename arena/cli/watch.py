"""`arena watch` and `arena challenge`: a server's live matches, seen and brought about."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.media import MediaFiles, MediaFolder, media_lines
from arena.cli.options import DEFAULT_SERVER, AsJson, Game, GameOptions, Server, TlsCa, Token
from arena.cli.output import print_json
from arena.core.terminal import harmless, news

if TYPE_CHECKING:
    from arena.v1.results_pb2 import WatchMatchResponse


def watch(
    match: Annotated[str, typer.Argument(metavar="MATCH", help="A live match, as `arena matches` lists them.")],
    *,
    media: MediaFolder = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Follow a live match as a spectator.

    What the rules make public is printed in words; with --json one view a line.
    """
    from arena.client.remote import Remote
    from arena.core.values import EVENTS, PICTURE, TEXT

    files = MediaFiles(media, match)
    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        before: dict[str, Any] = {"text": "", "media": []}
        for message in remote.watch(match, [TEXT, EVENTS, PICTURE]):
            view = _view(message, files)
            if as_json:
                print_json(view)
            else:
                _show(view, before)
                before = view


def challenge(
    agent: Annotated[str, typer.Argument(metavar="A", help="An agent that waits for the game.")],
    opponent: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    game: Game,
    *,
    option: GameOptions = None,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Have two agents that wait for GAME meet next."""
    from arena.client.remote import Remote

    rated = _with_options(game, option or [])
    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        remote.challenge(rated, agent, opponent)
    if as_json:
        print_json({"game": rated, "agent": agent, "opponent": opponent})
    else:
        print(f"{agent} and {opponent} will meet in {rated}")


def _with_options(game: str, options: list[str]) -> str:
    """GAME as a rated id in the wording of the command line; the server puts it in order."""
    return f"{game}{'&' if '?' in game else '?'}{'&'.join(options)}" if options else game


def _view(view: "WatchMatchResponse", files: MediaFiles) -> dict[str, Any]:
    from arena.core.values import Media

    text = next((field.text for field in view.fields if field.name == "text"), "")
    media = {f.name: Media(f.media.mime, f.media.data) for f in view.fields if f.HasField("media")}
    events = [
        {
            "kind": event.kind,
            "sender": event.sender if event.HasField("sender") else None,
            "data": json.loads(event.data_json or b"{}"),
        }
        for event in view.events
    ]
    seats = [{"seat": o.seat, "rank": o.rank, "score": o.score, "role": o.role} for o in view.ended.outcomes]
    ended = {"void": view.ended.void, "seats": seats} if view.HasField("ended") else None
    told = {"media": files.told(view.step, media)}
    return {"step": view.step, "text": text, "events": events, **told, "dropped": view.dropped, "ended": ended}


def _show(view: dict[str, Any], before: dict[str, Any]) -> None:
    """Print a view; one that tells a story is not told twice."""
    if view["text"]:
        print(f"--- step {view['step']}")
        print(harmless(news(before["text"], view["text"]) if view["events"] else view["text"]), flush=True)
    for line in media_lines(view["media"], before["media"]):
        print(harmless(line), flush=True)
    if view["ended"]:
        seats = ", ".join(f"seat {s['seat']}: rank {s['rank']}, score {s['score']:g}" for s in view["ended"]["seats"])
        print(harmless(f"--- over: {view['ended']['void'] or seats}"), flush=True)
