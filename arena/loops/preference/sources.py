"""Where the rows of a round come from: the current checkpoint's matches with itself, or answers of the data."""

from collections.abc import Sequence
from random import Random
from typing import cast

from arena.core.errors import BadRequest
from arena.loops.language.lineage import opened
from arena.loops.language.policy import Asked, Policy
from arena.loops.language.record import Decision, Played, decisions, played, require, self_play
from arena.loops.language.seating import named, playing, seated
from arena.loops.meeting import Meeting
from arena.loops.preference.judging import Judging, judged, pairs
from arena.loops.preference.rollouts import Position
from arena.loops.preference.rows import Judged, Pair
from arena.loops.preference.settings import AGAINST_DATA, KTO
from arena.loops.run import Run


def rows_of(run: Run, number: int, policy: Policy) -> Sequence[Pair] | Sequence[Judged]:
    """What the `number`-th round learns from, in an order of chance; `policy` is the checkpoint that it trains.

    Raises:
        BadRequest: there is no such data, or no answer is better than another.
    """
    rng = Random(f"{run.seed}/{number}")
    method = run.settings["method"]
    rows: list[Pair] | list[Judged]
    if method in AGAINST_DATA:
        rows = _against_data(run, policy, rng)
    elif method == KTO:
        rows = _won_and_lost(run, number, policy)
    else:
        rows = _among_own(run, number, policy, rng)
    rng.shuffle(rows)
    return rows


def _against_data(run: Run, policy: Policy, rng: Random) -> list[Pair]:
    """SPIN and its kin: at each prompt the data's answer over the model's own, and the first iterate's for T-SPIN."""
    given = _data(run)
    asked = [policy.asked(one.scene) for one in given]
    current = _answers(run, policy, asked, rng)
    first = _answers(run, opened(run, "0"), asked, Random(run.seed)) if run.settings["method"] == "t-spin" else current
    return [
        Pair(one.prompt, policy.tokens(real.answer), mine, proto)
        for one, real, mine, proto in zip(asked, given, current, first, strict=True)
        if run.settings["method"] != "spin" or list(mine) != policy.tokens(real.answer)  # their gap would be nothing
    ]


def _data(run: Run) -> list[Decision]:
    """The same in every round: the ledger's first answers of whoever is named."""
    names, most = named(run.settings["data"]), cast(int, run.settings["answers"])
    found: list[Decision] = []
    for match in played(run):
        found += [one for one in decisions(match, playing(run.settings)) if one.trajectory.agent in names]
        if len(found) >= most:
            break
    require(found, run, f"answers of {' or '.join(names) or 'agents named by --set data=NAME'}")
    return found[:most]


def _answers(run: Run, policy: Policy, asked: Sequence[Asked], rng: Random) -> list[list[int]]:
    sampling = playing(run.settings).sampling
    made = policy.complete(asked, rng, temperature=sampling.temperature, max_tokens=sampling.max_tokens)
    return [policy.ended(completion.completion_token_ids) for completion in made]


def _won_and_lost(run: Run, number: int, policy: Policy) -> list[Judged]:
    """KTO: every answer of self-play, desired where its seat won and not where it lost."""
    return [
        Judged(policy.asked(one.scene).prompt, policy.tokens(one.answer), one.trajectory.outcome == "win")
        for match in _self_play(run, number)
        for one in decisions(match, playing(run.settings), policy)
        if one.trajectory.outcome in {"win", "loss"}
    ]


def _among_own(run: Run, number: int, policy: Policy, rng: Random) -> list[Pair]:
    """DPO, IPO, SPPO: answers of the model at decisions of self-play, judged by playing the matches on from there."""
    settings = playing(run.settings)
    found = [(match, one) for match in _self_play(run, number) for one in decisions(match, settings, policy)]
    chosen = rng.sample(found, min(len(found), cast(int, run.settings["decisions"])))
    how = Judging(
        candidates=cast(int, run.settings["candidates"]),
        rollouts=cast(int, run.settings["rollouts"]),
        margin=cast(float, run.settings["margin"]),
        temperature=settings.sampling.temperature,
        max_tokens=settings.sampling.max_tokens,
    )
    game = run.make_game()
    try:
        questions = judged(game, [_position(match, one, policy) for match, one in chosen], policy, how, rng)
    finally:
        game.close()
    rows = list(pairs(questions, policy, how.margin))
    run.tell(f"{len(rows)} of {len(chosen)} decisions of self-play have a better and a worse answer")
    if not rows:
        raise BadRequest(
            f"no answer is better than another at {len(chosen)} decisions of self-play; let it see more by --set "
            f"matches=N, decisions=N, candidates=N or temperature=T, or take a model that is less sure of itself"
        )
    return rows


def _position(match: Played, one: Decision, policy: Policy) -> Position:
    result = match.stored.result
    before = result.moves[: one.turn.move]
    return Position(result.plan, before, one.trajectory.seat.seat, one.conversations(), policy.asked(one.scene))


def _self_play(run: Run, number: int) -> list[Played]:
    member = seated(run, str(number - 1))
    deals = cast(int, run.settings["matches"])
    run.tell(f"{member.agent} plays {deals} matches with itself")
    run.play([Meeting(members=[member], deals=deals, rated=False)])
    found = self_play(run, member)
    require(found, run, f"matches of {member.agent} with itself")
    return found
