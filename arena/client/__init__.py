"""The agent SDK: play matches of an arena server, with one seat or hundreds over one stream.

from arena.client import Agent, play

class MyAgent(Agent):
    def act(self, observation, legal, clock):
        return legal.ids[0]

play("openspiel/tic_tac_toe", MyAgent, name="my-agent", matches=10)
"""

from arena.client.client import Client
from arena.client.grpc_transport import GrpcTransport
from arena.client.joins import JoinSummary
from arena.client.patience import Patience
from arena.client.play import join, play
from arena.client.remote import Remote
from arena.client.transport import Disconnected, ServerUnreachable, Stream, Transport
from arena.core.agent import (
    Agent,
    AgentFactory,
    BatchAgent,
    Clock,
    Decision,
    Observation,
    Provenance,
    Reply,
    Resign,
    SeatInfo,
    Unavailable,
)

__all__ = [
    "Agent",
    "AgentFactory",
    "BatchAgent",
    "Client",
    "Clock",
    "Decision",
    "Disconnected",
    "GrpcTransport",
    "JoinSummary",
    "Observation",
    "Patience",
    "Provenance",
    "Remote",
    "Reply",
    "Resign",
    "SeatInfo",
    "ServerUnreachable",
    "Stream",
    "Transport",
    "Unavailable",
    "join",
    "play",
]
