"""Sets that are played in pieces, many at a time: each piece lands in the ledger before the next one begins."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from arena.core.errors import LedgerFault
from arena.core.match import MatchPlan, MatchResult, SetPlan
from arena.ledger import Ledger
from arena.ledger.played import SetOutcome
from arena.match.pool import WorkerPool
from arena.tournament.sets import again, is_again, missing

PIECE_SECONDS: Final = 0.25
"""Of one set, before another one's turn comes: what a kill can cost, and how finely sets are interleaved."""


class SetPlayer:
    """Plays what the ledger lacks of a set, in pieces of `seconds` or so; `landed` is told how many more count."""

    def __init__(
        self, pool: WorkerPool, ledger: Ledger, landed: Callable[[int], None], seconds: float = PIECE_SECONDS
    ) -> None:
        self._pool, self._ledger, self._landed = pool, ledger, landed
        self._seconds = seconds
        self._piece = 1

    async def play(self, plan: SetPlan, matches: Sequence[MatchPlan]) -> SetOutcome:
        """Play a set to its end; a void match once more.

        Raises:
            LedgerFault: the ledger cannot be written, or holds another set under this id.
        """
        tournaments = self._ledger.tournaments
        there = await asyncio.to_thread(tournaments.landed_of, plan.set_id)
        rest = [todo for match in matches if (todo := missing(match, there))]
        while rest:
            piece, rest = rest[: self._piece], rest[self._piece :]
            results = await self._pool.play(piece)
            self._fit_piece(results)
            await self._append(plan, results)
            repeated = [again(result.plan) for result in results if result.void and not is_again(result.plan)]
            self._landed(len(results) - len(repeated))
            rest += repeated
        outcome = await asyncio.to_thread(tournaments.outcome, plan.set_id)
        if outcome is None:
            raise LedgerFault(f"the ledger holds another set under the id {plan.set_id}; was its file edited?")
        return outcome

    async def _append(self, plan: SetPlan, results: Sequence[MatchResult]) -> None:
        """Return once they are durable, also when cancelled: whoever goes on with the set must find them."""
        written = asyncio.wrap_future(self._ledger.append(plan, results))
        try:
            await asyncio.shield(written)
        except asyncio.CancelledError:
            await asyncio.wait([written])
            raise

    def _fit_piece(self, results: Sequence[MatchResult]) -> None:
        spent = max(1, results[-1].ended_ms - results[0].started_ms) / 1_000
        self._piece = max(1, min(2 * self._piece, int(len(results) * self._seconds / spent)))
