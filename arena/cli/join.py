"""`arena join`: an agent of this process in the matches of a server."""

import logging
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from arena.cli.critics import with_critic
from arena.cli.logs import show_logs
from arena.cli.options import DEFAULT_SERVER, MAX_MATCHES, AsJson, GameOptions, Server, TlsCa, Token
from arena.cli.output import print_json
from arena.cli.plugins import plugin_code
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.client import Client, JoinSummary
    from arena.core.values import Json
    from arena.plugin.registry import Registry

_LOOK_SECONDS: Final = 0.5
_MAX_SEATS: Final = 1_000_000


def join(
    game: Annotated[
        str | None, typer.Argument(metavar="[GAME]", help="PLUGIN/VARIANT, as `arena games` lists them.")
    ] = None,
    *,
    agent: Annotated[
        str, typer.Option(metavar="SPEC", help="A registered agent, package.module:Class, or FILE.py:Class.")
    ],
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the agent, as `arena agents` lists them."),
    ] = None,
    option: GameOptions = None,
    name: Annotated[str | None, typer.Option(help="The name in the ladder; by default after SPEC.")] = None,
    version: Annotated[str, typer.Option(help="Which checkpoint of the agent this is.")] = "",
    server: Server = DEFAULT_SERVER,
    token: Token = None,
    tls_ca: TlsCa = None,
    seats: Annotated[int, typer.Option(min=1, max=_MAX_SEATS, help="Matches to play at once.")] = 1,
    matches: Annotated[
        int,
        typer.Option(min=0, max=MAX_MATCHES, help="Stop after so many, in whole sets; 0: play until Ctrl-C."),
    ] = 0,
    tournament: Annotated[
        str, typer.Option(metavar="ID", help="Play for the entrant NAME of this event until it is over; GAME is its.")
    ] = "",
    critic: Annotated[
        str,
        typer.Option(
            metavar="SPEC",
            help="A language model that reads this language-model agent's finished matches and writes notes for its "
            "next ones; `self` is the agent's own model, package.module:Class or FILE.py:Class another critic.",
        ),
    ] = "",
    critic_every: Annotated[
        int, typer.Option(min=1, max=1_000, help="Matches that the critic reads together, before the next ones.")
    ] = 2,
    as_json: AsJson = False,
) -> None:
    """Play GAME on a server, or in an event that it holds.

    Without --tournament it meets whoever comes. Ctrl-C begins no further matches and ends after the running ones; twice
    ends at once.
    """
    import asyncio

    from arena.client import Client
    from arena.plugin.registry import Registry

    game = _named(game) if not tournament else _game_of(tournament, game, server, token, tls_ca)
    show_logs()
    logging.getLogger("arena.client.client").setLevel(logging.CRITICAL)  # what it logs, it also raises
    with plugin_code():
        registry = Registry()
        made = registry.make_agent(agent, setting or [], game=game)
        if critic:
            made = with_critic(registry, made, agent, critic, critic_every)
        given = _given(registry, game, option or [])
    if holds_terminal(made):
        logging.getLogger("arena.client.dispatch").setLevel(logging.ERROR)  # it shows itself what was refused
    client = Client(server, token=token, tls_ca=tls_ca)
    client.join(
        game,
        made,
        name=name or name_of(agent),
        version=version,
        options=given,
        seats=seats,
        matches=matches,
        tournament=tournament,
    )
    with plugin_code():
        (summary,) = asyncio.run(_run(client, quiet=holds_terminal(made)))
    _report(summary, as_json)


def _named(game: str | None) -> str:
    if game is None:
        raise BadRequest("name the GAME to play, as `arena games` lists them, or an event by --tournament ID")
    return game


def _game_of(tournament: str, game: str | None, server: str, token: str | None, tls_ca: Path | None) -> str:
    """The rated id that an event is played in, which the caller may have named."""
    from arena.client.remote import Remote

    with Remote(server, token=token, tls_ca=tls_ca) as remote:
        found = next((line for line in remote.tournaments() if line.tournament == tournament), None)
    if found is None:
        raise BadRequest(
            f"there is no tournament {tournament!r} at {server}; `arena tournament list --server {server}` lists them"
        )
    if game not in {None, found.rated_id, found.rated_id.partition("?")[0]}:
        raise BadRequest(f"tournament {tournament} is played in {found.rated_id}, not in {game}; leave the game out")
    return found.rated_id


def name_of(spec: str) -> str:
    """What an agent is called in the ladder when nobody says: its class, or its registered name with dashes.

    Of a model it is the prefix with the model's own name: neither where it is, nor its settings.
    """
    path, _, last = spec.rpartition(":")
    if path.endswith(".py") or re.fullmatch(r"\w+(\.\w+)+", path):
        return last[:64]
    prefix, colon, model = re.split(r"[?@]", spec)[0].partition(":")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", prefix + colon + model.rstrip("/").rpartition("/")[2]).strip("-")[:64]


def holds_terminal(made: object) -> bool:
    """Whether an agent draws on the terminal itself, so that nobody else may."""
    return bool(getattr(made, "holds_terminal", False))


async def _run(client: "Client", *, quiet: bool) -> "Sequence[JoinSummary]":
    """Play to the end. The first signal asks for it, the second one forces it."""
    import asyncio

    loop = asyncio.get_running_loop()

    def stop() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        client.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    shown = asyncio.create_task(_show_progress(client, quiet=quiet))
    try:
        return await client.run()
    finally:
        shown.cancel()


async def _show_progress(client: "Client", *, quiet: bool) -> None:
    """A line on stderr about how it goes, where somebody looks on and the agent does not draw there itself."""
    if quiet or not sys.stderr.isatty():
        return
    import asyncio

    from rich.console import Console

    with Console(stderr=True).status("joining") as status:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            status.update("\n".join(map(_sentence, client.summaries)))


def _given(registry: "Registry", game: str, assignments: Sequence[str]) -> "Mapping[str, Json]":
    """The options by name. Without the game's plugin here they count as JSON or text, and the server checks them."""
    from arena.core.errors import UnknownGame
    from arena.core.options import parse_assignments

    if not assignments:
        return {}
    try:
        return parse_assignments(registry.listing(game.partition("?")[0]).options, assignments)
    except UnknownGame:
        return {name: _json_or_text(value) for name, _, value in (text.partition("=") for text in assignments)}


def _json_or_text(value: str) -> "Json":
    from arena.core.options import parse_json

    try:
        return parse_json(value)
    except ValueError:
        return value


def _report(summary: "JoinSummary", as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        row: dict[str, Any] = {**asdict(summary), "causes": dict(summary.causes)}
        print_json(row)
        return
    print(_sentence(summary))


def _sentence(summary: "JoinSummary") -> str:
    return (
        f"{summary.agent} played {summary.matches} matches of {summary.game}: "
        f"{summary.wins} won, {summary.draws} drawn, {summary.losses} lost, {summary.voids} void"
    )
