"""`arena watch` and `arena challenge`: a server's live matches, seen and brought about."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from arena.cli.options import DEFAULT_SERVER, AsJson, Game, GameOptions, Server, TlsCa, Token
from arena.cli.output import harmless, print_json

if TYPE_CHECKING:
    from arena.v1.results_pb2 import WatchMatchResponse


def watch(
    match: Annotated[str, typer.Argument(metavar="MATCH", help="A live match, as `arena matches` lists them.")],
    *,
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    tls_ca: TlsCa = None,
    as_json: AsJson = False,
) -> None:
    """Follow a live match as a spectator.

    What the rules make public is printed in words; with --json one view a line.
    """
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        for view in remote.watch(match, ["text", "events"]):
            if as_json:
                print_json(_view(view))
            else:
                _print_view(view)


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


def _print_view(view: "WatchMatchResponse") -> None:
    for field in view.fields:
        if field.name == "text":
            print(f"--- step {view.step}\n{harmless(field.text)}", flush=True)
    if view.HasField("ended"):
        outcomes = ", ".join(f"seat {o.seat}: rank {o.rank}, score {o.score:g}" for o in view.ended.outcomes)
        print(f"--- over: {view.ended.void or outcomes}", flush=True)


def _view(view: "WatchMatchResponse") -> dict[str, Any]:
    from google.protobuf.json_format import MessageToDict

    return MessageToDict(view, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
