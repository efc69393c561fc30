"""How the three loops differ: whom a best response is to answer, where they start, and when they are done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from arena.core.options import Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One loop. `mix` is the rule of `arena.rating.sampling` that mixes the history; `by_payoffs` says that it needs
    them, so that all policies meet.

    It starts from the uniform policy or, `pure`, from the one that always takes the first action. A best response that
    is known already enters the history again if it `repeats`; else it ends the loop if it `ends`, or has all policies
    meet more often.
    """

    name: str
    summary: str
    mix: str
    by_payoffs: bool = True
    pure: bool = False
    repeats: bool = False
    ends: bool = False
    iterations: int
    every: int = 1

    @property
    def options(self) -> tuple[Option, ...]:
        """What `--set` can change."""
        return (
            _count("iterations", self.iterations, "mixtures to be answered, each by a best response", high=1_000),
            _count("every", self.every, "freeze the mixture of each so-many-th iteration, and the last"),
            _count("payoff_sets", 8, "of each two policies, for their payoff"),
            _count("payoff_deals", 25, "of such a set, each from both sides"),
            Option(name="bots", default="random", help="SPECs, with commas, that mixtures meet too; may be empty"),
            _count("sets", 2, "rated sets of each two mixtures, and with bots", low=0),
            _count("deals", 100, "of a rated set, each from both sides"),
        )


def _count(name: str, default: int, about: str, *, low: int = 1, high: int = 10_000) -> Option:
    return Option(name=name, kind="int", default=default, low=low, high=high, help=about)


RULES: Final[Mapping[str, Rule]] = {
    rule.name: rule
    for rule in (
        Rule(
            name="psro",
            summary="policy-space response oracles: best responses to the Nash equilibrium of the payoffs so far",
            mix="meta-nash",
            iterations=16,
        ),
        Rule(
            name="double-oracle",
            summary="as psro, from one pure policy on, until no best response is new",
            mix="meta-nash",
            pure=True,
            ends=True,
            iterations=40,
        ),
        Rule(
            name="fictitious-play",
            summary="best responses to the average of all policies before",
            mix="uniform",
            by_payoffs=False,
            repeats=True,
            iterations=60,
            every=10,
        ),
    )
}
"""By name. McMahan, Gordon and Blum, ICML 2003 (double oracle); Lanctot et al., arXiv 1711.00832 (PSRO); Heinrich,
Lanctot and Silver, ICML 2015 (fictitious play in extensive form)."""
