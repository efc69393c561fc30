"""A feed as a data set of torch, which loads when the first one is made."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from arena.core.errors import BadRequest
from arena.training.feed import Feed
from arena.training.trajectory import Trajectory

if TYPE_CHECKING:
    from torch.utils.data import IterableDataset


class Samples:
    """What a feed's trajectories are made into, one after another over all epochs, and how far they are dealt with."""

    def __init__(self, feed: Feed, samples: Callable[[Trajectory], Iterable[Any]]) -> None:
        self._feed = feed
        self._samples = samples
        self._handed = feed.cursor
        self._stream = self._all()

    def __iter__(self) -> Iterator[Any]:
        from torch.utils.data import get_worker_info

        if get_worker_info() is not None:
            raise BadRequest(
                "a feed is one stream with one cursor, which a worker's prefetching would move past what nobody has "
                "seen: give the DataLoader num_workers=0"
            )
        return self._stream

    def done(self) -> None:
        """Every sample that was handed out so far is dealt with: after a kill, what comes first is behind it."""
        self._feed.done(self._handed)

    def _all(self) -> Generator[Any]:
        for trajectory in self._feed:
            samples = list(self._samples(trajectory))
            for left, sample in zip(reversed(range(len(samples))), samples, strict=True):
                if not left:
                    self._handed = self._feed.reached
                yield sample


def dataset(
    feed: Feed, samples: Callable[[Trajectory], Iterable[Any]] = lambda trajectory: (trajectory,)
) -> "IterableDataset[Any]":
    """The samples of each trajectory as an `IterableDataset`; without `samples`, the trajectories themselves.

    The feed must be `by_hand`, since a DataLoader takes whole batches: only the trainer knows what it has dealt with,
    and calls `done()` of the data set behind the step that it made of a batch. What was loaded after that comes again
    when it is killed, as does a trajectory whose last sample had not been handed out. The loader works in this process
    (`num_workers=0`); to play matches again, which is the work, is the server's.

    Raises:
        BadRequest: torch is not installed, or the feed is not `by_hand`. While iterating: in a worker; as the feed.
    """
    try:
        from torch.utils.data import IterableDataset
    except ImportError:
        raise BadRequest("a data set for torch needs it; install arena[hf]") from None
    if not feed.by_hand:
        raise BadRequest("a DataLoader takes whole batches, so the feed is to be told what is dealt with: by_hand=True")

    class FeedDataset(Samples, IterableDataset[Any]):  # type: ignore[misc]  # torch has no types here
        pass

    return FeedDataset(feed, samples)
