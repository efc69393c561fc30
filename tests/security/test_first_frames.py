"""Sizes and times of the frames of the first night tell a seat nothing of another seat's role."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.e2e.serving import Server, serving
from tests.security.first_frames import areas, collect, pairs

GAME, PROMPTS = "werewolf/ww7-lspo", 2
"""The first night of this setting has two turns, in which every living seat is asked."""
CHANCE = 0.55
"""The largest area under the curve that passes for chance."""

pytest.importorskip("sklearn", reason="the classifier needs scikit-learn, which the dev extra installs")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server process."""
    with serving(tmp_path_factory.mktemp("server")) as started:
        yield started


async def test_every_seat_is_asked_alike_by_night_and_a_role_has_one_size_of_frame(server: Server) -> None:
    frames = await collect(server.address, GAME, 20, PROMPTS, seed=1)
    complete = list(frames.complete())
    assert len(complete) == len(frames.seats) >= 20
    sizes: dict[tuple[int, int], set[float]] = {}
    for roles, found in complete:
        assert sorted(found) == list(range(7))
        for seat in (seat for seat, role in roles.items() if role == "villager"):
            for prompt in range(PROMPTS):
                sizes.setdefault((seat, prompt), set()).add(found[seat][4 * prompt])
    assert sizes
    assert all(max(seen) - min(seen) <= 6 for seen in sizes.values())  # of numbers whose digits grow with the session


def noise(matches: int, leak: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows as `pairs` gives them, of which one feature is larger by `leak` when the other seat is what is asked for."""
    rng = np.random.default_rng(7)
    y = rng.random(matches * 6) < 1 / 6
    x = rng.normal(size=(matches * 6, 8)) + leak * y[:, None] * np.eye(8)[3]
    return x, y, np.repeat(np.arange(matches), 6)


def test_the_classifier_is_at_chance_without_a_leak_and_finds_a_faint_one() -> None:
    assert all(area < CHANCE for area, _, _ in areas(*noise(400, 0.0)).values())
    assert all(low > CHANCE for _, low, _ in areas(*noise(400, 0.8)).values())


@pytest.mark.leaks
@pytest.mark.timeout(1800)
async def test_a_classifier_tells_another_seats_role_at_chance(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = await collect(server.address, GAME, 1000, PROMPTS, seed=2)
    assert sum(1 for _ in frames.complete()) >= 1000
    for viewer, wanted in (
        ("villager", "seer"),
        ("villager", "doctor"),
        ("villager", "werewolf"),
        ("werewolf", "seer"),
    ):
        for name, (area, low, high) in areas(*pairs(frames, viewer, wanted)).items():
            with capsys.disabled():
                print(f"\n{viewer} looks for the {wanted}, {name}: {area:.3f} ({low:.3f} to {high:.3f})", end="")
            assert area <= CHANCE, (viewer, wanted, name)
