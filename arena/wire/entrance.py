"""The frames by which an agent's process enters: Hello and Join, checked and as core values."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from arena.core.errors import (
    ArenaError,
    BadEntry,
    BadOption,
    BadRequest,
    BadSeats,
    ProtocolViolation,
    TooLarge,
    UnknownGame,
)
from arena.core.values import AgentName, Fields, Json
from arena.v1 import play_pb2 as pb
from arena.wire.json_values import read_json, read_object
from arena.wire.limits import MAX_ENTRY_BYTES, MAX_GAME_ID, MAX_NAME, MAX_OPTIONS_BYTES, MAX_WANTS, Limits
from arena.wire.unfit import Unfit

T = TypeVar("T")

AGENT_NAME: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{MAX_NAME}}}")
VERSION: Final = re.compile(rf"[!-~]{{0,{MAX_NAME}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """A wish to take part in a game's matches; the meanings are those of `arena.v1.Join`."""

    join_id: int
    game: str
    options: dict[str, Json]
    agent: AgentName
    agent_version: str
    parent_version: str
    seats: int
    matches: int
    wants: Fields
    entry: Json
    tournament: str


def check_hello(hello: pb.Hello) -> None:
    """Raise ProtocolViolation unless every part of the hello is within its bounds."""
    if len(hello.client.encode()) > MAX_NAME:
        raise ProtocolViolation(f"hello.client is longer than {MAX_NAME} bytes")
    if len(hello.session_id) > MAX_NAME or len(hello.resume_token) > MAX_NAME:
        raise ProtocolViolation("hello.session_id and hello.resume_token are what the latest welcome stated, or empty")


def check_game_id(game: str) -> None:
    """Raise UnknownGame for what is too long to name a game."""
    if len(game) > MAX_GAME_ID:
        raise UnknownGame(f"a game id of {len(game)} characters names no game; at most {MAX_GAME_ID} are taken")


def read_options(data: bytes) -> dict[str, Json]:
    """A game's options; no bytes are no options.

    Raises:
        TooLarge: more than MAX_OPTIONS_BYTES.
        BadOption: the bytes are no JSON object.
    """
    return _json(read_object, data or b"{}", MAX_OPTIONS_BYTES, BadOption, "options")


def read_join(join: pb.Join, limits: Limits) -> JoinRequest:
    """A checked join.

    Raises:
        BadRequest, and its leaves BadOption, BadEntry, BadSeats, TooLarge, UnknownGame: one sentence on what is out
            of bounds.
    """
    _check_names(join)
    seats = max(join.seats, 1)
    if seats > limits.max_seats:
        raise BadSeats(f"{join.seats} seats are more than the {limits.max_seats} of one session")
    return JoinRequest(
        join_id=join.join_id,
        game=join.game,
        options=read_options(join.options_json),
        agent=AgentName(join.agent),
        agent_version=join.agent_version,
        parent_version=join.parent_version,
        seats=seats,
        matches=join.matches,
        wants=frozenset(join.wants),
        entry=_json(read_json, join.entry_json or b"null", MAX_ENTRY_BYTES, BadEntry, "entry"),
        tournament=join.tournament,
    )


def _check_names(join: pb.Join) -> None:
    if not join.join_id:
        raise BadRequest("join_id is 0; choose another number, unique in the session")
    check_game_id(join.game)
    if not AGENT_NAME.fullmatch(join.agent):
        raise BadRequest(f"an agent's name is 1 to {MAX_NAME} letters, digits, dots, underscores and hyphens")
    if not (VERSION.fullmatch(join.agent_version) and VERSION.fullmatch(join.parent_version)):
        raise BadRequest(f"an agent's version is at most {MAX_NAME} printable characters without spaces")
    if len(join.tournament) > MAX_NAME:
        raise BadRequest(f"a tournament's id has at most {MAX_NAME} characters")
    if join.tournament and join.matches:
        raise BadRequest("a tournament says itself how many matches there are; leave matches out")
    if len(join.wants) > MAX_WANTS or any(len(name) > MAX_NAME for name in join.wants):
        raise BadRequest(f"wants names at most {MAX_WANTS} fields of at most {MAX_NAME} characters each")


def _json(read: Callable[[bytes], T], data: bytes, limit: int, leaf: type[ArenaError], name: str) -> T:
    if len(data) > limit:
        raise TooLarge(f"the {name}: {len(data)} bytes are too many; at most {limit} are taken")
    try:
        return read(data)
    except Unfit as error:
        raise leaf(f"the {name}: this {error}") from error
