"""Agents named by an import path: `package.module:Class` or `path/file.py:Class`."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from arena.core.agent import Agent, AgentFactory, BatchAgent
from arena.core.errors import AgentFault, BadOption, UnknownAgent
from arena.plugin.border import told


def looks_like_import(spec: str) -> bool:
    """Whether SPEC has the form of an import path rather than of a registered name."""
    module, colon, name = spec.rpartition(":")
    return bool(colon) and name.isidentifier() and (module.endswith(".py") or _importable(module))


def import_agent(spec: str, settings: Sequence[str] = ()) -> AgentFactory | BatchAgent:
    """The `Agent` subclass, or an instance of the `BatchAgent` subclass, that an import path names.

    Raises:
        UnknownAgent: it cannot be imported, or is not an agent.
        AgentFault: its model cannot be made.
        BadOption: settings are given, which agents named by path do not take.
    """
    if settings:
        raise BadOption(f"agent {spec!r} is named by import path and takes no settings")
    found = import_named(spec)
    if inspect.isclass(found) and issubclass(found, BatchAgent):
        return _made(found, spec)
    if inspect.isclass(found) and issubclass(found, Agent):
        return found
    raise UnknownAgent(f"agent {spec!r} is neither a subclass of arena.core Agent nor of BatchAgent")


def import_named(spec: str) -> object:
    """What an import path names.

    Raises:
        UnknownAgent: it cannot be imported.
    """
    path, _, name = spec.rpartition(":")
    try:
        return getattr(_import(path), name)
    except FileNotFoundError:
        raise UnknownAgent(f"agent {spec!r}: there is no file {path!r}") from None
    except AttributeError as error:
        raise UnknownAgent(f"agent {spec!r} cannot be imported: {error}") from error
    except (Exception, SystemExit) as error:
        raise UnknownAgent(f"agent {spec!r} cannot be imported: {told(error)}") from error


def _made(batch: type[BatchAgent], spec: str) -> BatchAgent:
    try:
        return batch()
    except (Exception, SystemExit) as error:
        raise AgentFault(f"agent {spec!r} cannot be made: {told(error)}") from error


def _importable(module: str) -> bool:
    """Whether there is such a module, one that fails when it is imported included: that is to be told as it is."""
    if not all(part.isidentifier() for part in module.split(".")):
        return False
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError as error:
        return not f"{module}.".startswith(f"{error.name}.")
    except ValueError:
        return module in sys.modules
    except (Exception, SystemExit):  # noqa: BLE001 - border: the packages around the module are imported for this
        return True


def _import(path: str) -> ModuleType:
    if not path.endswith(".py"):
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
