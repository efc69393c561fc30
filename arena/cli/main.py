"""The entry point: which commands there are, and the border where every error becomes one sentence and an exit code."""

import os
import sys
from collections.abc import Sequence

import typer
from typer.main import get_command

from arena.cli import (
    check,
    export,
    feed,
    games,
    health,
    join,
    ladder,
    matches,
    matrix,
    play,
    population,
    rate,
    replay,
    report,
    reroll,
    serve,
    sprt,
    tokens,
    tournament,
    train,
    verify,
    watch,
)
from arena.cli.group import CommandGroup
from arena.cli.logs import DEBUG
from arena.core.errors import ArenaError, BadRequest

_EPILOG = "Plugins may add commands of their own: `arena NAME --help`. Every result can be had with --json."

app = typer.Typer(
    name="arena",
    cls=CommandGroup,
    help="Agents of any kind meet in games, and every result lands once in a ledger that ladders are derived from.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich would double the time that `arena --help` takes
    pretty_exceptions_enable=False,
)

for panel, commands in {
    "Take part": (serve.serve, join.join, play.play, watch.challenge),
    "Look": (
        ladder.ladder,
        report.report,
        rate.rate,
        matrix.matrix,
        sprt.sprt,
        games.games,
        games.agents,
        matches.matches,
        replay.replay,
        watch.watch,
    ),
    "Train": (train.train, export.export, feed.feed, reroll.reroll),
    "Keep": (verify.verify, verify.backup, health.health),
}.items():
    for command in commands:
        app.command(command.__name__, rich_help_panel=panel)(command)
app.add_typer(tournament.app, name="tournament", rich_help_panel="Take part")
app.add_typer(population.app, name="population", rich_help_panel="Train")
app.add_typer(tokens.app, name="token", rich_help_panel="Keep")
app.add_typer(check.app, name="check", rich_help_panel="Write your own")


def main() -> None:
    """Run the command line and exit."""
    sys.exit(run())


def run(args: Sequence[str] | None = None) -> int:
    """Run one command line, by default that of the process.

    Returns its exit code: 0 after success, 1 when refused, 2 for wrong usage, 130 after Ctrl-C.
    """
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its C core would print beside our own sentence
    try:
        _check_text(sys.argv[1:] if args is None else args)
        status = get_command(app)(args=args, prog_name="arena", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except typer.TyperException as error:
        return _usage(error)
    except ArenaError as error:
        return _fail(str(error))
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:  # noqa: BLE001 - border: a bug must not meet the terminal as a traceback
        return _bug(error)


def _check_text(args: Sequence[str]) -> None:
    """Refuse bytes that are no UTF-8, which Python hands on as lone surrogates that nothing behind it can write."""
    settings = [f"{name}={value}" for name, value in os.environ.items() if name.startswith("ARENA_")]
    for text in (*args, *settings):
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise BadRequest(f"{text!r} is not valid UTF-8; write it as text")


def _fail(sentence: str, code: int = 1) -> int:
    print("arena: " + " ".join(sentence.split()), file=sys.stderr)
    return code


def _usage(error: typer.TyperException) -> int:
    text = error.format_message()
    if text.startswith("Usage:"):  # a bare `arena` or `arena token`: the help is the answer
        print(text, file=sys.stderr)
        return error.exit_code
    context = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context is not None else ""
    return _fail(text if text.endswith("?") else text.rstrip(".") + hint, error.exit_code)


def _reader_gone() -> int:
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - lives until the process ends
    return 1


def _bug(error: Exception) -> int:
    if os.environ.get(DEBUG):
        raise error
    what = f"{type(error).__name__}: {error}".strip(": ")
    return _fail(f"this is a bug in arena ({what}); please report it with what {DEBUG}=1 shows")


if __name__ == "__main__":
    main()
