"""What a conformance suite reports: one finding a promise, and the error that gathers the broken ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from arena.core.errors import ArenaError

_Trial = TypeVar("_Trial")


class Broken(AssertionError):
    """A promise does not hold; the text says how."""


class ConformanceError(AssertionError):
    """At least one promise of the contract is broken; the text lists each."""

    def __init__(self, subject: str, findings: Sequence["Finding"]) -> None:
        self.findings = tuple(finding for finding in findings if not finding.kept)
        lines = "".join(f"\n  {finding.promise}: {finding.broken}" for finding in self.findings)
        super().__init__(f"{subject} breaks {len(self.findings)} of {len(findings)} promises{lines}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One promise put to the test; `broken` says how it fails and is empty when it is kept."""

    promise: str
    sentence: str
    broken: str = ""

    @property
    def kept(self) -> bool:
        """Whether the promise held in everything that was tried."""
        return not self.broken


def require(holds: object, complaint: str) -> None:
    """Raise Broken with `complaint` unless `holds`."""
    if not holds:
        raise Broken(complaint)


def examine(trial: _Trial, promises: Sequence[Callable[[_Trial], None]]) -> list[Finding]:
    """Put every promise to the test, one after the other, whatever became of the others."""
    return [_test(trial, promise) for promise in promises]


def all_kept(subject: str, findings: list[Finding]) -> list[Finding]:
    """The findings, when every promise is kept.

    Raises:
        ConformanceError: one is broken.
    """
    if not all(finding.kept for finding in findings):
        raise ConformanceError(subject, findings)
    return findings


def _test(trial: _Trial, promise: Callable[[_Trial], None]) -> Finding:
    broken = ""
    try:
        promise(trial)
    except (Broken, ArenaError) as error:
        broken = str(error) or type(error).__name__
    except Exception as error:  # noqa: BLE001 - border: the game or agent under test may raise anything
        broken = f"{type(error).__name__}: {error}"
    return Finding(promise=promise.__name__, sentence=(promise.__doc__ or "").strip().split("\n")[0], broken=broken)
