"""The end of a match in numbers (RULES.md 5): ranks, scores, and metrics per seat."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from arena.core.game import Outcome, SeatOutcome
from arena.core.values import Seat
from arena_who_is_the_spy.deal import TEAMS, Deal
from arena_who_is_the_spy.heard import Clue
from arena_who_is_the_spy.rewards import Votes, game_reward
from arena_who_is_the_spy.rules import Rules


def judge(rules: Rules, deal: Deal, clues: Sequence[Clue], votes: Votes, accused: Seat | None) -> Outcome:
    """Civilians win when a spy is accused, spies when nobody or a civilian is."""
    rewards = {seat: game_reward(seat, votes, deal.spies) for seat in votes}
    caught = accused in deal.spies
    return [
        SeatOutcome(
            rank=1 + sum(other > rewards[seat] for other in rewards.values())
            if rules.score == "published"
            else 1 + ((seat in deal.spies) == caught),
            score=rewards[seat] if rules.score == "published" else float((seat in deal.spies) != caught),
            role=deal.role(seat),
            team=TEAMS[seat not in deal.spies],
            metrics={**_metrics(seat, deal, clues, votes, accused), "published_reward": rewards[seat]},
        )
        for seat in sorted(votes)
    ]


def _metrics(seat: Seat, deal: Deal, clues: Sequence[Clue], votes: Votes, accused: Seat | None) -> Mapping[str, float]:
    """A rate is left out where there was no occasion for it."""
    own = [clue for clue in clues if clue.seat == seat]
    found = {
        "accused": float(accused == seat),
        "votes_received": sum(vote == seat for vote in votes.values()) / (len(votes) - 1),
        "abstain_rate": float(votes[seat] is None),
        "clue_chars": fmean(len(clue.text) for clue in own),
        "spoofs": float(sum(bool(clue.forged) for clue in own)),
    }
    if seat not in deal.spies and votes[seat] is not None:
        found["vote_accuracy"] = float(votes[seat] in deal.spies)
    return found
