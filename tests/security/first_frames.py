"""What a seat could tell from sizes and times alone: the frames of a match's first step, and a classifier over them."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np

from arena.agents.sampling import sample
from arena.core.legal import Choices
from arena.v1 import play_pb2 as pb
from arena.wire.actions import fill_action
from arena.wire.prompts import read_prompt
from tests.e2e.peer import Peer, peer

ANSWER_SECONDS = 0.004
"""The longest an answer takes; each takes a time of its own, whatever the role."""


@dataclass
class SeatFrames:
    """One seat's frames: when each came, in seconds from its assignment, and how large it was."""

    assigned: float
    role: str = ""
    came: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)

    def features(self, prompts: int) -> list[float]:
        """Per prompt: its size, when it came, how long after the answer before, how soon the answer was accepted."""
        rows = zip(self.came[:prompts], self.sizes, self.sent, self.accepted, strict=False)
        found: list[float] = []
        before = self.assigned
        for came, size, sent, accepted in rows:
            found += [size, came - self.assigned, came - before, accepted - sent]
            before = sent
        return found


@dataclass
class FirstFrames:
    """The frames of the first `prompts` prompts of each seat in many matches; a seat tells its own role itself."""

    prompts: int
    seats: dict[str, dict[int, SeatFrames]] = field(default_factory=dict)

    def complete(self) -> Iterator[tuple[dict[int, str], dict[int, list[float]]]]:
        """Roles and features by seat, of each match in which every seat was sent so many prompts."""
        for seats in self.seats.values():
            found = {seat: frames.features(self.prompts) for seat, frames in seats.items()}
            if {len(row) for row in found.values()} == {4 * self.prompts}:
                yield {seat: frames.role for seat, frames in seats.items()}, found


async def collect(address: str, game: str, matches: int, prompts: int, seed: int) -> FirstFrames:
    """Two agents play the first steps of at least so many matches, then one gives up."""
    frames = FirstFrames(prompts)
    async with AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(peer(address)) for _ in range(2)]
        for number, agent in enumerate(agents):
            await agent.hello()
            await agent.join(game, f"watcher-{number}", matches=matches, wants=["text", "view", "events", "labels"])
        await asyncio.gather(*(_Watcher(agent, frames, Random(f"{seed}/{n}")).play() for n, agent in enumerate(agents)))
    return frames


class _Watcher:
    """One agent that answers at random, each decision after a time of its own, and notes what its seats are sent."""

    def __init__(self, agent: Peer, frames: FirstFrames, rng: Random) -> None:
        self._agent, self._frames, self._rng = agent, frames, rng
        self._seats: dict[int, SeatFrames] = {}
        self._owner: dict[int, SeatFrames] = {}
        self._outbox: asyncio.Queue[tuple[pb.ClientFrame, SeatFrames | None]] = asyncio.Queue()

    async def play(self) -> None:
        """Until the join has ended."""
        writing = asyncio.create_task(self._write())
        try:
            while await self._take(await self._agent.next(*_KINDS), time.perf_counter()):
                self._agent.seen.clear()
                self._agent.bytes.clear()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            frame, seat = await self._outbox.get()
            if seat is not None:
                seat.sent.append(time.perf_counter())
            await self._agent.send_batch(frame)

    async def _take(self, frame: pb.ServerFrame, now: float) -> bool:
        if frame.seq % _ACKNOWLEDGED == 0 and frame.seq:
            self._outbox.put_nowait((pb.ClientFrame(ack=pb.Ack(seq=frame.seq)), None))
        match frame.WhichOneof("frame"):
            case "seat_assigned":
                given = frame.seat_assigned
                self._seats[given.seat_ref] = SeatFrames(now)
                self._frames.seats.setdefault(given.match_id, {})[given.seat] = self._seats[given.seat_ref]
            case "decision_request":
                self._asked(frame, now)
            case "accepted":
                for request in frame.accepted.request_ids:
                    self._owner[request].accepted.append(now)
            case "join_ended":
                return False
        return True

    def _asked(self, frame: pb.ServerFrame, now: float) -> None:
        asked = frame.decision_request
        seat, legal = self._seats[asked.seat_ref], read_prompt(asked.prompt)[1]
        if len(seat.came) >= self._frames.prompts or not isinstance(legal, Choices):
            self._outbox.put_nowait((pb.ClientFrame(resign=pb.Resign(seat_ref=asked.seat_ref)), None))
            return
        seat.role = seat.role or next((_role(event) for event in asked.prompt.events if event.kind == "role"), "")
        seat.came.append(now)
        seat.sizes.append(len(frame.SerializeToString()))
        self._owner[asked.request_id] = seat
        act = pb.Act(request_id=asked.request_id)
        fill_action(act.action, sample(legal, self._rng))
        wait = self._rng.random() * ANSWER_SECONDS
        asyncio.get_running_loop().call_later(wait, self._outbox.put_nowait, (pb.ClientFrame(act=act), seat))


_ACKNOWLEDGED = 64
"""Frames after which their arrival is told."""
_KINDS = ("seat_assigned", "decision_request", "accepted", "join_ended")


def _role(event: pb.Event) -> str:
    return str(json.loads(event.data_json)["role"])


def pairs(frames: FirstFrames, viewer_role: str, wanted: str) -> tuple[Any, Any, Any]:
    """What each seat of `viewer_role` was sent, and another seat's number; whether that one is `wanted`; the match."""
    rows, labels, groups = [], [], []
    for number, (roles, found) in enumerate(frames.complete()):
        unknown = [seat for seat, role in roles.items() if role == "villager" or role != viewer_role]  # no pack mates
        for viewer, other in ((v, o) for v in found for o in unknown if v != o and roles[v] == viewer_role):
            rows.append([*found[viewer], viewer, other, (other - viewer) % len(roles)])
            labels.append(roles[other] == wanted)
            groups.append(number)
    return np.array(rows), np.array(labels), np.array(groups)


def areas(x: Any, y: Any, groups: Any, seed: int = 0) -> dict[str, tuple[float, float, float]]:
    """By classifier: the area under the ROC curve of forecasts for matches not learnt from, and its 95 % interval.

    Ten folds by match; the interval is a bootstrap over matches.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    kinds: dict[str, Any] = {
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        "gradient boosting": HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=15, random_state=seed),
    }
    found = {}
    for name, model in kinds.items():
        folds = GroupKFold(10)
        with threadpool_limits(1):  # on a busy machine, threads that wait for one another wait long
            forecast = cross_val_predict(model, x, y, groups=groups, cv=folds, method="predict_proba")[:, 1]
        found[name] = (_area(y, forecast), *_interval(y, forecast, groups, seed))
    return found


def _area(y: Any, forecast: Any) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(y, forecast))


def _interval(y: Any, forecast: Any, groups: Any, seed: int, draws: int = 200) -> Sequence[float]:
    rng = np.random.default_rng(seed)
    rows = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    areas = []
    for _ in range(draws):
        chosen = np.concatenate([rows[n] for n in rng.integers(0, len(rows), len(rows))])
        areas.append(_area(y[chosen], forecast[chosen]))
    return [float(value) for value in np.quantile(areas, [0.025, 0.975])]
