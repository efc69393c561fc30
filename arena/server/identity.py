"""Who is calling, what it may do, and which agent names are whose."""

import asyncio
from collections.abc import Callable, Set
from typing import ParamSpec, TypeVar

import structlog

from arena.core.errors import ArenaError, LedgerFault, Unauthenticated
from arena.core.match import PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger, Scope
from arena.server.addresses import caller_address
from arena.server.session import Principal

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()
_EVERYBODY = frozenset({"play", "watch"})


class Identity:
    """Tokens and names as the ledger keeps them.

    As long as no token was ever made the server is open: anybody may play, and every agent name is an owner of its own.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def principal(self, token: str, peer: str = "") -> Principal:
        """Who a token speaks for; `peer` is where the call comes from, as gRPC names it.

        Raises:
            Unauthenticated: the token is unknown or revoked, or none came where one is asked for.
            LedgerFault: the ledger cannot be read now.
        """
        return await _in_thread(self._principal, token, peer)

    async def claim(self, party: PartyRef, parent_version: str) -> None:
        """Take an agent's name for its owner, and note its version with the one it was trained from.

        Raises:
            NameTaken: the name belongs to somebody else.
            LedgerFault: the ledger cannot be read or written now.
        """
        await _in_thread(self._claim, party, parent_version)

    async def void(self, tokens: Set[str]) -> Set[str]:
        """Those of these token ids that open nothing now; the empty one opens a server without tokens.

        Raises:
            LedgerFault: the ledger cannot be read now.
        """
        return await _in_thread(self._void, tokens)

    def owner_of(self, principal: Principal, agent: AgentName) -> str:
        """The owner under which an agent plays."""
        return principal.owner or f"open/{agent}"

    def _principal(self, token: str, peer: str) -> Principal:
        if token:
            grant = self._ledger.tokens.authenticate(token)
            scopes = frozenset(Scope) if Scope.ADMIN in grant.scopes else grant.scopes
            return Principal(grant.owner, frozenset(map(str, scopes)), token=grant.token)
        if not self._ledger.tokens.none:
            raise Unauthenticated("this server asks for a token; give one with --token or ARENA_TOKEN")
        return Principal("", _EVERYBODY, address=caller_address(peer))

    def _void(self, tokens: Set[str]) -> Set[str]:
        void = tokens - self._ledger.tokens.good(tokens)
        return void - {""} if self._ledger.tokens.none else void

    def _claim(self, party: PartyRef, parent_version: str) -> None:
        if not party.owner.startswith("open/"):
            self._ledger.agents.register(party.agent, party.owner)
        if party.version:
            parent = (party.agent, parent_version) if parent_version else None
            self._ledger.agents.add_version(party.agent, party.version, parent)


async def _in_thread(ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(ask, *args, **kwargs)
    except ArenaError:
        raise
    except Exception as error:  # border: what a database's driver raises has no common root
        log.exception("the ledger cannot be asked")
        raise LedgerFault("the ledger cannot be read or written now; try again in a while") from error
