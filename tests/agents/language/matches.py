"""Matches of scripted models against each other, played to their end in this process as a worker plays them."""

from collections.abc import Mapping, Sequence

from arena.agents.language.agent import LanguageAgent
from arena.agents.language.model import Ask, OneOf
from arena.core.agent import AgentFactory
from arena.core.game import ClockSpec
from arena.core.match import MatchPlan, MatchResult, PartyRef
from arena.core.seed import Seed
from arena.core.values import AgentName, MatchId, SetId
from arena.match.agents import AgentShelf
from arena.match.asking import Asker
from arena.match.drive import play_match
from arena.match.outcomes import OutcomeQueue
from arena.plugin.blackbox import BlackBox
from arena.plugin.registry import Registry


class Source:
    """Agents by name."""

    def __init__(self, agents: Mapping[str, type[LanguageAgent]]) -> None:
        self._agents = agents

    def make_agent(
        self, spec: str, settings: Sequence[str] = (), game: str = "", *, imports: bool = True
    ) -> AgentFactory:
        return self._agents[spec]


def played(game: str, *agents: type[LanguageAgent], clock: ClockSpec | None = None, number: int = 1) -> MatchResult:
    """One match; agents in the order of parties."""
    registry, box, asker = Registry(), BlackBox.create(), Asker()
    names = {f"a{at}": agent for at, agent in enumerate(agents)}
    plan = MatchPlan(
        match_id=MatchId("m"),
        set_id=SetId("s"),
        ordinal=0,
        game=(ref := registry.ref(game)),
        seed=Seed.of(number),
        parties=tuple(PartyRef(agent=AgentName(name), spec=name) for name in names),
        clock=clock or ClockSpec(decision=20.0, bank=0.0),
    )
    shelf = AgentShelf(Source(names), box, asker.run)
    return play_match(registry.make_game(ref), plan, shelf, asker, OutcomeQueue(box), box)


def obliging(ask: Ask) -> str:
    """Says what is asked for: the first choice, or a word."""
    return ask.grammar.texts[0] if isinstance(ask.grammar, OneOf) else "hello"
