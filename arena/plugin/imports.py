"""Agents named by an import path: `package.module:Class` or `path/file.py:Class`."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from arena.core.agent import Agent, AgentFactory, BatchAgent
from arena.core.errors import BadOption, UnknownAgent


def looks_like_import(spec: str) -> bool:
    """Whether SPEC has the form of an import path rather than of a registered name."""
    module, colon, name = spec.rpartition(":")
    return bool(colon) and name.isidentifier() and (module.endswith(".py") or _importable(module))


def import_agent(spec: str, settings: Sequence[str] = ()) -> AgentFactory | BatchAgent:
    """The `Agent` subclass, or an instance of the `BatchAgent` subclass, that an import path names.

    Raises:
        UnknownAgent: it cannot be imported, or is not an agent.
        BadOption: settings are given, which agents named by path do not take.
    """
    if settings:
        raise BadOption(f"agent {spec!r} is named by import path and takes no settings")
    path, _, name = spec.rpartition(":")
    try:
        found = getattr(_import(path), name)
    except FileNotFoundError:
        raise UnknownAgent(f"agent {spec!r}: there is no file {path!r}") from None
    except Exception as error:
        raise UnknownAgent(f"agent {spec!r} cannot be imported: {error}".splitlines()[0]) from error
    if inspect.isclass(found) and issubclass(found, BatchAgent):
        return found()
    if inspect.isclass(found) and issubclass(found, Agent):
        return found
    raise UnknownAgent(f"agent {spec!r} is neither a subclass of arena.core Agent nor of BatchAgent")


def _importable(module: str) -> bool:
    if not all(part.isidentifier() for part in module.split(".")):
        return False
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _import(path: str) -> ModuleType:
    if not path.endswith(".py"):
        if str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        return importlib.import_module(path)
    file = Path(path).resolve(strict=True)
    name = f"arena_agent_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UnknownAgent(f"agent file {path!r} is not Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
