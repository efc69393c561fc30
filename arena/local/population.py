"""The services that training asks of a ledger: payoffs, whom to meet next, what to play, and frozen checkpoints.

Members of a population are agents by name or, by checkpoint, AGENT@VERSION.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from arena.core.errors import BadRequest, UnknownAgent
from arena.core.seed import Seed
from arena.core.values import AgentName, Seat
from arena.ledger import Ledger
from arena.ledger.pair_sums import pair_sums
from arena.rating.population import Metric, Need, PairSums, PayoffTable, Sums, need_matches, payoff_table, pool_of
from arena.rating.sampling import Choice, distribution, rule

DEFAULT_RULE: Final = "pfsp-hard"
_NAMED: Final = 8
"""Members that an error names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What payoffs are of: a rated id, sets won or mean scores, agents or `checkpoints`, in one seat or role or in all.

    `bounds` are the least and the greatest mean score there can be, for intervals of scores; by default those seen.
    """

    game: str
    metric: Metric = Metric.WINS
    checkpoints: bool = False
    seat: Seat | None = None
    role: str = ""
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Which opponents to draw for a `learner`: `draws` of them by a rule of `arena.rating.sampling`, from a `seed`.

    The `history` is oldest first. Without one it is the frozen checkpoints of the learner's agent or, of agents, all
    the others in the order of their first results.
    """

    learner: str
    history: Sequence[str] = ()
    rule: str = DEFAULT_RULE
    settings: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    draws: int = 1


@dataclass(frozen=True, slots=True)
class Sampled:
    """The opponents drawn, in order, and the chance that each of the history had."""

    opponents: tuple[AgentName, ...]
    chances: Mapping[AgentName, float]


_Key = tuple[str, bool, Seat | None, str]


class Population:
    """Answers from one ledger, from any thread. Sums are kept, so that only sets that landed since are read."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._sums: dict[_Key, tuple[dict[tuple[AgentName, AgentName], PairSums], int]] = {}
        self._counting = Lock()

    def payoffs(self, query: Query, rows: Sequence[str] = (), columns: Sequence[str] = ()) -> PayoffTable:
        """The payoffs of rows against columns; each is everybody with results when left out.

        Raises:
            UnknownAgent: somebody named has never been heard of.
        """
        sums = self.sums(query)
        sides = self._members(query, sums, rows), self._members(query, sums, columns)
        return payoff_table(sums, *sides, query.metric, query.bounds)

    def sample(self, query: Query, sampling: Sampling) -> Sampled:
        """Opponents for a learner. The same seed, results and history give the same ones.

        Raises:
            UnknownAgent: somebody named has never been heard of.
            BadRequest: there is no such rule or setting, nobody to meet, or too few results for the rule.
        """
        if query.seat is not None or query.role:
            raise BadRequest("opponents are drawn by payoffs over whole sets; leave seat and role out")
        if sampling.draws < 1:
            raise BadRequest(f"draw at least one opponent, not {sampling.draws}")
        by = rule(sampling.rule, **sampling.settings)
        sums = self.sums(query)
        self._members(query, sums, [sampling.learner])
        history = self._history(query, sums, sampling)
        learner = AgentName(sampling.learner)
        choice = Choice(learner, history, pool_of(sums), by_score=query.metric is Metric.SCORE)
        chances = distribution(choice, by)
        rng = Seed.of(sampling.seed).stream("opponent", sampling.learner)
        drawn = rng.choices(list(chances), weights=list(chances.values()), k=sampling.draws)
        return Sampled(tuple(drawn), chances)

    def need(self, query: Query, most: int, members: Sequence[str] = ()) -> list[Need]:
        """The pairings that are least sure, among these members or everybody with results.

        Raises:
            UnknownAgent: somebody named has never been heard of.
            BadRequest: there are no two members, or no pairing is asked for.
        """
        sums = self.sums(query)
        return need_matches(sums, self._members(query, sums, members), most, query.metric, query.bounds)

    def sums(self, query: Query) -> dict[tuple[AgentName, AgentName], PairSums]:
        """The sums of every pair that met, with all sets that have landed."""
        key = query.game, query.checkpoints, query.seat, query.role
        with self._counting:
            known, last = self._sums.get(key, ({}, -1))
            sums = dict(known)
            for pair, number in pair_sums(self._ledger, *key, after=last):
                place = pair.agent, pair.opponent
                sums[place] = sums[place].with_more(pair) if place in sums else pair
                last = max(last, number)
            if sums:
                self._sums[key] = sums, last
            return sums

    def _members(self, query: Query, sums: Sums, named: Sequence[str]) -> list[AgentName]:
        met = {name for pair in sums for name in pair}
        if not named:
            return sorted(map(AgentName, met))
        if set(named) - met:
            _refuse_unknown(query, named, met | self._registered(query))
        return list(map(AgentName, dict.fromkeys(named)))

    def _registered(self, query: Query) -> set[str]:
        names: set[str] = {line.name for line in self._ledger.agents.all()}
        frozen = self._ledger.checkpoints.all()
        return names.union(*({line.agent, line.label} if query.checkpoints else {line.agent} for line in frozen))

    def _history(self, query: Query, sums: Sums, sampling: Sampling) -> list[AgentName]:
        if sampling.history:
            self._members(query, sums, sampling.history)
            return list(map(AgentName, sampling.history))
        if not query.checkpoints:
            age: dict[AgentName, int] = {}
            for (agent, _), pair in sums.items():
                age[agent] = min(pair.since, age.get(agent, pair.since))
            others = age.keys() - {sampling.learner}
            if not others:
                raise BadRequest(
                    f"nobody but {sampling.learner} has finished a set of {query.game} yet; let others play some, or "
                    "name a history"
                )
            return sorted(others, key=lambda agent: (age[agent], agent))
        lines = self._ledger.checkpoints.all()
        own = {line.agent for line in lines if sampling.learner in {line.label, line.agent}}
        history = [line.label for line in lines if line.frozen and line.agent in own]
        if not history:
            raise BadRequest(f"no checkpoint of {sampling.learner} is frozen yet; freeze one, or name a history")
        return history


def _refuse_unknown(query: Query, named: Sequence[str], known: set[str]) -> None:
    unknown = [name for name in named if name not in known]
    if unknown:
        some = ", ".join(sorted(known)[:_NAMED]) or "nobody yet"
        kind = "checkpoint" if query.checkpoints else "agent"
        more = ", ..." if len(known) > _NAMED else ""
        raise UnknownAgent(f"there is no {kind} {unknown[0][:130]!r} for {query.game}; there is {some}{more}")
