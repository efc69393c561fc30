"""The session's own state, without any I/O: who we are to the server, and what has arrived."""

from typing import Final

from arena.client.transport import Disconnected
from arena.v1 import play_pb2 as pb
from arena.wire.limits import Limits

CLIENT: Final = "arena-py/0.1.0"
PROTOCOL_MINOR: Final = 1


class Session:
    """One session over as many streams as it takes.

    new -> hello -> welcome (fresh or resumed) -> frames in sequence -> cut -> hello -> ...
    """

    def __init__(self) -> None:
        self.limits = Limits()
        self.forget()

    def forget(self) -> None:
        """The server knows this session no more: the next hello opens a new one."""
        self.id = ""
        self._token = b""
        self._epoch = 0
        self._last_seq = 0
        self._acked = 0

    @property
    def unacked(self) -> int:
        """Frames that arrived since the last acknowledgement."""
        return self._last_seq - self._acked

    def hello(self) -> bytes:
        """The first frame of a stream, encoded."""
        hello = pb.Hello(
            client=CLIENT,
            protocol_minor=PROTOCOL_MINOR,
            session_id=self.id,
            resume_token=self._token,
            epoch=self._epoch,
            last_seq=self._last_seq,
        )
        return pb.ClientFrame(hello=hello).SerializeToString()

    def welcome(self, message: pb.Welcome) -> bool:
        """Take a welcome in. True when this is a new start, so that all seats and requests are to be forgotten."""
        resumed = (message.session_id, message.epoch) == (self.id, self._epoch)
        fresh = not resumed or message.resumed_after > self._last_seq
        if fresh:
            self._last_seq = message.resumed_after
        self.id, self._token, self._epoch = message.session_id, message.resume_token, message.epoch
        self.limits = Limits.read(message.limits)
        self._acked = self._last_seq
        return fresh

    def arrives(self, seq: int) -> bool:
        """Count a frame in; False for one that arrived before.

        Raises:
            Disconnected: frames are missing before this one, so that only a resume can help.
        """
        if seq == 0:
            return True
        if seq <= self._last_seq:
            return False
        if seq != self._last_seq + 1:
            raise Disconnected(f"frame {seq} came after frame {self._last_seq}")
        self._last_seq = seq
        return True

    def ack(self) -> bytes | None:
        """The acknowledgement that is due, encoded; None when there is nothing new."""
        if self._acked == self._last_seq:
            return None
        self._acked = self._last_seq
        return pb.ClientFrame(ack=pb.Ack(seq=self._last_seq)).SerializeToString()
