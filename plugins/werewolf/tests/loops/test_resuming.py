"""A run of lspo goes on at the stage it stood at, and says in a sentence what it cannot work with."""

import pytest

from arena.core.errors import BadRequest
from arena_werewolf.loops import lspo
from arena_werewolf.loops.stages import STAGES
from plugins.werewolf.tests.loops.runs import a_run


class Killed(BaseException):
    """The process ends here."""


def test_a_run_that_is_killed_in_a_stage_begins_that_stage_again_and_none_before_it(tmp_path, ledger, monkeypatch):
    begun: list[tuple[int, str]] = []
    deadly: set[tuple[int, str]] = {(1, "play"), (1, "solve"), (2, "cluster"), (2, "rate")}

    def stage(name):
        def work(iteration):
            begun.append((iteration.number, name))
            if (iteration.number, name) in deadly:
                deadly.remove((iteration.number, name))
                raise Killed

        return work

    monkeypatch.setattr(lspo, "STAGES", {name: stage(name) for name in STAGES})
    monkeypatch.setattr(lspo, "_begin", lambda run: run.keep({"iteration": 1, "stage": "play"}))
    kills = 0
    while True:
        with a_run(ledger, tmp_path / "run", iterations=2) as run:
            try:
                lspo.train(run)
                break
            except Killed:
                kills += 1
    once = [(number, name) for number in (1, 2) for name in STAGES]
    assert kills == 4
    assert list(dict.fromkeys(begun)) == once
    assert len(begun) == len(once) + kills
    assert [step for step in once if begun.count(step) == 2] == [(1, "play"), (1, "solve"), (2, "cluster"), (2, "rate")]


@pytest.mark.parametrize(
    ("game", "settings", "sentence"),
    [
        ("werewolf/ww4-mini", {}, "--set model=DIR"),
        ("werewolf/ww4-mini", {"model": "no/such"}, "there is no model in 'no/such'"),
        ("werewolf/ww7-lspo", {"model": "any"}, "too large for MCCFR with a table.*take werewolf/ww4-mini"),
    ],
)
def test_what_cannot_be_trained_is_told_before_anything_is_played_or_frozen(tmp_path, ledger, game, settings, sentence):
    with a_run(ledger, tmp_path / "run", game, **settings) as run, pytest.raises(BadRequest, match=sentence):
        lspo.train(run)
    assert not ledger.checkpoints.all()
    assert not (tmp_path / "run" / "checkpoints").exists()
