"""Who is calling, what it may do, and which agent names are whose."""

import asyncio

from arena.core.errors import Unauthenticated
from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger, Scope
from arena.server.session import Principal

_EVERYBODY = Principal("", frozenset({"play", "watch"}))


class Identity:
    """Tokens and names as the ledger keeps them.

    As long as no token was ever made the server is open: anybody may play, and every agent name is an owner of its own.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def principal(self, token: str) -> Principal:
        """Who a token speaks for.

        Raises:
            Unauthenticated: the token is unknown or revoked, or none came where one is asked for.
        """
        return await asyncio.to_thread(self._principal, token)

    async def claim(self, party: PartyRef, parent_version: str) -> None:
        """Take an agent's name for its owner, and note its version with the one it was trained from.

        Raises:
            NameTaken: the name belongs to somebody else.
        """
        await asyncio.to_thread(self._claim, party, parent_version)

    def owner_of(self, principal: Principal, agent: AgentName) -> str:
        """The owner under which an agent plays."""
        return principal.owner or f"open/{agent}"

    def _principal(self, token: str) -> Principal:
        if token:
            grant = self._ledger.tokens.authenticate(token)
            scopes = frozenset(Scope) if Scope.ADMIN in grant.scopes else grant.scopes
            return Principal(grant.owner, frozenset(map(str, scopes)))
        if self._ledger.tokens.all():  # a revoked one too: the last token gone must not open the doors
            raise Unauthenticated("this server asks for a token; give one with --token or ARENA_TOKEN")
        return _EVERYBODY

    def _claim(self, party: PartyRef, parent_version: str) -> None:
        if not party.owner.startswith("open/"):
            self._ledger.agents.register(party.agent, party.owner)
        if party.version:
            parent = (party.agent, parent_version) if parent_version else None
            self._ledger.agents.add_version(party.agent, party.version, parent)
