"""Matches as pictures: plots, rendered frames, videos, and what is said where nothing renders."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import parse

import numpy as np
import pytest

from arena.cli.main import run
from arena.core.errors import BadRequest, GameUnavailable
from arena.core.game import State
from arena.core.seed import Seed
from arena.core.values import SPECTATOR
from arena_drone_volleyball.film import offscreen, renderings
from arena_drone_volleyball.film.film import Film
from arena_drone_volleyball.film.stage import HEIGHT, WIDTH
from arena_drone_volleyball.film.when import shots_at
from arena_drone_volleyball.physics.iris import HOVER_COMMAND
from arena_drone_volleyball.play.game import DrillGame, listings
from arena_drone_volleyball.rules.drills import SoloBump
from plugins.drone_volleyball.tests.courts import contest

HOVER = np.full(4, HOVER_COMMAND, dtype=np.float32)
DRAWS = {listing.id.rpartition("/")[2]: listing.renderings for listing in listings()}


def states(made: State) -> Iterator[State]:
    """A match in which all hover, as a record is played again: the same object after each step."""
    yield made
    while made.to_move():
        made.step(dict.fromkeys(made.to_move(), HOVER))
        yield made


def renders() -> bool:
    try:
        return bool(offscreen.backend())
    except GameUnavailable:
        return False


needs_gl = pytest.mark.skipif(not renders(), reason="neither EGL nor OSMesa is installed")


def test_a_match_is_drawn_without_a_renderer(tmp_path: Path):
    made = contest("3v3", rallies=2)
    DRAWS["3v3"]["svg"](states(made), "", tmp_path / "match.svg")
    drawn = parse(tmp_path / "match.svg").getroot()
    kinds = Counter(each.tag.rpartition("}")[2] for each in drawn)
    assert kinds["polygon"] == 2
    assert kinds["circle"] == 2 * sum(event.kind == "hit" for event in made.events(SPECTATOR, 0))
    told = [each.text or "" for each in drawn if each.tag.endswith("text")]
    assert sum("wins the rally by" in text for text in told) == 2


def test_a_task_is_drawn_too(tmp_path: Path):
    game = DrillGame(SoloBump, {"level": "prt", "chunk": 1, "dt": 0.002})
    DRAWS["solo_bump"]["svg"](states(game.new_state(Seed.of(1), {})), "", tmp_path / "task.svg")
    assert "solo_bump   score 0" in (tmp_path / "task.svg").read_text()


def test_a_film_holds_every_control_step_and_finds_moments():
    film = Film(states(made := contest(rallies=2)))
    events = [event.kind for event in made.events(SPECTATOR, 0)]
    assert [moment.event.kind for moment in film.moments] == events
    (first, middle), (again, end) = film.rallies()
    assert (first, middle, end) == (0, again, len(film.shots))
    assert shots_at(film, "0, 0.5,rally:0,serve:1") == [0, 25, middle - 1, again]
    assert film.caption(middle - 1).startswith("near 0 : 1 far   far wins the rally by hit out of turn")
    for wrong in ("1e9", "-1", "nan", "goal:1", "hit", "rally:9", ""):
        with pytest.raises(BadRequest, match="--at"):
            shots_at(film, wrong)


@needs_gl
@pytest.mark.parametrize("court", ["1v1", "3v3"])
def test_a_picture_shows_court_ball_and_both_sides(court: str, tmp_path: Path):
    from PIL import Image

    DRAWS[court]["png"](states(contest(court, rallies=1)), "0.1", tmp_path / "match.png")
    DRAWS[court]["png"](states(contest(court, rallies=1)), "0.1,rally:0", tmp_path / "sheet.png")
    image = Image.open(tmp_path / "match.png")
    assert image.size == (WIDTH, HEIGHT)
    red, green, blue = np.moveaxis(np.asarray(image, dtype=int)[45:], 2, 0)
    near, far = (red > 2 * green) & (red > 2 * blue), (blue > 2 * red) & (blue > 1.5 * green)
    ball = (red > 180) & (green > 90) & (blue < 60)
    sand = (red > green + 25) & (green > blue + 25) & (blue > 80)
    for seen in (near, far, ball):
        assert 10 < seen.sum() < 10_000
    assert sand.sum() > 20_000
    assert np.nonzero(near)[1].mean() > WIDTH / 2 > np.nonzero(far)[1].mean()
    assert Image.open(tmp_path / "sheet.png").size == (2 * WIDTH * 2 // 3, HEIGHT * 2 // 3)


@needs_gl
def test_a_video_lasts_as_long_as_what_was_flown(tmp_path: Path):
    av = pytest.importorskip("av")
    DRAWS["1v1"]["video"](states(contest(rallies=1)), "0.1,0.5", tmp_path / "match.mp4")
    with av.open(str(tmp_path / "match.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert float(container.streams.video[0].average_rate) == 25.0
    assert len(frames) == 11
    assert frames[0].shape == (HEIGHT, WIDTH, 3)
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 100
    for file, at, said in (("match.foo", "", "name a file such as"), ("match.mp4", "0.5,0.1", "to a later one")):
        with pytest.raises(BadRequest, match=said):
            DRAWS["1v1"]["video"](states(contest(rallies=1)), at, tmp_path / file)


@pytest.mark.parametrize("chosen", ["", "osmesa"])
def test_where_nothing_renders_one_sentence_says_what_to_install(chosen: str, monkeypatch, tmp_path: Path):
    monkeypatch.setattr(offscreen, "find_library", lambda name: None)
    monkeypatch.setenv("MUJOCO_GL", chosen)
    with pytest.raises(GameUnavailable, match=r"apt-get install libegl1.*--svg needs neither"):
        DRAWS["1v1"]["png"](states(contest(rallies=1)), "", tmp_path / "match.png")
    monkeypatch.setattr(renderings, "find_spec", lambda name: None)
    with pytest.raises(GameUnavailable, match=r"pip install 'arena-drone-volleyball\[video\]'"):
        DRAWS["1v1"]["video"](states(contest(rallies=1)), "", tmp_path / "match.mp4")


def test_the_command_line_draws_what_the_listing_offers(monkeypatch, tmp_path: Path, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARENA_DB", "sqlite:///arena.db")
    quick = ("--workers", "1", "--seed", "1", "--deals", "1", "--agents", "null,random")
    assert run(["play", "drone_volleyball/1v1", *quick, "--option", "rallies=1", "--option", "dt=0.002"]) == 0
    assert run(["matches", "--json"]) == 0
    match = capfd.readouterr().out.partition('"match":')[2].split('"')[1]
    assert run(["replay", match, "--svg", "match.svg"]) == 0
    assert "far" in Path("match.svg").read_text()
    for args, said in (
        (["--at", "1"], "give one of them"),
        (["--svg", "no/such/match.svg"], "cannot be written: No such file"),
        (["--svg", "match.svg", "--at", "1"], "draws the whole match"),
    ):
        assert run(["replay", match, *args]) != 0
        assert said in capfd.readouterr().err
