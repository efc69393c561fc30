"""Who may have two agents meet, and that one challenge sent again is not a second one."""

from collections.abc import Collection, Sequence

from arena.core.errors import BadRequest, Forbidden
from arena.server.joins import Taking
from arena.server.session import Principal
from arena.server.summaries import is_admin
from arena.wire.limits import MAX_NAME

_REMEMBERED = 1024


class Challenges:
    """The challenges of late, by the owner that sent them and the key it chose."""

    def __init__(self) -> None:
        self._terms: dict[tuple[str, str], tuple[str, ...]] = {}

    def is_repeated(self, by: Principal, key: str, *terms: str) -> bool:
        """Whether this owner has sent just this challenge under this key; an empty key is never the same.

        Raises:
            BadRequest: the key is too long, or was used for another challenge.
        """
        if len(key) > MAX_NAME:
            raise BadRequest(f"an idempotency_key of {len(key)} characters is too long; at most {MAX_NAME} are taken")
        known = self._terms.get((by.owner, key)) if key else None
        if known not in {None, terms}:
            raise BadRequest("this idempotency_key was used for another challenge; choose a new one for this")
        return known is not None

    def remember(self, by: Principal, key: str, *terms: str) -> None:
        """This challenge stands."""
        if key:
            self._terms[by.owner, key] = terms
        if len(self._terms) > _REMEMBERED:
            del self._terms[next(iter(self._terms))]


def check_challenger(by: Principal, agents: Sequence[str], joined: Collection[Taking]) -> None:
    """Nothing, when the caller owns one of these agents among those that joined the game, or is an admin.

    Where no token is asked for there are no owners, and everybody may.

    Raises:
        Forbidden: it is neither.
    """
    if not by.owner or is_admin(by):
        return
    if not any(taking.party.owner == by.owner and taking.party.agent in agents for taking in joined):
        raise Forbidden("only the owner of one of the two agents may have them meet; challenge with an agent of yours")
