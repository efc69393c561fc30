"""Without Node or the simulator the games are listed as unavailable, with the one command that mends it."""

from pathlib import Path

import pytest

from arena.core.errors import Fault, GameUnavailable
from arena.core.options import resolve
from arena_pokemon_vgc.engine import node, setup
from arena_pokemon_vgc.formats import DEFAULT, FORMATS, SIMULATOR
from arena_pokemon_vgc.game import VgcGame, options


def _make() -> VgcGame:
    return VgcGame(FORMATS[DEFAULT], resolve(options(FORMATS[DEFAULT]), {}))


def test_missing_node_is_told_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "find_node", lambda: None)
    with pytest.raises(GameUnavailable, match=r"Node is missing; run `arena vgc setup`"):
        _make()


def test_missing_simulator_is_told_with_the_command_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(node, "find_node", lambda: Path("/usr/bin/node"))
    monkeypatch.setattr(node, "MODULES", tmp_path)
    with pytest.raises(GameUnavailable, match=r"simulator is missing; run `arena vgc setup`"):
        _make()


def test_failed_installation_says_at_which_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    false = tmp_path / "npm"
    false.write_text("#!/bin/sh\nexit 3\n")
    false.chmod(0o755)
    monkeypatch.setattr(setup, "_STAMP", tmp_path / "none")
    monkeypatch.setattr(setup, "find_node", lambda: Path("/usr/bin/node"))
    monkeypatch.setattr(setup, "find_npm", lambda _: [str(false)])
    with pytest.raises(Fault, match=r"npm could not install the simulator \(exit code 3\)"):
        setup.set_up()


def test_lock_file_pins_the_simulator_and_names_no_host() -> None:
    lock = (node.FOLDER / "package-lock.json").read_text()
    assert f'"pokemon-showdown": "{SIMULATOR}"' in lock
    assert "resolved" not in lock
