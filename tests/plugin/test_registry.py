"""Finding plugins and agents: one that fails, whatever it does, is named in a sentence, and the others still work."""

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from arena.agents.simple import FirstAgent
from arena.core.errors import AgentFault, BadOption, UnknownAgent, UnknownGame
from arena.plugin.registry import Registry
from tests.plugin.toys import TOYS

BUILTIN = EntryPoint("builtin", "arena.agents.builtin", "arena")
HOOK = "from arena.plugin import hookimpl\n@hookimpl\n"
AGENT = "from arena.core.agent import Agent, BatchAgent\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder whose modules can be imported, and are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def registry(*names: str) -> Registry:
    """The toys, and modules of the working folder, as plugins."""
    return Registry([BUILTIN, TOYS, *(EntryPoint(name, name, "arena") for name in names)])


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import sys\nsys.exit(0)", "it called sys.exit(0)"),
        ("raise SystemExit", "it called sys.exit(None)"),
        ("raise RuntimeError('no engine\\nhere')", "RuntimeError: no engine"),
        (
            f"{HOOK}def arena_register_games(register): exit(3)",
            "it called sys.exit(3)",
        ),
    ],
)
def test_plugin_that_fails_or_exits_is_named_and_the_others_still_load(folder: Path, source: str, reason: str) -> None:
    (folder / "quitter.py").write_text(source)
    found = registry("quitter")
    assert list(found.game_listings()) == ["toys/all"]
    assert found.failures == {"quitter": reason}
    with pytest.raises(UnknownGame, match="plugin 'quitter' failed to load: "):
        found.listing("quitter/game")


def test_plugin_whose_commands_fail_leaves_those_of_others(folder: Path) -> None:
    (folder / "quitter.py").write_text(f"{HOOK}def arena_register_commands(register): exit()")
    found = registry("quitter")
    assert found.commands() == {"toys": print}
    assert found.failures == {"quitter": "it called sys.exit(None)"}


def test_agent_is_refused_for_games_it_is_not_made_for() -> None:
    found = registry()
    assert found.make_agent("toys:own") is found.make_agent("toys:own", game="toys/all?count=4") is FirstAgent
    assert found.make_agent("toys:any", game="chess/blitz") is found.make_agent("first", game="chess/blitz")
    with pytest.raises(UnknownAgent, match="'toys:own' does not play chess/blitz; it plays the games of toys and doll"):
        found.make_agent("toys:own", game="chess/blitz")


def test_registered_agent_that_cannot_be_made_is_a_fault_of_its_own() -> None:
    with pytest.raises(AgentFault, match="'toys:broken' cannot be made: RuntimeError: no weights here"):
        registry().make_agent("toys:broken")


@pytest.mark.parametrize(
    ("source", "error", "sentence"),
    [
        ("import sys\nsys.exit(0)", UnknownAgent, "cannot be imported: it called sys.exit"),
        ("1 / 0", UnknownAgent, "cannot be imported: ZeroDivisionError: division by zero"),
        ("import no_such_thing", UnknownAgent, "cannot be imported: .*No module named 'no_such_thing'"),
        ("", UnknownAgent, "cannot be imported: .*has no attribute 'Mine'"),
        ("Mine = 3", UnknownAgent, "neither a subclass of arena.core Agent nor of BatchAgent"),
        (
            f"{AGENT}class Mine(BatchAgent):\n def act_batch(self, d): return []\n def __init__(self): exit(0)",
            AgentFault,
            "cannot be made: it called sys.exit",
        ),
    ],
)
@pytest.mark.parametrize("spec", ["mine.py:Mine", "mine:Mine"])
def test_agent_of_a_file_or_module_that_fails_is_told_in_one_sentence(
    folder: Path, spec: str, source: str, error: type[Exception], sentence: str
) -> None:
    (folder / "mine.py").write_text(source)
    with pytest.raises(error, match=f"agent '{spec}' .*{sentence}") as caught:
        registry().make_agent(spec)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("source", ["raise RuntimeError('boom')", "raise SystemExit(0)", "import no_such_thing"])
def test_package_that_fails_around_an_agent_is_told_as_it_is(folder: Path, source: str) -> None:
    (folder / "around").mkdir()
    (folder / "around" / "__init__.py").write_text(source)
    with pytest.raises(
        UnknownAgent, match=r"'around\.inner:Mine' cannot be imported: .*(boom|sys\.exit|no_such_thing)"
    ):
        registry().make_agent("around.inner:Mine")


@pytest.mark.parametrize("spec", ["nowhere:Mine", "nowhere.deeper:Mine", "json.nowhere:Mine", "nonsense"])
def test_agent_of_no_module_at_all_is_unknown(spec: str) -> None:
    with pytest.raises(UnknownAgent, match=f"unknown agent '{spec}'; .*`arena agents` lists all"):
        registry().make_agent(spec)


def test_agent_of_the_working_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    (tmp_path / "found_here.py").write_text(f"{AGENT}class Mine(Agent):\n def act(self, o, l, c): return 0\n")
    assert getattr(registry().make_agent("found_here:Mine"), "__name__", "") == "Mine"
    del sys.modules["found_here"]


def test_a_spec_carries_settings_of_its_own() -> None:
    found = registry()
    spec = "openai:m@http://127.0.0.1:1/v1?temperature=0.2&memory=window"
    made = found.make_agent(spec, ["window=3"])
    settings = made.settings  # type: ignore[union-attr]  # a class of language-model agents
    assert (settings.sampling.temperature, settings.memory, settings.window) == (0.2, "window", 3)


@pytest.mark.parametrize(
    ("spec", "settings", "sentence"),
    [
        ("openai:m@http://h/v1?temperature=9", [], "option temperature: 9.0 is not a number from 0 up to 5"),
        ("openai:m@http://h/v1?heat=1", [], "unknown option 'heat'; there is adapter"),
        ("openai:m@http://h/v1", ["top_p=x"], "option top_p: 'x' is not a number"),
        ("openai:m@http://h/v1?prompts=/etc/passwd", [], "option prompts is a file"),
        ("openai:m@http://h/v1?window=1", ["window=2"], "option window is given twice"),
        ("random?speed=1", [], "unknown option 'speed'; there is none"),
    ],
)
def test_a_mistaken_setting_is_told(spec: str, settings: list[str], sentence: str) -> None:
    with pytest.raises(BadOption, match=sentence):
        registry().make_agent(spec, settings)
