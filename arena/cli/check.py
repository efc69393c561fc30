"""`arena check game|agent`: the conformance suites of `arena.testing`, for authors of games and agents."""

from typing import TYPE_CHECKING, Annotated

import typer

from arena.cli.options import MAX_SEED, AsJson, Game, GameOptions
from arena.cli.output import print_json, print_table
from arena.cli.plugins import plugin_code

if TYPE_CHECKING:
    from arena.testing import Finding

app = typer.Typer(
    help="Put a game or an agent to the test of its contract.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command("game")
def check_game(
    game: Game,
    *,
    option: GameOptions = None,
    seed: Annotated[
        list[int] | None, typer.Option(min=0, max=MAX_SEED, help="Deals to play; 1, 2 and 3 when none is given.")
    ] = None,
    leaks: Annotated[bool, typer.Option("--leaks", help="Look for secrets in what each seat is sent, too.")] = False,
    matches: Annotated[int, typer.Option(min=1, max=100_000, help="Matches in which --leaks looks for them.")] = 100,
    injections: Annotated[
        bool, typer.Option("--injections", help="Have agents say what deceives and commands, too, if they can speak.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Play random matches of GAME and test every promise a game makes."""
    from arena.plugin.registry import Registry
    from arena.testing import examine_game, examine_injections, examine_leaks, has_speech

    with plugin_code():
        registry = Registry()
        ref = registry.ref(game, option or ())
        made = registry.make_game(ref)
        findings = examine_game(made, seeds=seed or (1, 2, 3))
        if leaks:
            findings += examine_leaks(made, matches=matches)
        if injections and has_speech(made):
            findings += examine_injections(made)
    _report(ref.rated_id, findings, as_json)


@app.command("agent")
def check_agent(
    spec: Annotated[
        str, typer.Argument(metavar="SPEC", help="A registered agent, or package.module:Class, or FILE.py:Class.")
    ],
    *,
    game: Annotated[str, typer.Option(metavar="GAME", help="The game to play.")],
    option: GameOptions = None,
    matches: Annotated[int, typer.Option(min=1, max=100_000, help="Matches to play against random opponents.")] = 20,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="The same seed gives the same matches.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Play SPEC in each seat of GAME, and test what every agent promises."""
    from arena.plugin.registry import Registry
    from arena.testing import examine_agent

    with plugin_code():
        registry = Registry()
        ref = registry.ref(game, option or ())
        made = registry.make_agent(spec, game=ref.rated_id)
        findings = examine_agent(made, registry.make_game(ref), matches=matches, seed=seed)
    _report(f"{spec} on {ref.rated_id}", findings, as_json)


def _report(subject: str, findings: "list[Finding]", as_json: bool) -> None:
    broken = sum(not finding.kept for finding in findings)
    if as_json:
        rows = [{"promise": f.promise, "sentence": f.sentence, "kept": f.kept, "broken": f.broken} for f in findings]
        print_json({"subject": subject, "kept": not broken, "findings": rows})
    else:
        print_table(subject, ("promise", "holds"), [(f.sentence, "yes" if f.kept else f.broken) for f in findings])
        print(f"{len(findings) - broken} of {len(findings)} promises are kept")
    if broken:
        raise typer.Exit(1)
