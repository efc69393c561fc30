"""The import rules of CONTRIBUTING.md, read off the source: who may know whom, and what loads when."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = {
    "core": set(),
    "rating": {"core"},
    "plugin": {"core"},
    "wire": {"core", "v1"},
    "match": {"core", "plugin"},
    "tournament": {"core", "rating"},
    "ledger": {"core", "rating"},
    "report": {"core", "rating", "ledger"},
    "local": {"core", "plugin", "match", "tournament", "ledger", "rating"},
    "server": {"core", "plugin", "match", "tournament", "ledger", "rating", "local", "wire", "v1"},
    "client": {"core", "wire", "v1"},
    "agents": {"core", "client"},
    "testing": {"core", "plugin", "agents", "match", "client", "wire", "v1"},
    "training": {"core", "ledger", "rating", "client", "agents"},
    "loops": {"core", "plugin", "match", "tournament", "ledger", "rating", "local", "training", "agents"},
    "v1": set(),
}
"""Which other parts of `arena` each part may import; `cli` may import any."""

HOOK_MARKER = {"arena.plugin", "arena.plugin.spec"}
OWNERS = {
    "grpc": {"server", "client"},
    "grpc_health": {"server", "client"},
    "grpc_reflection": {"server"},
    "sqlmodel": {"ledger"},
    "sqlalchemy": {"ledger"},
    "alembic": {"ledger"},
    "networkx": {"tournament"},
    "matplotlib": {"report"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "openai": {"agents"},
    "llguidance": {"agents"},
    "transformers": {"agents", "training", "loops"},
    "torch": {"agents", "training", "loops"},
    "vllm": {"agents", "training"},
    "trl": {"agents", "training", "loops"},
    "h5py": {"training"},
    "pyarrow": {"training"},
    "tensorboardX": {"loops"},
}
"""External packages that only some parts may import."""

ONLY_WHEN_USED = {
    "openai",
    "llguidance",
    "transformers",
    "torch",
    "vllm",
    "trl",
    "h5py",
    "pyarrow",
    "tensorboardX",
    "matplotlib",
    "jinja2",
    "markupsafe",
}
TRAINING = {"loops", "training"}
"""What the package `loops` of a plugin may import besides."""
CORE_REFUSES = {"asyncio", "time", "random"}
HEAVY = {
    "grpc",
    "google.protobuf",
    "sqlmodel",
    "sqlalchemy",
    "numpy",
    "pyspiel",
    "rich",
    "structlog",
    "pluggy",
    "msgspec",
}


@dataclass(frozen=True)
class Import:
    """One import statement: the module it names, the names taken from it, and whether it runs when the file loads."""

    file: Path
    line: int
    module: str
    names: tuple[str, ...]
    on_load: bool

    @property
    def part(self) -> str:
        """The part of `arena` that the file belongs to."""
        return self.file.relative_to(ROOT / "arena").parts[0].removesuffix(".py")

    @property
    def top(self) -> str:
        """The package that is imported."""
        return self.module.partition(".")[0]

    @property
    def target(self) -> str:
        """The part of `arena` that is imported."""
        return [*self.module.split("."), ""][1] or self.names[0]

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.module}"


def imports_of(file: Path) -> Iterator[Import]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    inside = {id(inner) for outer in ast.walk(tree) if is_later(outer) for inner in ast.walk(outer)}
    for node in ast.walk(tree):
        on_load = id(node) not in inside
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, (alias.asname or alias.name,), on_load)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno} imports relatively"
            yield Import(file, node.lineno, node.module or "", tuple(a.name for a in node.names), on_load)


def is_later(node: ast.AST) -> bool:
    """Whether what it holds does not run when the file loads: functions, and what is for type checkers alone."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def sources(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in ROOT.glob(f"{folder}/**/*.py"))


ARENA = [found for file in sources("arena") for found in imports_of(file)]
PLUGINS = [found for file in sources("plugins/*/arena_*") for found in imports_of(file)]


def test_every_part_has_a_rule():
    parts = {path.name for path in (ROOT / "arena").iterdir() if (path / "__init__.py").exists()}
    assert parts <= PARTS.keys() | {"cli"}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_imports_only_the_parts_below_it(part):
    allowed = PARTS[part] | {part}
    found = [i for i in ARENA if i.part == part and i.top == "arena" and i.target not in allowed]
    if part == "agents":  # the built-in agents are a plugin like any other
        found = [i for i in found if i.module not in HOOK_MARKER]
    assert not found, "\n".join(map(str, found))


def test_core_needs_the_standard_library_and_numpy_only():
    known = sys.stdlib_module_names - CORE_REFUSES | {"arena", "numpy"}
    found = [i for i in ARENA if i.part == "core" and i.top not in known and not names_a_generator(i)]
    assert not found, "\n".join(map(str, found))


def names_a_generator(found: Import) -> bool:
    """`Random` is the type of the generators that are passed in; only `core/seed.py` makes one."""
    return found.module == "random" and found.names == ("Random",)


def test_only_seeds_make_generators_in_core():
    makers = [
        file
        for file in sources("arena/core")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Random"
    ]
    assert {file.name for file in makers} == {"seed.py"}


def test_nothing_imports_the_command_line():
    outside = [i for i in ARENA if i.part != "cli"] + PLUGINS
    found = [i for i in outside if i.top == "arena" and i.target == "cli"]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("package", OWNERS)
def test_an_external_package_is_imported_only_where_it_belongs(package):
    found = [i for i in ARENA if i.top == package and i.part not in OWNERS[package] | {"v1"}]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("package", sorted(ONLY_WHEN_USED))
def test_optional_packages_are_imported_only_when_used(package):
    found = [i for i in ARENA if i.top == package and i.on_load]
    assert not found, "\n".join(map(str, found))


def test_the_arena_imports_no_plugin():
    plugins = {path.name for path in ROOT.glob("plugins/*/arena_*")}
    assert plugins
    found = [i for i in ARENA if i.top in plugins]
    assert not found, "\n".join(map(str, found))


def test_a_plugin_imports_core_and_the_hook_marker_only():
    found = [i for i in PLUGINS if i.top == "arena" and i.target != "core" and i.module not in HOOK_MARKER]
    found = [i for i in found if not (i.target in TRAINING and is_a_loop(i.file))]
    assert not found, "\n".join(map(str, found))


def is_a_loop(file: Path) -> bool:
    """Whether it is part of the training loops that a plugin brings: its package `loops`, imported when one is run."""
    return "loops" in file.relative_to(ROOT / "plugins").parts


def test_help_loads_nothing_heavy():
    script = (
        "import sys\n"
        "from arena.cli.main import run\n"
        "assert run(['--help']) == 0\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "serve" in done.stdout
    assert not HEAVY & set(done.stderr.split())
