"""A message that cannot be ends its own stream only, with the documented code and one sentence."""

import pytest

from arena.core.errors import ArenaError
from arena.v1 import play_pb2 as pb
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import Server
from tests.security.bystanders import Bystanders
from tests.security.sentences import code_of

STEER = "testing/steer"
pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES: dict[str, tuple[bytes, str]] = {
    "no protobuf": (b"\xff\xff\xff", "PROTOCOL_VIOLATION"),
    "no UTF-8": (b"\x0a\x06\x12\x04\x12\x02\xff\xfe", "PROTOCOL_VIOLATION"),
    "an empty frame": (b"\x0a\x00", "PROTOCOL_VIOLATION"),
    "10 MB of speech": (
        pb.ClientBatch(frames=[pb.ClientFrame(act=pb.Act(request_id=1, action=pb.Action(text="x" * 10_000_000)))])
        .SerializeToString(),
        "TOO_LARGE",
    ),
    "too many frames": (
        pb.ClientBatch(frames=[pb.ClientFrame(pong=pb.Pong())] * 300).SerializeToString(), "TOO_LARGE"
    ),
}  # fmt: skip
HELLO = pb.ClientBatch(frames=[pb.ClientFrame(hello=pb.Hello(client="again"))]).SerializeToString()


async def last_words(asker: Peer, data: bytes) -> str:
    """Send a message and take the code of the error that comes back, which is the end of the stream."""
    await asker.send_bytes(data)
    error = (await asker.next("error")).error
    with pytest.raises(ArenaError) as raised:
        await asker.next("nothing")
    assert raised.value.code == error.code
    return code_of(error)


@pytest.mark.parametrize(
    ("data", "code"), [*MESSAGES.values(), (HELLO, "PROTOCOL_VIOLATION")], ids=[*MESSAGES, "a second hello"]
)
async def test_a_message_that_cannot_be_ends_its_own_stream_with_the_reason(
    server: Server, bystanders: Bystanders, data: bytes, code: str
) -> None:
    async with peer(server.address) as asker:
        await asker.hello()
        assert await last_words(asker, data) == code


@pytest.mark.parametrize(("data", "code"), MESSAGES.values(), ids=MESSAGES)
async def test_a_stream_that_begins_with_what_cannot_be_ends_with_the_reason(
    server: Server, bystanders: Bystanders, data: bytes, code: str
) -> None:
    async with peer(server.address) as asker:
        assert await last_words(asker, data) == code


async def test_a_session_is_opened_only_with_its_own_token(server: Server, bystanders: Bystanders) -> None:
    async with peer(server.address) as owner:
        welcome = await owner.hello()
        for token in (b"", b"x" * 32, welcome.resume_token[:-1] + b"x"):
            async with peer(server.address) as thief:
                await thief.send(hello=pb.Hello(session_id=welcome.session_id, resume_token=token))
                assert code_of((await thief.next("error")).error) == "UNKNOWN_SESSION"
        await owner.join(STEER, "owner", matches=1)
        assert (await owner.next("joined")).joined.join_id == 1
