"""The files in `docker/`: linted, and held to the repository and the command line that they name; nothing is built."""

import json
import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import typer
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from arena.cli.main import app
from tests.cli.terminal import ARENA

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
FILES = sorted(DOCKER.glob("*.Dockerfile"))
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
SECRET = re.compile(r"TOKEN|PASSWORD|SECRET|KEY")
dockerfiles = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def instructions(path: Path) -> list[tuple[str, str]]:
    """Every instruction and its arguments, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", path.read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def last_stage(path: Path) -> list[tuple[str, str]]:
    """The instructions that make the image itself."""
    found = instructions(path)
    return found[max(at for at, (word, _) in enumerate(found) if word == "FROM") :]


def last(path: Path, wanted: str) -> str:
    return [rest for word, rest in last_stage(path) if word == wanted][-1]


def in_context(path: Path) -> bool:
    """Whether `.dockerignore` lets this path in: the last pattern that fits it, or a folder above it, decides."""
    inside = True
    parents = [path, *path.parents][:-1]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and any(fits(folder, pattern) for folder in parents):
            inside = line.startswith("!")
    return inside


def fits(path: Path, pattern: str) -> bool:
    tail = pattern.removeprefix("**/")
    whole = len(PurePosixPath(pattern).parts) == len(path.parts) and fnmatchcase(path.as_posix(), pattern)
    return whole or (tail != pattern and fnmatchcase(path.name, tail))


def parse(arguments: list[str]) -> None:
    """Have the command line take these apart; raises where it knows no such command or option."""
    command: Any = get_command(app)
    context = command.make_context("arena", [*arguments], resilient_parsing=True)
    rest = arguments
    while isinstance(command, TyperGroup):
        name, inner, rest = command.resolve_command(context, rest)
        assert inner is not None, f"there is no command {arguments}"
        context = inner.make_context(name, [*rest], parent=context, resilient_parsing="--help" in rest)
        command = inner


def known_variables() -> set[str]:
    """The environment variables that options of any command read."""
    found: set[str] = set()
    groups: list[Any] = [get_command(app)]
    for group in groups:
        for command in group.commands.values():
            groups += [command] if isinstance(command, TyperGroup) else []
            found |= {str(option.envvar) for option in command.params if option.envvar}
    return found


def test_there_is_something_to_look_at() -> None:
    assert [path.name for path in FILES] == ["server.Dockerfile", "vllm.Dockerfile"]
    assert OURS == ["server", "agent"]


@dockerfiles
def test_hadolint_has_nothing_to_say(path: Path) -> None:
    done = subprocess.run(
        [ARENA.with_name("hadolint"), "--failure-threshold", "style", path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_fits_the_compose_specification() -> None:
    command = [ARENA.with_name("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", DOCKER / "compose.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@dockerfiles
def test_everything_that_is_copied_is_there_and_in_the_context(path: Path) -> None:
    copied = [rest.split() for word, rest in instructions(path) if word in {"COPY", "ADD"}]
    sources = [Path(word) for words in copied if not words[0].startswith("--from=") for word in words[:-1]]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert in_context(source), source
    projects = re.findall(r"\./(plugins/\w+)", path.read_text())
    assert all((ROOT / project / "pyproject.toml").exists() and in_context(Path(project)) for project in projects)


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        *(("arena/cli/main.py", True), ("plugins/openspiel/arena_openspiel/plugin.py", True), ("LICENSE", True)),
        *((".git/config", False), ("arena.db", False), ("arena.db.state/signing.key", False), (".env", False)),
        *(("plugins/x/server.key", False), ("arena/__pycache__/a.pyc", False), ("plugins/x/node_modules/y", False)),
    ],
)
def test_keys_ledgers_and_rubbish_stay_out_of_the_context(path: str, inside: bool) -> None:
    assert in_context(Path(path)) == inside


@dockerfiles
def test_an_image_is_nobodys_root_and_says_how_it_is(path: Path) -> None:
    words = [word for word, _ in last_stage(path)]
    assert int(last(path, "USER")) > 0
    assert "RUN" not in words[words.index("USER") :]
    assert last(path, "HEALTHCHECK").partition("CMD ")[2] == '["arena", "health"]'
    made = re.search(r"useradd .*--uid (\d+)", last(path, "RUN"))
    assert made is not None
    assert made[1] == last(path, "USER")


@dockerfiles
def test_no_secret_is_in_a_layer(path: Path) -> None:
    named = [rest for word, rest in instructions(path) if word in {"ENV", "ARG"}]
    assert not [rest for rest in named if SECRET.search(rest)]


@dockerfiles
def test_commands_and_variables_of_an_image_are_known(path: Path) -> None:
    assert json.loads(last(path, "ENTRYPOINT")) == ["arena"]
    parse(json.loads(last(path, "CMD")))
    check = json.loads(last(path, "HEALTHCHECK").partition("CMD ")[2])
    parse(check[1:])
    assert set(re.findall(r"\b(ARENA_\w+)=", path.read_text())) <= known_variables()


@pytest.mark.parametrize("name", OURS)
def test_a_service_builds_from_here_and_runs_known_commands(name: str) -> None:
    service = SERVICES[name]
    build = service["build"]
    assert (DOCKER / build["context"]).resolve() == ROOT
    assert ROOT / build["dockerfile"] in FILES
    filled = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(word)) for word in service.get("command", ["serve"])]
    parse(filled)
    assert {key for key in service["environment"] if key.startswith("ARENA_")} <= known_variables()


def test_a_misspelt_flag_would_be_found() -> None:
    with pytest.raises(typer.TyperException):
        parse(["serve", "--hots", "0.0.0.0"])
    with pytest.raises(AssertionError, match="there is no command"):
        parse(["healthy"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gains_no_rights_and_its_password_comes_from_outside(name: str) -> None:
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    secrets = {key: value for key, value in service["environment"].items() if SECRET.search(key)}
    assert all(re.fullmatch(r"\$\{\w+:-\}", value) for value in secrets.values())


def test_the_server_listens_to_this_machine_only_and_keeps_its_ledger() -> None:
    server = SERVICES["server"]
    assert server["ports"] == ["127.0.0.1:7777:7777"]
    assert server["volumes"] == ["ledger:/data"]
    assert "ledger" in COMPOSE["volumes"]
    assert last(DOCKER / "server.Dockerfile", "VOLUME") == "/data"


def test_the_agent_has_a_gpu_and_waits_for_a_server_that_serves() -> None:
    agent = SERVICES["agent"]
    (device,) = agent["deploy"]["resources"]["reservations"]["devices"]
    assert (device["driver"], device["count"], device["capabilities"]) == ("nvidia", 1, ["gpu"])
    assert agent["depends_on"] == {"server": {"condition": "service_healthy"}}
    assert SERVICES["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_the_readme_names_every_variable_and_profile() -> None:
    text = (DOCKER / "README.md").read_text()
    variables = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text()))
    profiles = {profile for service in SERVICES.values() for profile in service.get("profiles", ())}
    assert variables
    assert [name for name in variables | profiles if f"`{name}`" not in text] == []
