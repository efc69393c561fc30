"""Every command and snippet of README.md and of the page on training, run as they stand: one shell, first to last."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.terminal import environment, free_port

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
TRAINING = ROOT / "arena" / "training" / "README.md"
DOCUMENTS = sorted(
    page.relative_to(ROOT)
    for pattern in ("*.md", "protos/*.md", "docker/*.md", "arena/**/*.md", "plugins/*/*.md")
    for page in ROOT.glob(pattern)
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\S+\.(?:py|toml))\n")
PRELUDE = """
set -euo pipefail
servers=()
joined=()
trap 'kill "${servers[@]}" $(jobs -p) 2>/dev/null || true; wait' EXIT
await_port() {
    for _ in $(seq 300); do
        (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null && return
        kill -0 "$2"
        sleep 0.1
    done
    return 1
}
"""


@dataclass(frozen=True)
class Block:
    """One fenced block; `name` is the file that its first line names."""

    language: str
    text: str

    @property
    def name(self):
        found = NAMED.match(self.text)
        return found and found[1]


def told():
    """README.md, with the page on training behind its own section on that, which has servers at hand."""
    before, after, rest = README.read_text(encoding="utf-8").partition("## Serving for others")
    assert TRAINING.relative_to(ROOT).as_posix() in before
    return before + TRAINING.read_text(encoding="utf-8") + after + rest


BLOCKS = [Block(*found) for found in FENCE.findall(told())]


def commands(block):
    """The commands of a shell block, continued lines joined."""
    return [line for line in block.text.replace("\\\n", "").splitlines() if line.strip()]


def shell(line):
    """How a shown command is run: a server in the background; of `make`, which runs the tests, only its plan."""
    if line.startswith("make "):
        return f"make --dry-run --directory {ROOT} {line.removeprefix('make ')}"
    if line.startswith("arena serve"):
        port = re.search(r"--port (\d+)", line)[1]
        return f"{line} &\nservers+=($!)\nawait_port {port} $!"
    return f"{line}\njoined+=($!)" if line.endswith("&") else line


def script():
    lines = [shell(line) for block in BLOCKS if block.language == "bash" for line in commands(block)]
    return PRELUDE + "".join(f"echo {line.splitlines()[0]!r} >&2\n{line}\n" for line in lines) + 'wait "${joined[@]}"\n'


def on_free_ports(text, ports):
    for shown, free in ports.items():
        text = text.replace(shown, free)
    return text


@pytest.fixture
def ports():
    return {shown: str(free_port()) for shown in ("7777", "7778")}


@pytest.fixture
def folder(tmp_path, ports):
    """A folder with the files that README.md tells to write, and the environment that it tells to set up."""
    (tmp_path / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    for block in BLOCKS:
        if block.name:
            file = tmp_path / block.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(on_free_ports(block.text, ports), encoding="utf-8")
    return tmp_path


def test_every_block_is_run_or_is_a_file_that_is_used():
    assert {block.language for block in BLOCKS} == {"bash", "python", "toml"}
    shown = "".join(block.text for block in BLOCKS if block.language == "bash")
    for block in BLOCKS:
        if block.language != "bash":
            assert block.name
            assert Path(block.name).name in shown or f"./{Path(block.name).parent}" in shown


@pytest.mark.timeout(300)
def test_every_shown_command_works(folder, ports):
    site = folder / "site"
    env = environment(
        PYTHONPATH=str(site),  # where pip puts the game, so that this environment stays as it is
        PIP_TARGET=str(site),
        PIP_NO_INDEX="1",
        PIP_NO_DEPS="1",
        PIP_NO_BUILD_ISOLATION="0",  # pip reads this one as "no isolation: yes"
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )
    process = subprocess.Popen(
        ["bash", "-c", on_free_ports(script(), ports)],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        out, _ = process.communicate(timeout=280)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, _ = process.communicate()
    assert process.returncode == 0, out
    assert "Traceback" not in out


def test_the_overview_names_every_command(cli_names):
    table = README.read_text(encoding="utf-8").partition("## Commands")[2].partition("GAME is")[0]
    assert all(f"`arena {name}" in table for name in cli_names)


@pytest.fixture
def cli_names():
    from arena.cli.main import app

    commands = [command.callback.__name__ for command in app.registered_commands]
    return commands + [group.name for group in app.registered_groups]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_to_files_of_this_repository(document):
    page = ROOT / document
    targets = re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
