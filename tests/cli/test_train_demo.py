"""`make train-demo` in small: it trains, rates and reports, and says which of its promises does not hold."""

import pytest

from arena.cli import train_demo
from arena.cli.train_demo import Training, broken_promises
from arena.core.values import AgentName
from arena.report.history import Checkpoint

PSRO = Training("psro", {}, most=0.05)


def line(place: int, rating: float, nash_conv: float) -> Checkpoint:
    return Checkpoint(
        lineage=AgentName("psro-mix0"),
        place=place,
        agent=AgentName(f"psro-mix{place}"),
        version=f"mix{place}",
        parent=None,
        created_ms=0,
        rating=rating,
        low=rating - 100,
        high=rating + 100,
        sets=60,
        step=place,
        figures={"nash_conv": nash_conv},
    )


@pytest.mark.parametrize(
    ("rating", "nash_conv", "broken"),
    [
        (1700, 0.04, []),
        (1100, 0.04, ["psro-mix2 is not rated above psro-mix1 by more than their 95 % intervals"]),
        (700, 0.04, ["psro-mix2 is not rated above psro-mix1 by more than their 95 % intervals"]),
        (1700, 0.06, ["psro ends at a nash_conv of 0.060, above 0.05"]),
        (
            1700,
            0.95,
            ["psro ends at a nash_conv of 0.950, above 0.05", "psro ends at no lower nash_conv than it began with"],
        ),
    ],
)
def test_a_promise_that_does_not_hold_is_told(rating: float, nash_conv: float, broken: list[str]) -> None:
    assert [*broken_promises(PSRO, [line(1, 1000, 0.9), line(2, rating, nash_conv)])] == broken


def test_a_run_without_checkpoints_keeps_no_promise() -> None:
    assert [*broken_promises(PSRO, [])] == ["psro left no two checkpoints with a nash_conv"]


def test_the_demo_ends_with_a_table_a_report_and_an_error_for_what_does_not_hold(tmp_path, monkeypatch, capfd):
    small = {"iterations": 21, "every": 20, "sets": 2, "deals": 20}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(train_demo, "TRAININGS", [Training("fictitious-play", small, most=-1.0)])
    with pytest.raises(SystemExit) as ended:
        train_demo.main()
    assert "fictitious-play ends at a nash_conv of 0." in str(ended.value.code)
    table = capfd.readouterr().out
    assert "fictitious-play-mix0 " in table
    assert "fictitious-play-mix20 " in table
    assert "nash_conv along the lineages" in (tmp_path / "train-demo" / "report" / "index.html").read_text("utf-8")
