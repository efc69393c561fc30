"""Who may take part in an event, and who is there: places belong to the owners that took them."""

import asyncio
from collections.abc import Collection, Sequence

from arena.core.errors import BadRequest, Forbidden
from arena.core.values import AgentName
from arena.ledger import Ledger
from arena.ledger.served import StoredEntrant
from arena.server.joins import Taking
from arena.server.roster import Roster
from arena.tournament.event import Event
from arena.tournament.files import MAX_ENTRANTS
from arena.tournament.schedule import Entrant


class Admission:
    """The door of one event, `event`: with the entrants of its file, and once it has `begun` with all of them."""

    def __init__(
        self, tournament: str, event: Event, ledger: Ledger, places: Sequence[StoredEntrant], *, begun: bool
    ) -> None:
        self.event = event
        self.begun = begun
        """Whether it is known who takes part."""
        self.roster = Roster()
        self.withdrawn: Collection[AgentName] = ()
        self._tournament, self._ledger = tournament, ledger
        self._places = {place.name: place for place in places}

    def check(self, taking: Taking) -> None:
        """Whether an agent may take the place of the entrant of its name, or a free one of an open event.

        Raises:
            BadRequest, Forbidden: it is no entrant, plays elsewhere, is out, or its place is another owner's.
        """
        name, owner, version = taking.party.agent, taking.party.owner, taking.party.version
        if name in self.withdrawn:
            raise BadRequest(f"{name} stayed away from too many sets and is out of tournament {self._tournament}")
        entrant = next((one for one in self.event.entrants if one.name == name), None)
        if entrant is None:
            self._check_room(name, owner)
            return
        self._check(entrant, owner, version)
        if (place := self._places.get(name)) is not None:
            self._check(Entrant(name=name, owner=place.owner, version=place.version), owner, version)
            if version != place.version:
                raise BadRequest(f"{name} has entered tournament {self._tournament} without a version; leave it out")

    async def admit(self, taking: Taking) -> None:
        """Let an agent that `check` has nothing against take its place, unless somebody else was quicker.

        Raises:
            BadRequest, Forbidden: as `check`.
        """
        party = taking.party
        if party.agent not in self._places and any(one.name == party.agent for one in self.event.entrants):
            mine = StoredEntrant(name=party.agent, owner=party.owner, version=party.version)
            take = self._ledger.tournaments.take_place
            self._places[party.agent] = await asyncio.to_thread(take, self._tournament, mine)
        self.check(taking)

    @property
    def entered(self) -> list[Entrant]:
        """Those who are there now and that the file does not name, in the order of coming."""
        named = {one.name for one in self.event.entrants}
        parties = self.roster.parties().values()
        return [Entrant(name=p.agent, owner=p.owner, version=p.version) for p in parties if p.agent not in named]

    def enough(self, seconds: float) -> Sequence[Entrant] | None:
        """Those who take part beside the file's entrants, if the event may begin after so much waiting; else None."""
        rule, named = self.event.open, len(self.event.entrants)
        if rule is None:
            return ()
        entered = self.entered
        if rule.entrants is not None and named + len(entered) >= rule.entrants:
            return entered[: rule.entrants - named]
        late = rule.seconds is not None and seconds >= rule.seconds
        return entered if late and named + len(entered) > 1 else None

    def begin(self, event: Event, entered: Sequence[StoredEntrant]) -> None:
        """The event has these entrants and no further ones."""
        self.event, self.begun = event, True
        self._places |= {place.name: place for place in entered}

    def _check_room(self, name: AgentName, owner: str) -> None:
        event, entered = self.event, self.entered
        if event.open is None or self.begun:
            known = ", ".join(one.name for one in event.entrants[:12])
            late = "has begun, and " if event.open is not None else ""
            raise BadRequest(f"tournament {self._tournament} {late}has no entrant {name!r}; there is {known}")
        if len(event.entrants) + len(entered) >= MAX_ENTRANTS:
            raise BadRequest(f"tournament {self._tournament} is full: at most {MAX_ENTRANTS} can be in one event")
        taken = {one.owner: one.name for one in (*event.entrants, *entered)}
        if not event.same_owner and taken.get(owner, name) != name:
            raise BadRequest(f"{taken[owner]} of the same owner is in tournament {self._tournament}; one agent may be")

    def _check(self, entrant: Entrant, owner: str, version: str) -> None:
        where = f"tournament {self._tournament}"
        if not entrant.remote:
            raise BadRequest(f"{entrant.name} plays {where} in the server's own workers; nobody joins for it")
        if entrant.owner not in {"", owner}:
            raise Forbidden(f"the place of {entrant.name} in {where} is another owner's; join as an entrant of yours")
        if entrant.version not in {"", version}:
            raise BadRequest(f"{entrant.name} is in {where} as version {entrant.version!r}, not {version!r}")
