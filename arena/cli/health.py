"""`arena health`: whether a server serves, for those who watch over it."""

import typer

from arena.cli.options import DEFAULT_SERVER, AsJson, Server, TlsCa
from arena.cli.output import print_json


def health(server: Server = DEFAULT_SERVER, tls_ca: TlsCa = None, as_json: AsJson = False) -> None:
    """Ask a server whether it serves; if so, the exit code is 0.

    It says no while it starts and while it stops, so that nobody new is sent to it.
    """
    from arena.client.remote import Remote

    with Remote(server, tls_ca=tls_ca) as remote:
        remote.check_health()
    if as_json:
        print_json({"server": server, "serving": True})
    else:
        typer.echo(f"{server} serves")
