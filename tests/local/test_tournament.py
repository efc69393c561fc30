"""Tournaments held in one process tree, and gone on with after any stop."""

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.core.errors import BadEntry, BadEvent, BadRequest, UnknownAgent
from arena.ledger import Ledger
from arena.ledger.tournaments import EventState, StoredEvent
from arena.local.conductor import Pace
from arena.local.event import OpenEvent
from arena.local.standings import EventReport, report
from arena.local.tournament import begin, conduct
from arena.tournament.files import read
from tests.match.conftest import trouble_plugin

__all__ = ["trouble_plugin"]

FOLDER = Path(__file__).parent.parent.parent / "tournaments"
# Held in tests/e2e, on a server and with a look at the outcome.
ELSEWHERE = {"balloon_feedback", "kuhn_poker_pool", "kuhn_poker_open"}
SHIPPED = [path for path in sorted(FOLDER.glob("*.toml")) if path.stem not in ELSEWHERE]
ROBIN = '[format]\nkind = "round robin"\n'
PUBLIC = "[sets]\ndeals = 4\npublic_seeds = true\nseed = 3\n"


def event_of(rest: str = ROBIN, agents: str = "random first", options: str = "") -> str:
    """An event of `trouble/sum`, in which the agents of a blank-separated list take part."""
    entrants = "".join(
        f'[[entrants]]\nname = "a{number}"\nspec = "{spec}"\n' for number, spec in enumerate(agents.split())
    )
    return f'name = "Trouble"\n[game]\nid = "trouble/sum"\n[game.options]\n{options}\n{rest}{entrants}'


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as opened:
        yield opened


def held(ledger: Ledger, text: str) -> EventReport:
    return report(ledger, conduct(ledger, begin(ledger, text)))


def match_ids(ledger: Ledger) -> list[str]:
    return [line.match_id for line in ledger.matches(limit=100_000)]


def seeds_by_set(ledger: Ledger) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in ledger.matches(limit=100_000):
        found.setdefault(line.set_id, []).append(ledger.result(line.match_id).plan.seed.hex())
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_event_runs_as_it_stands(ledger: Ledger, path: Path) -> None:
    found = held(ledger, read(path))
    assert found.state == "over"
    assert 0 < found.sets == found.scheduled
    assert found.expected is None or found.sets <= found.expected
    assert found.matches == len(match_ids(ledger))
    assert all(by for by in found.ratings.values())
    assert ledger.verify().chain_ok


def test_a_shared_deal_is_shared_by_all_rotations_and_no_other(ledger: Ledger) -> None:
    held(ledger, event_of(ROBIN + "[sets]\nduplicate = true\ndeals = 3\n"))
    held(ledger, event_of(ROBIN + "[sets]\nduplicate = false\ndeals = 3\n"))
    counts = [sorted(Counter(seeds).values()) for seeds in seeds_by_set(ledger).values()]
    assert sorted(counts) == [[1] * 6, [2] * 3]


def test_public_seeds_make_every_run_the_same_and_secret_ones_none(ledger: Ledger) -> None:
    for text in (event_of(ROBIN + PUBLIC), event_of()):
        for _ in range(2):
            held(ledger, text)
    public_1, public_2, secret_1, secret_2 = (
        [row.set_id for row in ledger.tournaments.pairings(event.id)] for event in ledger.tournaments.all()
    )
    seeds = seeds_by_set(ledger)
    assert not set(public_1) & set(public_2)
    assert [seeds[one] for one in public_1] == [seeds[one] for one in public_2]
    assert [seeds[one] for one in secret_1] != [seeds[one] for one in secret_2]


def test_sets_are_interleaved(ledger: Ledger) -> None:
    held(ledger, event_of(ROBIN + "[sets]\ndeals = 20\n", "random first null"))
    order = [line.set_id for line in reversed(ledger.matches(limit=1_000))]
    assert len(order) == 3 * 40
    assert len(set(order[:20])) == 3


def test_a_void_match_is_played_once_more_and_then_its_set_counts_for_nobody(ledger: Ledger) -> None:
    found = held(ledger, event_of(options='fault = "raise"'))
    assert found.state == "over"
    assert (found.sets, found.matches, len(match_ids(ledger))) == (1, 2, 4)
    assert [line.sets for line in found.standings] == [0, 0]
    assert found.ratings == {"trueskill": {}}


def test_whoever_is_never_there_loses_and_is_out(ledger: Ledger) -> None:
    rules = '[format]\nkind = "gauntlet"\nchallengers = ["a0"]\nrounds = 60\n[faults]\nwithdraw_after = 2\n'
    found = held(ledger, event_of(rules, "random trouble:absent"))
    present, absent = found.standings
    assert (absent.agent, absent.state, absent.points) == ("a1", "withdrawn", 0.0)
    assert absent.losses == present.wins == absent.sets == found.sets < 60
    assert found.ratings["trueskill"]["a1"].clean is None


def test_a_stop_rule_ends_an_event_and_says_so(ledger: Ledger) -> None:
    found = held(ledger, event_of('[format]\nkind = "ladder"\n[stop]\nsets = 3\n'))
    assert (found.state, found.sets, found.event.note) == ("over", 3, "3 sets were scheduled")


class Stopper:
    """Looks on, and stops the run once `most` matches have landed."""

    def __init__(self, ledger: Ledger, event: StoredEvent, how: str, most: int) -> None:
        self.ledger, self.event, self.how, self.most = ledger, event, how, most
        self.seen: list[Pace] = []

    def __call__(self, pace: Pace) -> None:
        self.seen.append(pace)
        if pace.matches < self.most:
            return
        if self.how == "stop":
            self.ledger.tournaments.ask_to_stop(self.event.id)
        else:
            signal.raise_signal(signal.Signals[self.how])


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "stop"])
def test_a_stopped_event_goes_on_with_the_matches_that_are_missing(
    ledger: Ledger, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.local.tenure._BEAT_SECONDS", 0.01)
    total = 6 * 400
    stored = begin(ledger, event_of(ROBIN + "[sets]\ndeals = 200\n", "random first null random"))
    stopper = Stopper(ledger, stored, how, most=7)
    stopped = conduct(ledger, stored, watcher=stopper)
    assert stopped.state is EventState.STOPPED
    before = match_ids(ledger)
    assert 7 <= len(before) < total
    half_landed = [one for one in ledger.tournaments.pairings(stored.id) if not ledger.tournaments.outcome(one.set_id)]
    assert any(ledger.tournaments.landed_of(one.set_id) for one in half_landed)
    paces: list[Pace] = []
    assert conduct(ledger, stopped, watcher=paces.append).state is EventState.OVER
    assert paces[0].matches == len(before)
    assert (paces[-1].matches, paces[-1].all_matches) == (total, total)
    after = match_ids(ledger)
    assert set(Counter(after).values()) == {1}
    assert len(after) == total
    assert set(before) < set(after)


def test_an_event_that_is_over_or_held_elsewhere_is_not_gone_on_with(ledger: Ledger) -> None:
    over = conduct(ledger, begin(ledger, event_of()))
    with pytest.raises(BadRequest, match=r"trouble-1 is over; run its file to hold it once more"):
        conduct(ledger, over)
    other = begin(ledger, event_of())
    ledger.tournaments.claim(other)
    with pytest.raises(BadRequest, match=r"trouble-2 is being held by process \d+ on .*`arena tournament stop trouble"):
        conduct(ledger, ledger.tournaments.find(other.id))


def test_an_event_whose_rules_have_changed_is_not_gone_on_with(ledger: Ledger) -> None:
    now = begin(ledger, event_of())
    then = ledger.tournaments.add(name=now.name, digest=now.digest, game=now.game, version="0.9.0", text=now.text)
    with pytest.raises(BadRequest, match=r"began with version 0.9.0 of trouble/sum, and .* is installed"):
        conduct(ledger, then)


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (event_of(agents="random nobody"), UnknownAgent, "unknown agent 'nobody'"),
        (event_of() + '[[entrants]]\nname = "far"\nremote = true\n', BadEvent, r"far can only come over the network"),
    ],
)
def test_what_cannot_be_held_here_is_refused_and_not_stored(
    ledger: Ledger, text: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        begin(ledger, text)
    assert ledger.tournaments.all() == []


def test_bradley_terry_says_what_its_ratings_rest_on(ledger: Ledger) -> None:
    systems, agents = (
        'ratings = ["bradley-terry", "elo"]\n',
        "trouble:steady trouble:absent trouble:steady trouble:absent",
    )
    robin = held(ledger, systems + event_of(ROBIN, "trouble:steady trouble:absent"))
    swiss = held(ledger, systems + event_of('[format]\nkind = "swiss"\nrounds = 1\n', agents))
    assert set(robin.ratings) == {"bradley-terry", "elo"}
    assert robin.notes == [
        "a0 lost no point, so that their distance to the others rests on the prior",
        "a1 won no point, so that their distance to the others rests on the prior",
    ]
    assert "the entrants fall into 2 groups that never met" in swiss.notes[0]


def test_a_set_is_the_same_in_every_process_and_tells_nothing(ledger: Ledger) -> None:
    stored = begin(ledger, event_of())
    opened = OpenEvent.of(stored.text)
    conduct(ledger, stored)
    (pairing,) = opened.director.due(opened.director.course())
    (row,) = ledger.tournaments.pairings(stored.id)
    assert row.entrants == pairing.entrants
    assert len(row.set_id) == 32
    assert set(row.set_id) <= set("0123456789abcdef")


def test_event_whose_entrant_brings_what_no_seat_may_is_not_begun(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "unfit.py").write_text(
        "from arena.agents.simple import FirstAgent\n"
        "class Bringer(FirstAgent):\n"
        "    entry = classmethod(lambda cls, game, config: 'what no seat may bring')\n"
    )
    with pytest.raises(BadEntry, match="entrant a1: "):
        begin(ledger, event_of(agents=f"random {tmp_path}/unfit.py:Bringer"))
    assert ledger.tournaments.latest("Trouble") is None
