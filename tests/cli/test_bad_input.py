"""Whatever is asked wrongly is answered with one sentence on stderr, and an exit code that is not 0."""

import re
import sqlite3
from inspect import signature
from typing import get_args

import pytest

from arena.cli.main import app

TTT = "openspiel/tic_tac_toe"
PLAY = ("play", TTT, "--agents")
WOLVES = ("play", "werewolf/ww4-mini", "--agents", "random", "--option")

REFUSED = {
    "unknown plugin": (("play", "chess/blitz", "--agents", "random"), ("chess/blitz", "openspiel", "werewolf")),
    "unknown variant": (("play", "werewolf/ww7", "--agents", "random"), ("werewolf/ww7", "werewolf/ww7-lspo")),
    "game that is not available": (("play", "openspiel/mfg_garnet", "--agents", "random"), ("mean-field",)),
    "mistyped variant": (("play", "openspiel/tictactoe", "--agents", "random"), ("there is openspiel/tic_tac_toe",)),
    "unknown option": ((*PLAY, "random", "--option", "size=4"), ("unknown option 'size'",)),
    "option without value": ((*PLAY, "random", "--option", "size"), ("'size' is not of the form key=value",)),
    "option out of bounds": (
        ("play", "werewolf/ww4-mini", "--agents", "random", "--option", "max_days=-1"),
        ("max_days", "from"),
    ),
    "option that is NaN": (
        ("play", "negotiation/dond", "--agents", "random", "--option", "discount=nan"),
        ("discount",),
    ),
    "option that is too large": (
        ("play", "werewolf/ww4-mini", "--agents", "random", "--option", f"max_days={2**64}"),
        ("max_days",),
    ),
    "option nested too deep": ((*WOLVES, "roles=" + "[" * 100_000), ("option roles: '[[[[", "a list of names")),
    "option with NaN in it": ((*WOLVES, "roles=NaN"), ("option roles: 'NaN' is not a list of names",)),
    "option with an infinity in it": ((*WOLVES, 'roles={"seer":1e400}'), ("option roles", "with whole numbers")),
    "option that is no UTF-8": ((*WOLVES, "roles=\udcff"), ("'roles=\\udcff' is not valid UTF-8",)),
    "agent that is no UTF-8": ((*PLAY, "\udcfe.py:Agent"), ("'\\udcfe.py:Agent' is not valid UTF-8",)),
    "ladder that is no UTF-8": (("ladder", "a\udcff"), ("not valid UTF-8",)),
    "unknown agent": ((*PLAY, "randm"), ("unknown agent 'randm'", "did you mean random", "arena agents")),
    "unknown agent of a plugin": ((*PLAY, "werewolf:nobody"), ("werewolf:nobody",)),
    "missing agent file": ((*PLAY, "nowhere.py:Agent"), ("nowhere.py",)),
    "import path of something else": ((*PLAY, "json:JSONDecoder"), ("json:JSONDecoder", "Agent")),
    "agent file that exits": ((*PLAY, "quit.py:Agent"), ("'quit.py:Agent' cannot be imported: it called sys.exit(0)",)),
    "package that raises": ((*PLAY, "boom.mod:Agent"), ("'boom.mod:Agent' cannot be imported: RuntimeError: boom",)),
    "agent of another game": ((*PLAY, "negotiation:boulware"), ("does not play", TTT, "the games of negotiation")),
    "empty agent": ((*PLAY, "random,,first"), ("empty agent",)),
    "too many agents": ((*PLAY, "random,first,null"), ("1 or 2 agents, not 3",)),
    "ladder of an unknown game": (("ladder", "chess/blitz"), ("chess/blitz", "the ledger has results of")),
    "unknown rating system": (("ladder", TTT, "--system", "glicko"), ("glicko", "trueskill")),
    "unknown match": (("replay", "nothing"), ("'nothing'", "arena matches")),
    "two viewers": (("replay", "nothing", "--all", "--seat", "1"), ("one viewer",)),
    "mine without a token": (("matches", "--mine"), ("--mine", "token")),
    "mine with a wrong token": (("matches", "--mine", "--token", "arena_x_y"), ("token",)),
    "backup onto a file": (("backup", "arena.db"), ("arena.db exists",)),
    "token without a known scope": (("token", "create", "ann", "--scope", "root"), ("play, watch and admin",)),
    "unknown token": (("token", "revoke", "abc"), ("'abc'", "arena token list")),
    "TLS certificate without key": (("serve", "--tls-cert", "cert.pem"), ("--tls-cert and --tls-key",)),
    "missing TLS files": (("serve", "--tls-cert", "c.pem", "--tls-key", "k.pem"), ("there is no file 'c.pem'",)),
    "server of an unknown game": (("serve", "--game", "werewolf/ww99"), ("werewolf/ww99",)),
    "server of an unknown plugin": (("serve", "--game", "chess"), ("chess", "werewolf")),
    "check of an unknown game": (("check", "game", "chess/blitz"), ("chess/blitz",)),
    "check of an agent file that exits": (("check", "agent", "quit.py:Agent", "--game", TTT), ("sys.exit(0)",)),
    "check of an agent of another game": (
        ("check", "agent", "negotiation:boulware", "--game", TTT),
        ("does not play",),
    ),
    "join with an agent file that exits": (("join", TTT, "--agent", "quit.py:Agent"), ("sys.exit(0)",)),
    "join with a setting the agent does not have": (
        ("join", TTT, "--agent", "random", "--set", "speed=1"),
        ("unknown option 'speed'", "there is none"),
    ),
    "join with an agent of another game": (("join", TTT, "--agent", "negotiation:boulware"), ("does not play", TTT)),
    "check of an unknown agent": (("check", "agent", "randm", "--game", TTT), ("randm",)),
    "no ledger there": (("ladder", "--db", "sqlite:///missing.db"), ("missing.db",)),
    "ledger that is no database": (("ladder", "--db", "arena.db"), ("sqlite:///FILE",)),
    "ledger at a port in words": (
        ("ladder", "--db", "postgresql://host:port/db"),
        ("postgresql://USER@HOST/DATABASE",),
    ),
    "ledger that is another file": (("verify", "--db", "sqlite:///notes.txt"), ("notes.txt",)),
    "no server there": (("ladder", TTT, "--server", "127.0.0.1:1"), ("127.0.0.1:1",)),
    "missing CA file": (("ladder", TTT, "--server", "127.0.0.1:1", "--tls-ca", "ca.pem"), ("ca.pem",)),
    "server asked for no game": (("ladder", "--server", "127.0.0.1:1"), ("arena ladder GAME",)),
}
CALLBACKS = [
    command.callback
    for group in (app, *(group.typer_instance for group in app.registered_groups))
    for command in group.registered_commands
]
MISUSED = {
    "unknown command": (("laddr",), ("Did you mean 'ladder'?",)),
    "unknown flag": (("ladder", "--jsn"), ("--jsn",)),
    "missing game": (("play", "--agents", "random"), ("GAME",)),
    "missing agents": (("play", TTT), ("--agents",)),
    "no matches": ((*PLAY, "random", "--matches", "0"), ("--matches",)),
    "matches in words": ((*PLAY, "random", "--matches", "ten"), ("--matches",)),
    "matches without end": ((*PLAY, "random", "--matches", str(10**22)), ("--matches",)),
    "limit without end": (("matches", "--limit", str(10**22)), ("--limit",)),
    "no deals": ((*PLAY, "random", "--deals", "0"), ("--deals",)),
    "seed beyond 64 bits": ((*PLAY, "random", "--seed", str(2**64)), ("--seed",)),
    "no workers": (("serve", "--workers", "0"), ("--workers",)),
    "port out of range": (("serve", "--port", "70000"), ("--port",)),
    "negative seat": (("replay", "nothing", "--seat=-1"), ("--seat",)),
}


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(("args", "fragments"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_request_is_refused_in_one_sentence(cli, tmp_path, args, fragments):
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    (tmp_path / "quit.py").write_text("import sys\nsys.exit(0)\n")
    (tmp_path / "boom").mkdir()
    (tmp_path / "boom" / "__init__.py").write_text("raise RuntimeError('boom')")
    sentence = cli(*args).refusal()
    assert [fragment for fragment in fragments if fragment in sentence] == [*fragments]


@pytest.mark.parametrize(("args", "fragments"), MISUSED.values(), ids=MISUSED)
def test_wrong_usage_is_answered_in_one_sentence(cli, args, fragments):
    sentence = cli(*args).refusal(code=2)
    assert [fragment for fragment in fragments if fragment in sentence] == [*fragments]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("command", [("ladder",), ("matches",), ("verify",), (*PLAY, "random"), ("serve",)], ids=str)
def test_a_ledger_of_a_newer_schema_is_refused(cli, tmp_path, command):
    with sqlite3.connect(tmp_path / "arena.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    sentence = cli(*command).refusal()
    assert "9999" in sentence
    assert "update arena" in sentence


@pytest.mark.usefixtures("ledger")
def test_a_seat_that_the_match_has_not_is_refused(cli):
    match = cli("matches", "--game", TTT, "--json").json["matches"][0]["match"]
    sentence = cli("replay", match, "--seat", 9).refusal()
    assert "no seat 9" in sentence
    assert "0 to 1" in sentence


def test_reading_commands_leave_no_empty_ledger_behind(cli, tmp_path):
    for command in (("ladder",), ("matches",), ("verify",), ("replay", "x"), ("backup", "b.db"), ("token", "list")):
        assert "arena.db" in cli(*command).refusal()
    assert not [*tmp_path.iterdir()]


def test_a_bug_asks_to_be_reported(cli, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("arena.ledger.Ledger.open", broken)
    sentence = cli("ladder").refusal()
    assert "bug in arena" in sentence
    assert "ZeroDivisionError" in sentence
    assert "ARENA_DEBUG" in sentence
    monkeypatch.setenv("ARENA_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli("ladder")


def test_an_interrupted_command_ends_quietly(cli, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("arena.ledger.Ledger.open", interrupted)
    done = cli("ladder")
    assert (done.code, done.out, done.err) == (130, "", "")


def test_a_setting_of_the_environment_that_is_no_utf_8_is_refused(cli, monkeypatch):
    monkeypatch.setenv("ARENA_DB", "sqlite:///\udcff.db")
    assert "'ARENA_DB=sqlite:///\\udcff.db' is not valid UTF-8" in cli("ladder").refusal()


@pytest.mark.parametrize("command", CALLBACKS, ids=lambda command: f"{command.__module__}.{command.__name__}")
def test_every_whole_number_that_a_command_takes_is_bounded(command):
    whole = {
        name: get_args(parameter.annotation)[-1]
        for name, parameter in signature(command).parameters.items()
        if re.search(r"\bint\b", str(parameter.annotation).partition("Info")[0])
    }
    assert not [name for name, option in whole.items() if None in (option.min, option.max)]
