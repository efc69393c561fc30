"""`arena token`: who may use a server. The server of a ledger without tokens is open to all who reach it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from arena.cli.options import DEFAULT_DB, AsJson, Db
from arena.cli.output import print_json, print_table

app = typer.Typer(
    help="Make, list and revoke the tokens that a server knows.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command()
def create(
    owner: Annotated[str, typer.Argument(metavar="OWNER", help="Whose agents play under it.")],
    *,
    scope: Annotated[
        list[str] | None, typer.Option(help="play, watch or admin; play and watch when none is given.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "",
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """Print a new token for OWNER; it is shown this once only."""
    from arena.ledger import Ledger

    with Ledger.open(db) as ledger:
        text = ledger.tokens.create(owner, scope or ("play", "watch"), name)
    if as_json:
        print_json({"token": text, "owner": owner})
    else:
        print(text)


@app.command("list")
def list_tokens(
    *,
    owner: Annotated[str | None, typer.Option(metavar="OWNER", help="Only this owner's.")] = None,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """List the tokens, without their secrets."""
    from arena.ledger import Ledger

    with Ledger.open(db, create=False) as ledger:
        lines = ledger.tokens.all(owner)
    if as_json:
        rows = [
            {
                "id": line.id,
                "owner": line.owner,
                "name": line.name,
                "scopes": sorted(line.scopes),
                "created_ms": line.created_ms,
                "revoked_ms": line.revoked_ms,
            }
            for line in lines
        ]
        print_json({"tokens": rows})
        return
    table = [(t.id, t.owner, t.name, " ".join(sorted(t.scopes)), _day(t.created_ms), _day(t.revoked_ms)) for t in lines]
    print_table("", ("id", "owner", "name", "scopes", "created", "revoked"), table)


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="As `arena token list` shows it.")],
    *,
    db: Db = DEFAULT_DB,
    as_json: AsJson = False,
) -> None:
    """Make a token worthless."""
    from arena.ledger import Ledger

    with Ledger.open(db, create=False) as ledger:
        ledger.tokens.revoke(token)
    if as_json:
        print_json({"revoked": token})
    else:
        print(f"token {token} is revoked")


def _day(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")
