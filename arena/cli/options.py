"""Arguments and options that several commands share, each with one meaning and one wording."""

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

DEFAULT_DB: Final = "sqlite:///arena.db"
DEFAULT_SERVER: Final = "127.0.0.1:7777"
MAX_MATCHES: Final = 10**9
"""In one run: more would take years."""
MAX_PROCESSES: Final = 1_024
MAX_SEED: Final = 2**63 - 1

Game: TypeAlias = Annotated[str, typer.Argument(metavar="GAME", help="PLUGIN/VARIANT, as `arena games` lists them.")]
GameOptions: TypeAlias = Annotated[
    list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="An option of the game; may be repeated.")
]
Db: TypeAlias = Annotated[
    str, typer.Option("--db", envvar="ARENA_DB", metavar="URL", help="The ledger: sqlite:///FILE or postgresql://...")
]
State: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--state",
        envvar="ARENA_STATE",
        metavar="FOLDER",
        help="Where the ledger's keys are kept; by default FILE.state, and to be named for PostgreSQL.",
    ),
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Server: TypeAlias = Annotated[
    str, typer.Option("--server", envvar="ARENA_SERVER", metavar="HOST:PORT", help="The arena server.")
]
AnyServer: TypeAlias = Annotated[
    str | None, typer.Option("--server", metavar="HOST:PORT", help="Ask this server instead of a local ledger.")
]
Token: TypeAlias = Annotated[
    str | None,
    typer.Option("--token", envvar="ARENA_TOKEN", metavar="TOKEN", help="What the host of the server gave you."),
]
TlsCa: TypeAlias = Annotated[
    Path | None,
    typer.Option("--tls-ca", metavar="FILE", help="Speak TLS, and trust the certificates in this PEM file."),
]
