"""`arena tournament`: events are held, looked at, stopped and gone on with; whatever is wrong is one sentence."""

import io
import re
import signal
import subprocess
import sys

import psutil
import pytest

from arena.cli.tournament_view import progress
from arena.ledger import Ledger
from arena.local.conductor import Pace
from arena.local.tournament import begin
from tests.cli.terminal import ARENA, environment

ENTRANTS = """
[[entrants]]
name = "uniform"
spec = "random"

[[entrants]]
name = "pass"
spec = "first"
"""
EVENT = """
name = "Evening"
ratings = ["trueskill", "elo"]

[game]
id = "openspiel/kuhn_poker"

[format]
kind = "round robin"
cycles = {cycles}

[sets]
deals = {deals}
"""
LOOK_SECONDS = 0.05
SHOWN = [
    "tournament",
    "name",
    "game",
    "format",
    "state",
    "note",
    "started_ms",
    "seconds",
    "matches",
    "sets",
    "standings",
    "notes",
    "duplicate",
    "variance_saved",
]


@pytest.fixture
def event(tmp_path):
    """Writes an event of so many sets."""

    def write(cycles=2, deals=4, more="", entrants=ENTRANTS):
        file = tmp_path / "evening.toml"
        file.write_text(EVENT.format(cycles=cycles, deals=deals) + more + entrants)
        return file

    return write


@pytest.fixture
def endless(tmp_path, event):
    """An event that a process is playing, and will be for hours; some of it has landed."""
    process = subprocess.Popen(
        [ARENA, "tournament", "run", event(cycles=1_000, deals=1_000), "--workers", "1"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        while not any(ledger.tournaments.settled(one.id) for one in ledger.tournaments.all()):  # ends by the timeout
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def test_an_event_is_held_and_shown_in_the_documented_shape(cli, event):
    found = cli("tournament", "run", event(), "--workers", 1, "--json").json
    assert list(found) == SHOWN
    assert (found["tournament"], found["state"], found["matches"]) == ("evening-1", "over", 16)
    assert found["sets"] == {"finished": 2, "scheduled": 2, "expected": 2}
    for line in found["standings"]:
        assert line["wins"] + line["draws"] + line["losses"] == line["sets"] == 2
        assert list(line["ratings"]) == ["trueskill", "elo"]
        assert list(line["ratings"]["trueskill"]) == ["rating", "low", "high", "clean"]
        assert line["ratings"]["elo"]["clean"] == line["ratings"]["elo"]["rating"]
    assert list(found["variance_saved"]) == ["share", "low", "high", "worth", "sets", "deals"]
    for named in ("evening.toml", "evening-1"):
        assert cli("tournament", "status", named, "--json").json == found
    (line,) = cli("tournament", "list", "--json").json["tournaments"]
    assert (line["tournament"], line["state"], line["matches"]) == ("evening-1", "over", 16)
    assert cli("ladder", "openspiel/kuhn_poker", "--json").json["rows"][0]["matches"] == 16
    assert cli("verify").code == 0


def test_standings_are_readable_and_say_what_shared_deals_saved(cli, event):
    done = cli("tournament", "run", event(more="duplicate = true\n"), "--workers", 1)
    assert done.code == 0
    assert "Evening (evening-1), round robin in openspiel/kuhn_poker: over, 2 sets, 16 matches" in done.out
    assert "one deal for all rotations of a set saved" in done.out
    assert "uniform" in done.out
    assert not cli("tournament", "run", event(more="duplicate = false\n")).out.count("variance")


@pytest.mark.parametrize("how", ["SIGTERM", "stop"])
def test_an_event_under_way_is_looked_at_and_stopped(cli, endless, how):
    running = cli("tournament", "status", "evening-1", "--json").json
    assert (running["state"], running["matches"] > 0) == ("running", True)
    assert "is being held by process" in cli("tournament", "resume", "evening.toml").refusal()
    assert "is being held; `arena tournament status evening-1`" in cli("tournament", "run", "evening.toml").refusal()
    workers = psutil.Process(endless.pid).children(recursive=True)
    if how == "stop":
        assert cli("tournament", "stop", "evening.toml").out == "tournament evening-1 is stopped\n"
    else:
        endless.send_signal(signal.Signals[how])
    out, err = endless.communicate(timeout=60)
    assert (endless.returncode, err) == (130, "")
    assert "`arena tournament resume evening-1` goes on with it" in out
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    stopped = cli("tournament", "status", "evening-1", "--json").json
    assert (stopped["state"], stopped["matches"] >= running["matches"]) == ("stopped", True)
    assert (
        "`arena tournament resume evening-1` goes on with it, and --new"
        in cli("tournament", "run", "evening.toml").refusal()
    )


def test_an_event_whose_process_was_killed_is_interrupted_and_can_be_given_up(cli, event, tmp_path, monkeypatch):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger, monkeypatch.context() as as_gone:
        as_gone.setattr("os.getpid", lambda: gone.pid)
        ledger.tournaments.claim(begin(ledger, event().read_text()))
    assert cli("tournament", "status", "evening-1", "--json").json["state"] == "interrupted"
    assert cli("tournament", "list", "--json").json["tournaments"][0]["state"] == "interrupted"
    assert "evening-1 of this file is not over" in cli("tournament", "run", "evening.toml").refusal()
    assert cli("tournament", "stop", "evening-1", "--json").json == {"tournament": "evening-1", "state": "stopped"}
    assert cli("tournament", "resume", "evening.toml", "--workers", 1, "--json").json["state"] == "over"


def test_a_file_that_was_changed_in_mid_run_is_told(cli, event):
    assert cli("tournament", "run", event(), "--workers", 1).code == 0
    event(cycles=3)
    for command in ("status", "resume", "stop"):
        sentence = cli("tournament", command, "evening.toml").refusal()
        assert "evening.toml was changed since tournament evening-1 began; name that by its id, evening-1" in sentence
        assert "`arena tournament run evening.toml --new`" in sentence
    assert cli("tournament", "status", "evening-1").code == 0
    assert cli("tournament", "run", "evening.toml", "--json").json["sets"]["finished"] == 3


def test_an_event_that_is_over_can_be_held_again(cli, event):
    for number in (1, 2):
        assert cli("tournament", "run", event(), "--workers", 1, "--json").json["tournament"] == f"evening-{number}"
    assert (
        "evening-2 is over; run its file to hold it once more" in cli("tournament", "resume", "evening.toml").refusal()
    )


def test_validate_says_how_much_there_is_to_play(cli, event):
    plan = cli("tournament", "validate", event(cycles=5), "--json").json
    assert list(plan) == ["name", "game", "format", "entrants", "open", "sets", "set_matches", "duplicate", "digest"]
    assert (plan["sets"], plan["set_matches"], plan["entrants"]) == (5, 8, ["uniform", "pass"])
    assert (
        "round robin of 2 in openspiel/kuhn_poker, about 5 sets of 8 matches"
        in cli("tournament", "validate", "evening.toml").out
    )


REMOTE = '[[entrants]]\nname = "far"\nremote = true\n'


@pytest.mark.parametrize(
    ("entrants", "sentence"),
    [
        ("", "there is no entrant; an event needs two or more"),
        (ENTRANTS + '[[entrants]]\nname = "pass"\nspec = "null"\n', "the name pass stands 2 times"),
        (ENTRANTS + '[[entrants]]\nname = "x"\nspec = "nobody"\n', "unknown agent 'nobody'"),
        (ENTRANTS + "[oops]\n", "oops"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "run"])
def test_a_file_that_cannot_be_held_is_refused(cli, event, tmp_path, command, entrants, sentence):
    assert sentence in cli("tournament", command, event(entrants=entrants)).refusal()
    assert not (tmp_path / "arena.db").exists() or cli("tournament", "list", "--json").json == {"tournaments": []}


def test_a_format_that_does_not_fit_the_game_is_refused(cli, event):
    file = event()
    file.write_text(file.read_text().replace("round robin", "swiss").replace("cycles = 2", "rounds = 2"))
    refusal = cli("tournament", "validate", file).refusal()
    assert "swiss" in refusal or "rounds" in refusal


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("run", "evening.toml", "--server", "127.0.0.1:1"), "no arena server answers at 127.0.0.1:1"),
        (("run", "evening.toml", "--detach"), "--detach leaves an event to a server; name that by --server HOST:PORT"),
        (("run", "none.toml"), "none.toml cannot be read: No such file or directory"),
        (("status", "evening-9"), "there is no tournament 'evening-9' in this ledger"),
        (
            ("resume", "evening.toml"),
            "evening.toml was never run with this ledger; `arena tournament run evening.toml`",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(cli, event, args, sentence):
    event()
    assert cli("play", "openspiel/kuhn_poker", "--agents", "random", "--workers", 1).code == 0
    assert sentence in cli("tournament", *args).refusal()


def test_remote_entrants_are_refused_here_and_valid_in_themselves(cli, event):
    file = event(entrants=ENTRANTS + REMOTE)
    assert cli("tournament", "validate", file).code == 0
    assert "far can only come over the network (remote = true)" in cli("tournament", "run", file).refusal()


def test_without_a_ledger_there_is_nothing_to_list(cli):
    assert "there is no ledger at" in cli("tournament", "list").refusal()


class Terminal(io.StringIO):
    """A standard error that somebody looks at."""

    def isatty(self):
        return True


def test_progress_tells_matches_sets_and_the_time_left(monkeypatch):
    monkeypatch.setattr("sys.stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "160")
    with progress("evening-1") as watcher:
        watcher(Pace(matches=8, sets=1, all_matches=16, all_sets=2))
        watcher(Pace(matches=12, sets=1, all_matches=16, all_sets=2))
    shown = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", sys.stderr.getvalue())
    assert re.search(r"evening-1 .* 12/16 matches, 1/2 sets \d:\d\d:\d\d left", shown)


def test_nobody_is_shown_progress_where_nobody_looks(capfd):
    with progress("evening-1") as watcher:
        assert watcher is None
    assert capfd.readouterr() == ("", "")
