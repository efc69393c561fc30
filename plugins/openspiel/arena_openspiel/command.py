"""`arena openspiel exploitability`: how far from unbeatable the agents of a ladder are, beside how they stand there."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final

import typer

from arena.core.errors import BadRequest, UnknownAgent
from arena.core.options import parse_assignments, parse_query, rated_id, resolve
from arena_openspiel.agents import PREFIX
from arena_openspiel.catalogue import find, listing, make
from arena_openspiel.exploitability import exploitability
from arena_openspiel.game import OpenSpielGame
from arena_openspiel.policies import POLICIES, Policy

_HEADINGS: Final = ("agent", "policy", "rating", "+-", "matches", "exploitability", "NashConv")
_ENDLESS: Final = 1_000
"""Columns in a pipe or file, whose lines are as long as they need be."""

app = typer.Typer(
    help="What OpenSpiel can compute of its games, and of agents that play a fixed policy in them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One agent: its rating by sets, None where it has no rated set, and the exploitability of its policy."""

    agent: str
    policy: str
    rating: float | None
    uncertainty: float | None
    matches: int
    exploitability: float
    nash_conv: float


@app.callback()
def openspiel() -> None:
    """Without a callback of its own, an application of one command would hide that command's name."""


@app.command("exploitability")
def show_exploitability(
    game: Annotated[str, typer.Argument(metavar="GAME", help="A game of OpenSpiel, or a rated id.")],
    *,
    agents: Annotated[
        str | None,
        typer.Option(
            metavar="A,B=POLICY,...",
            help=f"Agents of the ladder that play {', '.join(POLICIES)}, by that name or by their own with the policy "
            "behind it; when left out, all that the ladder names by their SPEC.",
        ),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="An option of the game; may be repeated.")
    ] = None,
    system: Annotated[str, typer.Option(help="The rating system, as `arena ladder` takes it.")] = "trueskill",
    db: Annotated[
        str,
        typer.Option("--db", envvar="ARENA_DB", metavar="URL", help="The ledger: sqlite:///FILE or postgresql://..."),
    ] = "sqlite:///arena.db",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show agents' ratings by sets with the exploitability of their policies, best rating first.

    Exploitability is what a best response wins a match on average over both seats; NashConv is twice that. An agent is
    taken at the policy you name for it.
    """
    made, rated = _game(game, option or [])
    named = None if agents is None else _named(agents)
    ladder = _ladder(rated, system, db)
    rows = measure(made, named or _told_by_spec(ladder), ladder)
    if as_json:
        print(json.dumps({"game": rated, "system": system, "rows": [asdict(row) for row in rows]}))
    else:
        _print(f"{rated} by {system}", rows)


def measure(game: OpenSpielGame, policies: Mapping[str, Policy], ladder: Iterable[Mapping[str, Any]]) -> list[Measured]:
    """The agents of `policies` with their rows of a ladder as `arena ladder --json` prints them; unrated ones last.

    Raises:
        GameUnavailable: a policy is not for this game, or it is no zero-sum game of two seats.
    """
    rows = {row["agent"]: row for row in ladder}
    found = [_measured(agent, policy, game, rows.get(agent, {})) for agent, policy in policies.items()]
    return sorted(found, key=lambda one: (one.rating is None, -(one.rating or 0.0), one.agent))


def _measured(agent: str, policy: Policy, game: OpenSpielGame, row: Mapping[str, Any]) -> Measured:
    found = exploitability(policy, game)
    return Measured(
        agent=agent,
        policy=policy.name,
        rating=row.get("rating"),
        uncertainty=row.get("uncertainty"),
        matches=row.get("matches", 0),
        exploitability=found.exploitability,
        nash_conv=found.nash_conv,
    )


def _game(game: str, assignments: Sequence[str]) -> tuple[OpenSpielGame, str]:
    """The game with its options, and its rated id."""
    base, _, query = game.partition("?")
    game_type = find(base)
    options = listing(game_type).options
    config = resolve(options, parse_query(options, query) | parse_assignments(options, assignments))
    return make(game_type, config), rated_id(base, options, config)


def _named(agents: str) -> dict[str, Policy]:
    """What each named agent plays: `NAME=POLICY`, or a name that is that of the policy, with or without the prefix."""
    found: dict[str, Policy] = {}
    for agent, _, policy in (text.strip().partition("=") for text in agents.split(",")):
        name = (policy or agent).removeprefix(PREFIX)
        if name not in POLICIES:
            raise UnknownAgent(f"{name!r} is no policy; there is {', '.join(POLICIES)}, as in --agents bot=uniform")
        found[agent] = POLICIES[name]
    return found


def _told_by_spec(ladder: Iterable[Mapping[str, Any]]) -> dict[str, Policy]:
    """The agents of `arena play`, whose names are their SPECs: no agent from elsewhere can have a colon in its name."""
    specs = {f"{PREFIX}{name}": policy for name, policy in POLICIES.items()}
    found = {row["agent"]: specs[row["agent"]] for row in ladder if row["agent"] in specs}
    if not found:
        raise BadRequest(f"the ladder names no agent {', '.join(specs)}; say by --agents NAME=POLICY who plays what")
    return found


def _ladder(game: str, system: str, db: str) -> list[dict[str, Any]]:
    """The rows that `arena ladder` prints: plugins read the ledger as any program does, through the command line.

    Raises:
        BadRequest: the command refuses, with its reason.
    """
    command = [sys.executable, "-m", "arena.cli.main", "ladder", game, "--system", system, "--db", db, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadRequest(done.stderr.strip().removeprefix("arena: ") or f"no ladder of {game} can be had")
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows


def _print(title: str, rows: Iterable[Measured]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, heading in enumerate(_HEADINGS):
        table.add_column(heading, justify="left" if place < 2 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in asdict(row).values()))
    console = Console() if sys.stdout.isatty() else Console(width=_ENDLESS)
    console.print(table)


def _shown(cell: str | float | None) -> str:
    if cell is None:
        return "-"
    return f"{cell:.4f}" if isinstance(cell, float) else str(cell)
