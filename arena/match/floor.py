"""The live matches of a worker, and the rounds in which they go on: step every table that can, ask every agent once."""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from arena.core.errors import ArenaError
from arena.core.game import Game
from arena.core.match import Cause, Move
from arena.core.seams import NO_REFUSALS
from arena.core.values import Seat
from arena.match.agents import AgentShelf
from arena.match.answers import settle
from arena.match.asking import Ask, Asker
from arena.match.drive import close_state, overdue_seat, void_result
from arena.match.hosted import Hosted
from arena.match.messages import Failed, Opened
from arena.match.outcomes import OutcomeQueue
from arena.match.prompt import Wants
from arena.match.shelf import GameShelf
from arena.match.table import Table
from arena.plugin.blackbox import BATCH, GAME, BlackBox
from arena.plugin.border import game_fault


class Floor:
    """Where matches are played side by side, each behind a border of its own.

    `batched` allows games to step many states by one call; a worker that replaces one that died in such a call does
    without, so that the culprit shows.
    """

    def __init__(
        self,
        games: GameShelf,
        agents: AgentShelf,
        asker: Asker,
        outcomes: OutcomeQueue,
        box: BlackBox,
        *,
        batched: bool,
    ) -> None:
        self._games = games
        self._agents = agents
        self._asker = asker
        self._outcomes = outcomes
        self._box = box
        self._batched = batched
        self._hosted: dict[str, Hosted] = {}
        self._ready: dict[Hosted, None] = {}
        self._asking: dict[Hosted, None] = {}

    @property
    def busy(self) -> bool:
        """Whether some match can go on without a remote answer."""
        return bool(self._asking or self._ready)

    def get(self, match: str) -> Hosted | None:
        """A live match."""
        return self._hosted.get(match)

    def begin(
        self,
        hosted: Hosted,
        wants: Mapping[int, Wants],
        moves: Sequence[Move] = (),
        refusals: Mapping[int, tuple[int, int]] = NO_REFUSALS,
    ) -> None:
        """Deal a match, or go on from its record; `refusals` are as `Table.recall` takes them."""
        self._hosted[hosted.plan.match_id] = hosted
        self.within(hosted, self._begin, wants, moves, refusals)

    def round(self) -> None:
        """Ask each agent that lives here for its open decision, then step the tables whose game steps many at once."""
        if self._asking:
            self._ask_agents()
        if self._ready:
            self._step_ready()

    def after(self, hosted: Hosted, table: Table) -> None:
        """A decision was taken: the match is over, can be stepped, or waits for other seats."""
        if table.over:
            hosted.show(table)
            self._end(hosted, table)
        elif not table.open_seats:
            if self._batched and type(table.game).step_many is not Game.step_many:
                self._ready[hosted] = None
            else:
                table.step()
                self._go_on(hosted, table)

    def rule(self, hosted: Hosted, seat: Seat, cause: Cause) -> None:
        """A decision is lost to `cause`; nothing happens when none was owed."""
        move = hosted.dealt.rule(seat, cause)
        if move is not None:
            hosted.took(move)
            self.after(hosted, hosted.dealt)

    def forfeit(self, hosted: Hosted, seat: Seat, cause: Cause) -> None:
        """The match is lost to `cause` by a seat."""
        move = hosted.dealt.forfeit(seat, cause)
        if move is not None:
            hosted.took(move)
            self.after(hosted, hosted.dealt)

    def forget(self, hosted: Hosted) -> None:
        """A match leaves the floor."""
        self._hosted.pop(hosted.plan.match_id, None)
        self._ready.pop(hosted, None)
        self._asking.pop(hosted, None)
        if hosted.table is not None:
            close_state(hosted.table)
            self._games.release(hosted.table.game)

    def within(self, hosted: Hosted, call: Callable[..., None], *args: Any) -> None:
        """The border around one match: whatever its game raises spoils it alone."""
        try:
            call(hosted, *args)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            self.spoil(hosted, error)

    def spoil(self, hosted: Hosted, error: BaseException) -> None:
        """Void a match."""
        fault = game_fault(hosted.plan.game.id, error)
        if hosted.tell:
            hosted.tell(Failed(hosted.plan.match_id, fault.code, str(fault)))
        else:
            hosted.end(void_result(hosted.plan, hosted.table, str(fault)), self._outcomes)
        self.forget(hosted)

    def _begin(
        self,
        hosted: Hosted,
        wants: Mapping[int, Wants],
        moves: Sequence[Move],
        refusals: Mapping[int, tuple[int, int]],
    ) -> None:
        hosted.enter(self._box)
        game = self._games.game(hosted.plan.game)
        hosted.set_limits(game)
        hosted.enter(self._box)
        table = hosted.table = Table(game, hosted.plan)
        self._games.hold(game)
        for move in moves:
            self._box.enter(GAME)
            table.redo(move)
        table.recall(refusals)
        hosted.adopt(table, wants, moves)
        if hosted.tell:
            hosted.tell(Opened(hosted.plan.match_id, list(table.parties)))
        self._go_on(hosted, table)

    def _go_on(self, hosted: Hosted, table: Table) -> None:
        """A state is new: show it, and ask whom it asks."""
        if hosted.spectator is not None:
            hosted.show(table)
        if table.over:
            self._end(hosted, table)
            return
        remote = hosted.remote
        for seat in table.open_seats:
            if seat in remote:
                hosted.ask_remote(table, seat)
            else:
                self._asking[hosted] = None

    def _end(self, hosted: Hosted, table: Table) -> None:
        hosted.end(table.result(), self._outcomes)
        self.forget(hosted)

    def _step_ready(self) -> None:
        ready, self._ready = self._ready, {}
        batches: dict[int, list[Hosted]] = {}
        for hosted in ready:
            batches.setdefault(id(hosted.dealt.game), []).append(hosted)
        for batch in batches.values():
            self._step_together(batch)

    def _step_together(self, batch: Sequence[Hosted]) -> None:
        self._box.begin(batch[0].task, batch[0].game_ms * len(batch), 0)
        self._box.enter(BATCH)
        tables = [hosted.dealt for hosted in batch]
        errors: Sequence[ArenaError | None]
        try:
            errors = tables[0].game.step_many([t.state for t in tables], [t.close_step() for t in tables])
            if len(errors) != len(batch):
                raise ValueError("step_many gives one result a state")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - border: the game's code may raise anything
            errors = [game_fault(batch[0].plan.game.id, error)] * len(batch)
        for hosted, failed in zip(batch, errors, strict=True):
            self.within(hosted, self._settle, failed)

    def _settle(self, hosted: Hosted, error: ArenaError | None) -> None:
        if error is not None:
            raise error
        hosted.enter(self._box)
        hosted.dealt.settle()
        self._go_on(hosted, hosted.dealt)

    def _ask_agents(self) -> None:
        asking, self._asking = self._asking, {}
        asks: list[tuple[Hosted, Ask]] = []
        for hosted in asking:
            hosted.enter(self._box)
            self.within(hosted, lambda hosted: asks.extend(self._open_asks(hosted)))
        self._asker.ask([ask for _, ask in asks])
        for hosted, ask in asks:
            self.within(hosted, self._answer, ask)

    def _open_asks(self, hosted: Hosted) -> list[tuple[Hosted, Ask]]:
        return [(hosted, ask) for ask in hosted.asks(self._agents, self._box)]

    def _answer(self, hosted: Hosted, ask: Ask) -> None:
        table = hosted.dealt
        gone = self._hosted.get(hosted.plan.match_id) is not hosted
        if gone or table.over or ask.seated.seat not in table.open_seats:
            return
        hosted.enter(self._box)
        seated = ask.seated
        seated.used += ask.spent
        if monotonic() >= hosted.deadline and not ask.legal.question:
            self.forfeit(hosted, overdue_seat([*hosted.agents.values()]), Cause.TIMEOUT)
            return
        move = settle(table, seated, ask.answer if seated.spend(ask.spent) else Cause.TIMEOUT)
        if move is None:
            self._asking[hosted] = None
            return
        hosted.took(move)
        self.after(hosted, table)
