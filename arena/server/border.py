"""The border of the gRPC services: who is calling and whether it may, and errors as a status and one sentence."""

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

import grpc
import grpc.aio
import structlog

from arena.core.errors import (
    AccessDenied,
    ArenaError,
    Busy,
    Fault,
    Forbidden,
    Unauthenticated,
    UnknownAgent,
    UnknownGame,
    UnknownMatch,
    UnknownSession,
)
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.wire.frames import ERROR_METADATA, error_message

Context = grpc.aio.ServicerContext[Any, Any]
P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()

_STATUS: Sequence[tuple[type[ArenaError], grpc.StatusCode]] = (
    (Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (AccessDenied, grpc.StatusCode.PERMISSION_DENIED),
    (UnknownSession, grpc.StatusCode.NOT_FOUND),
    (UnknownMatch, grpc.StatusCode.NOT_FOUND),
    (UnknownGame, grpc.StatusCode.NOT_FOUND),
    (UnknownAgent, grpc.StatusCode.NOT_FOUND),
    (Busy, grpc.StatusCode.UNAVAILABLE),
    (Fault, grpc.StatusCode.INTERNAL),
    (ArenaError, grpc.StatusCode.INVALID_ARGUMENT),
)


async def fail(context: Context, error: ArenaError) -> NoReturn:
    """End a call with an error: its status, and itself in the trailing metadata."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    message = error_message(error)
    await context.abort(status, message.message, ((ERROR_METADATA, message.SerializeToString()),))
    raise AssertionError("abort does not return")


def answered(call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """The border of a unary call: what it raises becomes a status and one sentence."""

    @functools.wraps(call)
    async def bordered(*args: P.args, **kwargs: P.kwargs) -> T:
        context = cast(Context, args[-1])
        try:
            return await call(*args, **kwargs)
        except ArenaError as error:
            await fail(context, error)
        except Exception:
            log.exception("a call failed")
            await fail_on_bug(context)

    return bordered


def streamed(call: Callable[P, AsyncGenerator[T]]) -> Callable[P, AsyncGenerator[T]]:
    """The same border around a call that answers with a stream."""

    @functools.wraps(call)
    async def bordered(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[T]:
        context = cast(Context, args[-1])
        try:
            async with aclosing(call(*args, **kwargs)) as messages:
                async for message in messages:
                    yield message
        except ArenaError as error:
            await fail(context, error)
        except Exception:
            log.exception("a call failed")
            await fail_on_bug(context)

    return bordered


async def fail_on_bug(context: Context) -> NoReturn:
    """End a call that the server could not answer, whatever it was."""
    await context.abort(grpc.StatusCode.INTERNAL, "the server failed on this request; its log says why")
    raise AssertionError("abort does not return")


class Gate:
    """Who is calling, and whether it may."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    async def admit(self, context: Context, *scopes: str) -> Principal:
        """The caller, if its token has one of these scopes."""
        metadata = dict(context.invocation_metadata() or ())
        value = str(metadata.get("authorization", ""))
        kind, _, token = value.partition(" ")
        principal = await self._hall.identity.principal(token if kind.lower() == "bearer" else "", context.peer())
        if principal.scopes.isdisjoint(scopes):
            raise Forbidden(f"this token does not have the scope {scopes[0]!r}; ask the host for one that has")
        return principal
