"""What a language model is told and may answer: an agent that reads the text alone plays on it, without a slip."""

import random
import re

import pytest

from arena.agents.sampling import sample_schema
from arena.core.agent import Agent
from arena.core.values import SPECTATOR, TEXT, Seat
from plugins.drone_volleyball.tests import playing
from plugins.drone_volleyball.tests.courts import contest, game


class Reader(Agent):
    """Knows nothing but the words: hits when it is nearest and may, else stays."""

    wants = frozenset({TEXT})

    def act(self, observation, legal, clock):
        said = observation.fields[TEXT]
        deep = float(re.search(r"your half has x from 0 to ([\d.]+)", said)[1])
        if "you are nearest" not in said or "must not touch" in said:
            return {"skill": "goto", "target": [deep / 2, 0.0, 1.6]} if self.seat.seats == 2 else {"skill": "hover"}
        skill = "serve" if "is to serve" in said else "receive"
        return {"skill": skill, "target": [-deep / 2, 0.0, 1.9], "flight": 1.06 if deep < 4.0 else 1.6}


@pytest.mark.parametrize(("court", "other"), [("1v1", "hover"), ("1v1", "random"), ("3v3", "hover"), ("3v3", "random")])
def test_words_alone_are_enough_to_win(court: str, other: str, monkeypatch):
    monkeypatch.setitem(playing.AGENTS, "reader", Reader)
    rallies = playing.play(court, ("reader", other), 1_000, level="skill")
    assert sum(rally.winner == "near" for rally in rallies) > sum(rally.winner == "far" for rally in rallies)


def test_two_readers_keep_a_rally_up(monkeypatch):
    monkeypatch.setitem(playing.AGENTS, "reader", Reader)
    rallies = playing.play("1v1", ("reader", "reader"), 1_000, level="skill", rallies=2)
    assert all(rally.hits >= 10 for rally in rallies)


@pytest.mark.parametrize("court", ["1v1", "3v3", "6v6"])
def test_whatever_fits_the_schema_is_accepted(court: str):
    """RULES.md 5.4, 5.5"""
    made, rng = contest(court, level="skill"), random.Random(1)
    schema = made.legal(Seat(0)).schema
    skills = {made.check(Seat(0), sample_schema(schema, rng))["skill"] for _ in range(300)}
    assert skills == {form["properties"]["skill"]["const"] for form in schema["anyOf"]}


def test_the_words_say_who_may_hit_and_where_the_ball_comes_down():
    """RULES.md 6.3"""
    made = contest("3v3", level="skill")
    said = [made.observe(Seat(seat), frozenset({TEXT}))[TEXT] for seat in range(6)]
    assert ["You may hit the ball." in each for each in said] == [False, False, True, False, False, False]
    serve = {"skill": "serve", "target": [-3.0, 0.0, 1.9], "flight": 1.6}
    made.step({Seat(n): made.check(Seat(n), serve if n == 2 else {"skill": "hover"}) for n in range(6)})
    said = [made.observe(Seat(seat), frozenset({TEXT}))[TEXT] for seat in range(6)]
    assert ["once it has crossed the net" in each for each in said] == [False] * 3 + [True] * 3
    assert sum("you are nearest" in each for each in said) == 1
    assert "you" not in made.observe(SPECTATOR, frozenset({TEXT}))[TEXT].lower()
    assert '{"skill": "goto", "target": [x, y, z]}' in game(level="skill").spec.brief
