"""The joins that take part in one event: who is there, and how many more matches it can play."""

from collections.abc import Iterator

from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.server.joins import JoinKey, Taking


class Roster:
    """Joins in the order in which they came. An agent may have several, of one process or more."""

    def __init__(self) -> None:
        self._takings: dict[JoinKey, Taking] = {}

    def note(self, taking: Taking, *, here: bool) -> None:
        """A join has come, or is `here` no longer."""
        if here:
            self._takings[taking.key] = taking
        else:
            self._takings.pop(taking.key, None)

    def free(self) -> dict[AgentName, int]:
        """Everybody who is there, in the order of coming, with how many more matches it can play."""
        found: dict[AgentName, int] = {}
        for taking in self._present():
            found[taking.party.agent] = found.get(taking.party.agent, 0) + _free(taking)
        return found

    def freest(self, name: AgentName) -> Taking:
        """The join of an agent that is there with the most slots to spare."""
        return max((taking for taking in self._present() if taking.party.agent == name), key=_free)

    def parties(self) -> dict[AgentName, PartyRef]:
        """Everybody who is there, as it plays, in the order of coming."""
        found: dict[AgentName, PartyRef] = {}
        for taking in self._present():
            found.setdefault(taking.party.agent, taking.party)
        return found

    def all(self) -> list[Taking]:
        """All joins, of agents that have dropped out for the moment too."""
        return list(self._takings.values())

    def _present(self) -> Iterator[Taking]:
        return (t for t in self._takings.values() if t.wants_more and t.session.connection is not None)


def _free(taking: Taking) -> int:
    return max(taking.slots - taking.sets, 0)
