"""Every number and name a server is started with."""

from dataclasses import dataclass, field
from pathlib import Path

from arena.wire.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one server runs. Times are in seconds."""

    host: str = "127.0.0.1"
    port: int = 7777
    db: str = "sqlite:///arena.db"
    state: Path | None = None
    """Folder of the journal and the keys; by default the ledger's own state folder."""
    workers: int = 1
    games: tuple[str, ...] = ()
    """Plugins, games or rated ids that may be joined; empty: all."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    metrics_port: int = 0
    """Prometheus metrics are served here on the same host; 0: not at all."""
    reflection: bool = False
    """Whether clients may ask for the descriptors of the services, as grpcurl does."""
    patience: float = 2.0
    """How long an agent waits for another owner before it is given self-play."""
    drain: float = 5.0
    """How long live matches may go on after SIGTERM before they are left to the next start."""
    hello_timeout: float = 5.0
    write_timeout: float = 5.0
    """A reader that takes nothing for so long is cut."""
    max_sessions: int = 256
    """Kept per owner, connected or not; where no tokens are asked for, per address that callers come from."""
    max_watched: int = 64
    """Live matches watched at once, counted as sessions are."""
    max_followers: int = 8
    """Feeds of trajectories followed at once, counted as sessions are."""
    feed_window: int = 0
    """How many matches back a feed may begin; 0: as far as the ledger goes."""
    max_events: int = 16
    """Tournaments held at once."""
    limits: Limits = field(default_factory=Limits)
