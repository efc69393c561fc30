"""Hostile speech in a live match: whoever follows it with `arena watch` sees words between quotation marks, no more."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pytest

from arena.agents.injections import hostile_speeches
from arena.cli.output import harmless
from arena.core.speech import one_line
from tests.e2e.peer import Peer, peer
from tests.e2e.serving import Server, watch
from tests.security.test_terminal import steering

GAME = "negotiation/balloon?rounds=60"
"""Nothing is drawn, so that two matches differ by their words alone; there are 120 turns to say something in."""
STANDING = re.compile(r"--- step \d+|Turns taken: \d+ of 120\.|It is the (?:seller|buyer)'s turn\.")
SPEECHES = [words for words in hostile_speeches() if one_line(words)]


@pytest.mark.asyncio(loop_scope="module")
async def test_no_script_steers_a_watcher_s_terminal_or_adds_a_line(server: Server) -> None:
    plain = await watched(server, ["hello"] * len(SPEECHES))
    hostile = await watched(server, SPEECHES)
    assert not steering(hostile)
    said = iter(SPEECHES)
    assert story(hostile) == [quoting(line, said) for line in story(plain)]
    assert list(said) == []


def story(printed: str) -> list[str]:
    """The lines that tell what happened. How many lines tell how things stand depends on which views a watcher sees."""
    return [line for line in printed.splitlines() if not STANDING.fullmatch(line)]


def quoting(line: str, said: Iterator[str]) -> str:
    """What a line with a harmless speech becomes with the next hostile one."""
    before, quoted, after = line.partition('"hello"')
    return before + harmless(json.dumps(one_line(next(said)), ensure_ascii=False)) + after if quoted else line


async def watched(server: Server, speeches: Sequence[str]) -> str:
    """What `arena watch` prints of a match in which every act comes with the next of the speeches."""
    async with peer(server.address) as one, peer(server.address) as two:
        agents = (one, two)
        for number, agent in enumerate(agents):
            await agent.hello()
            await agent.join(GAME, f"talker-{number}", matches=2)
        match = await first_match(one)
        loop, begun = asyncio.get_running_loop(), asyncio.Event()
        watching = asyncio.create_task(
            asyncio.to_thread(watch, server, match, lambda: loop.call_soon_threadsafe(begun.set))
        )
        await begun.wait()
        words: dict[str, Iterator[str]] = defaultdict(lambda: iter(speeches))
        await asyncio.gather(*(talk(agent, words) for agent in agents))
        return await watching


async def first_match(agent: Peer) -> str:
    """The first match that the agent is given a seat in; the frame stays to be asked for."""
    frame = await agent.next("seat_assigned")
    agent.frames.insert(0, frame)
    return frame.seat_assigned.match_id


async def talk(agent: Peer, words: Mapping[str, Iterator[str]]) -> None:
    """Decline in every turn, and say the next of a match's words as long as there are any."""
    matches: dict[int, str] = {}
    while True:
        frame = await agent.next("seat_assigned", "decision_request", "join_ended")
        if frame.HasField("join_ended"):
            return
        if frame.HasField("seat_assigned"):
            matches[frame.seat_assigned.seat_ref] = frame.seat_assigned.match_id
            continue
        said = next(words[matches[frame.decision_request.seat_ref]], None)
        act = {"act": "reject"} if said is None else {"act": "reject", "message": said}
        await agent.act(frame.decision_request.request_id, json=json.dumps(act).encode())
