"""The arena and its plugins as installed distributions, also where only a checkout is there.

Entry points are read from `dist-info` folders on the path; the ones made here say what the checkout's projects declare.
"""

import os
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def source_environ(environ: Mapping[str, str], scratch: Path) -> Mapping[str, str]:
    """`environ` as it is where the arena is installed, else with the checkout and its entry points on PYTHONPATH."""
    try:
        distribution("arena")
    except PackageNotFoundError:
        return _with_path(environ, _entry_points(scratch))
    return environ


def _entry_points(scratch: Path) -> list[Path]:
    points = scratch / "points"
    projects = [ROOT, *sorted(project.parent for project in ROOT.glob("plugins/*/pyproject.toml"))]
    for project in projects:
        _declare(points, tomllib.loads((project / "pyproject.toml").read_text())["project"])
    testing = {"name": "arena-testing", "version": "0", "entry-points": {"arena": {"testing": "tests.e2e.tiny_plugin"}}}
    _declare(points, testing)
    return [points, *projects]


def _declare(points: Path, project: Mapping[str, object]) -> None:
    name, version = str(project["name"]), project["version"]
    folder = points / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    groups = project.get("entry-points", {})
    assert isinstance(groups, Mapping)
    lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in groups.items()]
    (folder / "entry_points.txt").write_text("\n".join(lines))


def _with_path(environ: Mapping[str, str], folders: list[Path]) -> Mapping[str, str]:
    path = [*map(str, folders), *filter(None, [environ.get("PYTHONPATH", "")])]
    return {**environ, "PYTHONPATH": os.pathsep.join(path)}
