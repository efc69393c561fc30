"""The stages of an iteration, in their order. Each finds what the ones before left, and may be begun again."""

from collections.abc import Callable, Mapping
from typing import Final

from arena.core.errors import BadRequest
from arena.loops.language.lineage import rate_as_set
from arena.loops.language.seating import seated
from arena.loops.meeting import Meeting
from arena_werewolf.loops import pages
from arena_werewolf.loops.comparing import compared
from arena_werewolf.loops.iteration import LATENT, PAIRS, STRATEGY, Iteration, lines
from arena_werewolf.loops.latent import LatentSpace
from arena_werewolf.loops.mccfr import Solver
from arena_werewolf.loops.speeches import speeches
from arena_werewolf.loops.tuning import tuned

_TOLD: Final = 10
"""Times that a long stage says how far it is."""
_PAIRS: Final = 3
"""Pairs that are told; the page has more."""


def play(iteration: Iteration) -> None:
    """(a) The current checkpoint plays itself; nothing of it is rated."""
    run, sets = iteration.run, iteration["matches"]
    run.tell(f"iteration {iteration.number}: {iteration.parent.agent} plays {sets} deals with itself")
    run.play([Meeting(members=[iteration.parent], sets=sets, deals=1, rated=False)])


def cluster(iteration: Iteration) -> None:
    """(b) What was said becomes a latent space."""
    said = [one for match in iteration.self_play() for one in speeches(iteration.game, match.stored.result)]
    texts = [speech.text for speech in said]
    if not any(texts):
        raise BadRequest(
            f"{iteration.parent.agent} has said nothing in {iteration['matches']} deals, so that there is nothing to "
            f"cluster; take a model that talks, or more deals by --set matches=N"
        )
    vectors = iteration.fitted(texts)(texts)
    sizes = iteration.sizes()
    space = LatentSpace.of([one.role for one in said], vectors, sizes, max(sizes.values()), iteration.run.seed)
    kinds = pages.latent_kinds(space, said, vectors)
    iteration.write(
        LATENT,
        {
            "space.json": lines([space.as_json()]),
            "speeches.jsonl": lines(speech.as_json() for speech in said),
            "latent.md": pages.latent_page(kinds),
        },
    )
    for kind in kinds:
        iteration.run.tell(f"{kind.role} {kind.number}: {kind.size} utterances, such as {kind.nearest[0]}")
    counts = {f"lspo/kinds/{role}": float(own.count) for role, own in space.roles.items()}
    iteration.run.log(iteration.number, {"lspo/utterances": float(len(said)), **counts})


def solve(iteration: Iteration) -> None:
    """(c) MCCFR over the latent game."""
    run, wanted, game = iteration.run, iteration["cfr"], iteration.latent_game
    solver = Solver(game.deal, game.seats, iteration.rng("cfr"))
    while solver.iterations < wanted:
        solver.iterate(min(-(-wanted // _TOLD), wanted - solver.iterations))
        gap = solver.mean_gap()
        run.tell(f"MCCFR {solver.iterations} of {wanted}: {len(solver.table)} information sets, mean regret {gap:.2f}")
        run.log(solver.iterations, {f"lspo/mean_regret/{iteration.number}": gap})
    rows = ({"known": known, "entry": entry.as_json()} for known, entry in solver.table.items())
    found = pages.regrets(solver.table)
    iteration.write(STRATEGY, {"table.jsonl": lines(rows), "strategy.md": pages.strategy_page(found)})
    for one in found:
        if one.day == 1:
            run.tell(f"{one.role} {one.kind} on day 1: mean regret {one.regret:+.2f}, played with {one.share:.2f}")
    run.log(iteration.number, {"lspo/infosets": float(len(solver.table))})


def compare(iteration: Iteration) -> None:
    """(d) Pairs of utterances of the same prompt."""
    found = compared(iteration)
    if not found.pairs:
        raise BadRequest(
            f"no pair came of {found.prompts} prompts: what the model says at one is all of kinds that are worth the "
            f"same; begin a run with more candidates, a higher temperature or more iterations of cfr"
        )
    page = pages.pairs_page(found.pairs, found.prompts)
    iteration.write(PAIRS, {"pairs.jsonl": lines(pair.as_json() for pair in found.pairs), "pairs.md": page})
    run = iteration.run
    run.tell(f"{len(found.pairs)} pairs of {found.prompts} prompts; {found.unknown} more were hardly walked by MCCFR")
    for pair in found.pairs[:_PAIRS]:
        run.tell(f"a {pair.role} says {pages.shown(pair.chosen.text)} rather than {pages.shown(pair.rejected.text)}")
    figures = {"lspo/pairs": len(found.pairs), "lspo/prompts": found.prompts, "lspo/unsolved": found.unknown}
    run.log(iteration.number, {name: float(count) for name, count in figures.items()})


def rate(iteration: Iteration) -> None:
    """The lineage so far plays rated sets."""
    lineage = [seated(iteration.run, str(number)) for number in range(iteration.number + 1)]
    table = rate_as_set(iteration.run, lineage)
    met = [at for at in range(len(table.columns)) if table.count[-1, at]]
    earned = {f"lspo/earned/{table.columns[at]}": float(table.mean[-1, at]) for at in met}
    if earned:
        iteration.run.log(iteration.number, earned)


STAGES: Final[Mapping[str, Callable[[Iteration], None]]] = {
    "play": play,
    "cluster": cluster,
    "solve": solve,
    "compare": compare,
    "tune": tuned,
    "rate": rate,
}
