"""A population of tables that grows by best responses to a mixture of itself: all three loops are this one."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from arena.core.values import AgentName
from arena.loops.meeting import Meeting, Member, round_robin
from arena.loops.run import Run
from arena_openspiel.loops.oracle import Oracle
from arena_openspiel.loops.rules import RULES, Rule
from arena_openspiel.policies import Table
from arena_openspiel.tables import load, save

RESPONSE: Final = "best-response"
_FILE: Final = "policy.json"
_DIGITS: Final = 6
"""Of a chance: sets land in any order, which moves the last digits of their sums, and would decide ties."""


def train(name: str, run: Run) -> None:
    """Go on with the loop of this name from wherever the run stands.

    Raises:
        GameUnavailable: the game is not one that OpenSpiel has best responses for.
        BadRequest: a policy of the run is gone or spoilt.
    """
    game = run.make_game()
    try:
        growing = Growing(run, RULES[name], Oracle(game))
        with run.grounds.warm():
            growing.train()
    finally:
        game.close()


class Growing:
    """One run. `history` names the policies by version, in the order in which the rule is given them."""

    def __init__(self, run: Run, rule: Rule, oracle: Oracle) -> None:
        self._run, self._rule, self._oracle = run, rule, oracle
        self._asked: Any = run.settings
        state = run.state() or {}
        self._iteration: int = state.get("iteration", 0)
        self._history: list[str] = state.get("history", [])
        self._mixtures: list[str] = state.get("mixtures", [])
        self._rounds: int = state.get("rounds", 1)
        self._over: bool = state.get("over", False)
        self._tables = {version: load(run.checkpoint_path(version) / _FILE) for version in dict.fromkeys(self._history)}

    def train(self) -> None:
        """Go on to the end."""
        if self._iteration:
            self._run.tell(f"going on after iteration {self._iteration}")
        if not self._history:
            self._enter(self._oracle.first() if self._rule.pure else self._oracle.uniform())
        while not self._over:
            self._iterate()
        self._rate()

    def _iterate(self) -> None:
        self._meet()
        mixture = self._oracle.mixture(list(self._tables.values()), self._chances())
        response = self._oracle.best_response(mixture)
        known = next((version for version, table in self._tables.items() if table == response), None)
        settled = known is not None and self._rule.ends
        self._over = settled or self._iteration + 1 == self._asked["iterations"]
        self._note(mixture)
        if not self._over:
            self._answer(response, known)
        self._iteration += 1
        self._keep()

    def _meet(self) -> None:
        """Have all policies meet as often as the payoffs ask for."""
        if self._rule.by_payoffs:
            sets, members = self._rounds * self._asked["payoff_sets"], self._members(self._tables)
            self._run.play(round_robin(members, sets=sets, deals=self._asked["payoff_deals"], rated=False))

    def _chances(self) -> list[float]:
        """The meta-strategy: how likely each policy is in the mixture, in the order in which they were found."""
        history = self._members(self._history)
        seed = self._run.seed
        drawn = self._run.grounds.sample(history[-1], history, self._rule.mix, seed=seed, metric="score")
        chances = np.round([drawn.chances[one.agent] for one in self._members(self._tables)], _DIGITS)
        found: list[float] = (chances / chances.sum()).tolist()
        return found

    def _note(self, mixture: Table) -> None:
        """Log what the mixture is worth and, when it is due, freeze it."""
        figures = {"nash_conv": self._oracle.nash_conv(mixture)}
        self._run.log(self._iteration, {**figures, "policies": len(self._tables), **self._doubt()})
        if self._over or self._iteration % self._asked["every"] == 0:
            version = f"mix{self._iteration}"
            parent = self._members(self._mixtures[-1:])
            self._freeze(version, mixture, parent, self._rule.mix, figures)
            self._mixtures.append(version)

    def _doubt(self) -> dict[str, float]:
        """How unsure the least sure payoff is: half of its 95 % interval."""
        members = self._members(self._tables)
        table = self._run.grounds.payoffs(members, members)
        widths = (table.high - table.low)[np.isfinite(table.high)]
        return {"payoff_interval": float(widths.max()) / 2} if len(widths) else {}

    def _rate(self) -> None:
        """Have the mixtures meet one another and the bots in rated sets."""
        sets, deals = self._asked["sets"], self._asked["deals"]
        mixtures = self._members(self._mixtures)
        bots = [Member(AgentName(name), name) for name in filter(None, self._asked["bots"].split(","))]
        against = [Meeting(members=[one, bot], sets=sets, deals=deals) for one in mixtures for bot in bots]
        self._run.play([*round_robin(mixtures, sets=sets, deals=deals), *against])

    def _answer(self, response: Table, known: str | None) -> None:
        """Let a new response into the population; one that is known says that its payoffs are not sure enough."""
        if known is None:
            self._enter(response)
        elif self._rule.repeats:
            self._history.append(known)
        else:
            self._rounds += 1
            self._run.tell(f"the best response is {known} already; all policies meet more often")

    def _enter(self, table: Table) -> None:
        version = str(len(self._tables))
        figures = {"nash_conv": self._oracle.nash_conv(table)}
        self._freeze(version, table, self._members(self._mixtures[-1:]), RESPONSE, figures)
        self._tables[version] = table
        self._history.append(version)

    def _freeze(
        self, version: str, table: Table, parent: Sequence[Member], stage: str, figures: dict[str, float]
    ) -> None:
        with self._run.checkpoint(version) as folder:
            save(folder / _FILE, table)
        digest = hashlib.sha256(json.dumps(self._history).encode()).hexdigest()
        [member] = self._members([version])
        self._run.freeze(
            member, *parent, stage=stage, data_digest=f"sha256:{digest}", step=self._iteration, figures=figures
        )

    def _members(self, versions: Sequence[str] | dict[str, Table]) -> list[Member]:
        paths = {version: quote(str(self._run.checkpoint_path(version) / _FILE)) for version in versions}
        return [self._run.member(version, f"openspiel:table?file={paths[version]}") for version in versions]

    def _keep(self) -> None:
        self._run.keep(
            {
                "iteration": self._iteration,
                "history": self._history,
                "mixtures": self._mixtures,
                "rounds": self._rounds,
                "over": self._over,
            }
        )
