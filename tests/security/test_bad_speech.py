"""Speech is shown to others without the characters that could deceive or command their screens."""

import asyncio
import json

import pytest

from arena.v1 import play_pb2 as pb
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import Server
from tests.security.bystanders import Bystanders

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_bidi_and_control_characters_reach_nobody_as_they_are(server: Server, bystanders: Bystanders) -> None:
    evil = "a\u202eb\u2066c\x1b[2J\x07\x00\u200b\ud7ff\ufeffd"
    async with peer(server.address) as one, peer(server.address) as two:
        for name, agent in (("mouth", one), ("ear", two)):
            await agent.hello()
            await agent.join("werewolf/ww4-mini", name, matches=2, wants=["text", "events"])
        await asyncio.gather(*(converse(agent, evil) for agent in (one, two)))
        arrived = "".join(map(words_of, [*one.seen, *two.seen]))
    assert not set("\u202e\u2066\x1b\x07\x00\u200b\ufeff") & set(arrived)
    assert "abc[2J" in arrived


def words_of(frame: pb.ServerFrame) -> str:
    """All that a prompt shows, as its reader takes it."""
    prompt = frame.decision_request.prompt
    shown = [field.text for field in prompt.fields] + [field.json.decode() for field in prompt.fields]
    shown += [event.data_json.decode() for event in prompt.events]
    return "".join(
        json.dumps(json.loads(text), ensure_ascii=False) if text[:1] in ("{", "[") else text for text in shown
    )


async def converse(agent: Peer, words: str) -> None:
    """Say `words` whenever speech is asked for, until one match has ended."""
    while True:
        frame = await agent.next("decision_request", "match_ended")
        if frame.HasField("match_ended"):
            return
        asked = frame.decision_request
        form = asked.prompt.legal.WhichOneof("form")
        if form == "text":
            await agent.act(asked.request_id, text=words)
        else:
            await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])
