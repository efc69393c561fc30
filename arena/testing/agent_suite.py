"""The conformance suite for agents: plays one against random opponents in this process, without a server.

Every promise is read off the same few matches, since an agent may be a model that is dear to ask.
"""

from collections.abc import Callable, Sequence

from arena.core.agent import AgentFactory, BatchAgent
from arena.core.game import Game
from arena.testing.agent_trial import AgentTrial, watch
from arena.testing.findings import Finding, all_kept, examine, require


def it_sits_down_in_every_seat(trial: AgentTrial) -> None:
    """The agent can be built for every seat of the game, and names the fields it wants."""
    require(not trial.build_faults, f"building the agent fails with {_first(trial.build_faults)}")
    expected = min(trial.played, trial.game.spec.seats)
    require(len(trial.seated) == expected, f"the agent took {len(trial.seated)} of {expected} seats")
    require(isinstance(trial.wants, frozenset), f"wants must be a frozenset of field names, not {trial.wants!r:.80}")


def its_entry_is_accepted(trial: AgentTrial) -> None:
    """The private input it brings is one that the game accepts."""
    require(not trial.entry_fault, trial.entry_fault)


def it_raises_nothing_of_its_own(trial: AgentTrial) -> None:
    """Asked for a decision it answers, resigns or says that it is unavailable; nothing else is raised."""
    raised = [answer.fault for answer in trial.answers if answer.fault]
    require(not raised, f"{len(raised)} of {len(trial.answers)} decisions fail, the first with {_first(raised)}")


def it_answers(trial: AgentTrial) -> None:
    """It is asked at least once, and does not give up every time."""
    require(trial.answers, "the agent was never asked; play more matches")
    require(any(not a.gave_up for a in trial.answers), "the agent resigned or was unavailable every time")


def its_actions_are_legal(trial: AgentTrial) -> None:
    """Every action it answers with passes the game's check."""
    refused = [answer.refusal for answer in trial.answers if answer.refusal]
    require(not refused, f"{len(refused)} of {len(trial.answers)} actions are refused, the first: {_first(refused)}")


def it_leaves_observations_alone(trial: AgentTrial) -> None:
    """What it is shown is the same after it has answered."""
    require(not any(a.observation_changed for a in trial.answers), "the agent changes the observation it is given")


def it_keeps_the_clock(trial: AgentTrial) -> None:
    """Each answer comes within the time that the game's default clock gives a decision."""
    limit = trial.game.spec.clock.longest
    slowest = max((answer.seconds for answer in trial.answers), default=0.0)
    require(slowest <= limit, f"an answer took {slowest:.2f} s; the clock allows {limit:g}")


def it_hears_the_outcome(trial: AgentTrial) -> None:
    """At least one match ends, and hearing its outcome raises nothing."""
    require(trial.ended, "no match ended; allow more steps")
    require(not trial.ending_faults, f"`ended` fails with {_first(trial.ending_faults)}")


AGENT_PROMISES: tuple[Callable[[AgentTrial], None], ...] = (
    it_sits_down_in_every_seat,
    its_entry_is_accepted,
    it_raises_nothing_of_its_own,
    it_answers,
    its_actions_are_legal,
    it_leaves_observations_alone,
    it_keeps_the_clock,
    it_hears_the_outcome,
)
"""Every promise, in the order in which it is tested; name and docstring are what a report shows."""


def examine_agent(
    agent: AgentFactory | BatchAgent,
    game: Game,
    *,
    matches: int = 20,
    seed: int = 0,
    max_steps: int = 10_000,
    promises: Sequence[Callable[[AgentTrial], None]] = AGENT_PROMISES,
) -> list[Finding]:
    """One finding a promise, kept or broken, from `matches` matches with the agent in each seat in turn."""
    return examine(watch(game, agent, matches=matches, seed=seed, max_steps=max_steps), promises)


def check_agent(
    agent: AgentFactory | BatchAgent, game: Game, *, matches: int = 20, seed: int = 0, max_steps: int = 10_000
) -> list[Finding]:
    """The findings of `examine_agent` when every promise is kept.

    Raises:
        ConformanceError: a promise is broken; it is an AssertionError that lists each.
    """
    return all_kept(
        f"the agent, playing {game.spec.id},",
        examine_agent(agent, game, matches=matches, seed=seed, max_steps=max_steps),
    )


def _first(sentences: Sequence[str]) -> str:
    return sentences[0] if sentences else ""
