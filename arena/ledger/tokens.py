"""Owners' tokens. The text is shown once; the ledger keeps its SHA-256 and compares in constant time."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from arena.core.errors import BadRequest, Forbidden, Unauthenticated
from arena.ledger.tables import TokenRow

_PREFIX = "arena"


class Scope(StrEnum):
    """What a token allows: to play with the owner's agents, to watch, to administer. ADMIN covers the others."""

    PLAY = "play"
    WATCH = "watch"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """Who showed a good token, and what it allows."""

    owner: str
    scopes: frozenset[Scope]
    token: str
    """Its id."""

    def require(self, scope: Scope) -> None:
        """Nothing, when the token allows this.

        Raises:
            Forbidden: it does not.
        """
        if scope not in self.scopes and Scope.ADMIN not in self.scopes:
            raise Forbidden(f"this token has no {scope} scope; ask for one that has")


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as it is listed, without its secret."""

    id: str
    owner: str
    name: str
    scopes: frozenset[Scope]
    created_ms: int
    revoked_ms: int | None


class Tokens:
    """The register of tokens."""

    def __init__(self, engine: Engine, now_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ms = now_ms

    def create(self, owner: str, scopes: Iterable[Scope | str], name: str = "") -> str:
        """A new token, `arena_<id>_<secret>`; its text cannot be had again.

        Raises:
            BadRequest: no owner, or an unknown scope or none.
        """
        granted = _scopes(scopes)
        if not owner.strip():
            raise BadRequest("a token needs an owner's name")
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        text = f"{_PREFIX}_{token_id}_{secret}"
        row = TokenRow(
            id=token_id,
            owner=owner,
            name=name,
            scopes=" ".join(sorted(granted)),
            digest=_digest(text),
            created_ms=self._now_ms(),
            revoked_ms=None,
        )
        with Session(self._engine) as session:
            session.add(row)
            session.commit()
        return text

    def authenticate(self, text: str) -> Grant:
        """What a token allows.

        Raises:
            Unauthenticated: it is unknown, mistaken or revoked; which one is not told.
        """
        with Session(self._engine) as session:
            row = session.get(TokenRow, _id(text))
        stored = row.digest if row is not None else bytes(32)
        if not hmac.compare_digest(stored, _digest(text)) or row is None or row.revoked_ms is not None:
            raise Unauthenticated("the token is unknown or revoked; `arena token create` makes one")
        return Grant(row.owner, _scopes(row.scopes.split()), row.id)

    @property
    def none(self) -> bool:
        """Whether no token was ever made: a revoked one counts too, since the last one gone must not open the doors."""
        with Session(self._engine) as session:
            return session.exec(select(TokenRow.id).limit(1)).first() is None

    def good(self, token_ids: Collection[str]) -> Set[str]:
        """Those of these ids whose token is not revoked."""
        query = select(TokenRow.id).where(col(TokenRow.id).in_(token_ids), col(TokenRow.revoked_ms).is_(None))
        with Session(self._engine) as session:
            return frozenset(session.exec(query))

    def revoke(self, token_id: str) -> None:
        """Make a token worthless from now on.

        Raises:
            BadRequest: there is none of this id.
        """
        with Session(self._engine) as session:
            row = session.get(TokenRow, token_id)
            if row is None:
                raise BadRequest(f"there is no token {token_id!r}; `arena token list` shows their ids")
            if row.revoked_ms is None:
                row.revoked_ms = self._now_ms()
                session.add(row)
                session.commit()

    def all(self, owner: str | None = None) -> list[TokenLine]:
        """Every token, or an owner's, oldest first."""
        query = select(TokenRow).order_by(col(TokenRow.created_ms), col(TokenRow.id))
        if owner is not None:
            query = query.where(TokenRow.owner == owner)
        with Session(self._engine) as session:
            return [_line(row) for row in session.exec(query)]


def _line(row: TokenRow) -> TokenLine:
    return TokenLine(row.id, row.owner, row.name, _scopes(row.scopes.split()), row.created_ms, row.revoked_ms)


def _scopes(names: Iterable[str]) -> frozenset[Scope]:
    try:
        scopes = frozenset(map(Scope, names))
    except ValueError:
        raise BadRequest("a scope is one of play, watch and admin") from None
    if not scopes:
        raise BadRequest("a token needs a scope: play, watch or admin")
    return scopes


def _id(text: str) -> str:
    parts = text.split("_", 2)
    return parts[1].replace("\0", "") if len(parts) == 3 else ""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
