"""`arena sprt`: whether a duel has been decided, from its counts alone."""

from typing import Annotated

import typer

from arena.cli.options import AsJson
from arena.cli.output import print_json
from arena.core.errors import BadRequest


def sprt(
    *,
    pentanomial: Annotated[
        str | None,
        typer.Option(metavar="LL,LD,WL,DD,WD,WW", help="Seat-swapped pairs by their two results, for the first agent."),
    ] = None,
    trinomial: Annotated[str | None, typer.Option(metavar="W,L,D", help="Single matches of the first agent.")] = None,
    elo0: Annotated[float, typer.Option(help="H0: the first agent is so much stronger.")],
    elo1: Annotated[float, typer.Option(help="H1: the first agent is so much stronger.")],
    alpha: Annotated[float, typer.Option(help="The chance to accept H1 where H0 holds.")] = 0.05,
    beta: Annotated[float, typer.Option(help="The chance to accept H0 where H1 holds.")] = 0.05,
    model: Annotated[str, typer.Option(help="The unit of elo0 and elo1: normalized or logistic.")] = "normalized",
    as_json: AsJson = False,
) -> None:
    """Decide a duel by a sequential test.

    The verdict is accept-h0, accept-h1 or continue. `elo` is logistic Elo of the mean score, whatever the model, with
    half of its 95 % interval.
    """
    from dataclasses import asdict

    from arena.rating import sprt as tests

    counts = _counts(pentanomial, trinomial)
    if model not in set(tests.Model):
        raise BadRequest(f"unknown model {model!r}; there is {' and '.join(sorted(tests.Model))}")
    test = tests.Sprt(elo0=elo0, elo1=elo1, alpha=alpha, beta=beta, model=tests.Model(model))
    verdict = test.verdict(counts)
    if as_json:
        print_json(asdict(verdict))
        return
    nelo, nelo_error = tests.normalized_elo_estimate(counts)
    print(f"{verdict.decision}: LLR {verdict.llr:.2f} of {verdict.lower:.2f} to {verdict.upper:.2f}")
    print(f"H0 {elo0:g}, H1 {elo1:g} {model} Elo, alpha {alpha:g}, beta {beta:g}")
    print(f"Elo {verdict.elo:.2f} +- {verdict.elo_error:.2f}, normalized {nelo:.2f} +- {nelo_error:.2f}")


def _counts(pairs: str | None, matches: str | None) -> tuple[int, ...]:
    """The counts in the order of the score, from what was given in the order of its option."""
    from arena.rating.sprt import pentanomial, trinomial

    if pairs is not None and matches is None:
        ll, ld, wl, dd, wd, ww = _numbers("pentanomial", pairs, 6)
        return pentanomial(ll, ld, wl, dd, wd, ww)
    if matches is not None and pairs is None:
        wins, losses, draws = _numbers("trinomial", matches, 3)
        return trinomial(wins, losses, draws)
    raise BadRequest("give either --pentanomial LL,LD,WL,DD,WD,WW or --trinomial W,L,D")


def _numbers(name: str, text: str, wanted: int) -> list[int]:
    from arena.rating.sprt import LARGEST

    parts = [part.strip() for part in text.split(",")]
    if len(parts) != wanted or not all(part.isascii() and part.isdigit() and len(part) <= 16 for part in parts):
        raise BadRequest(f"--{name} takes {wanted} whole numbers with commas between them, not {text!r}")
    numbers = list(map(int, parts))
    if not 0 < sum(numbers) <= LARGEST:
        raise BadRequest(f"--{name} counts no result at all, or too many: their sum must be 1 to {LARGEST}")
    return numbers
