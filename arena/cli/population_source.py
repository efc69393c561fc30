"""Where `arena population` asks: a ledger here or a server, with the same answers in the shape that --json prints."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from arena.cli.lineage import Line, line_of, told_line
from arena.core.errors import BadRequest

if TYPE_CHECKING:
    from arena.client.remote import Remote
    from arena.ledger import Ledger
    from arena.local.population import Query

Version = tuple[str, str]
Of = Mapping[str, Any]
"""What payoffs are of: metric, checkpoints and, where they have a meaning, seat, role and bounds."""


class Source(NamedTuple):
    """The options that say where."""

    db: str
    server: str | None
    token: str | None
    tls_ca: Path | None


class Services(Protocol):
    """What both can do."""

    def payoffs(self, game: str, rows: Sequence[str], columns: Sequence[str], of: Of) -> dict[str, Any]:
        """Rows against columns: lists of lists, null where nothing is known."""

    def sample(self, game: str, asked: Mapping[str, Any], of: Of) -> dict[str, Any]:
        """The opponents drawn and everybody's chance."""

    def need(self, game: str, most: int, members: Sequence[str], of: Of) -> list[dict[str, Any]]:
        """The least sure pairings."""

    def freeze(self, version: Version, parent: Version | None, told: Mapping[str, Any]) -> Line:
        """The checkpoint as it stands; `told` are its stage, data_digest, step and figures."""


@contextmanager
def opened(source: Source, *, create: bool = False) -> Iterator[Services]:
    """The services of a server or, without one, of a ledger; with `create`, also of one that is not there yet."""
    if source.server:
        from arena.client.remote import Remote

        with Remote(source.server, token=source.token, tls_ca=source.tls_ca) as remote:
            yield _There(remote)
        return
    from arena.ledger import Ledger

    with Ledger.open(source.db, create=create) as ledger:
        yield _Here(ledger)


def the_version(text: str, agent: str = "") -> Version:
    """AGENT@VERSION; with an `agent`, VERSION alone means one of its own."""
    name, _, version = text.partition("@") if "@" in text or not agent else (agent, "", text)
    if not (name and version):
        raise BadRequest(f"a checkpoint is AGENT@VERSION, as in alice@v3, not {text[:80]!r}")
    return name, version


class _Here:
    def __init__(self, ledger: "Ledger") -> None:
        from arena.local.population import Population

        self._ledger, self._population = ledger, Population(ledger)

    def payoffs(self, game: str, rows: Sequence[str], columns: Sequence[str], of: Of) -> dict[str, Any]:
        table = self._population.payoffs(_query(game, of), rows, columns)
        known = set(zip(*map(list, table.count.nonzero()), strict=True))
        cells = {(i, j): tuple(float(values[i, j]) for values in (table.mean, table.low, table.high)) for i, j in known}
        sets = {(i, j): int(table.count[i, j]) for i, j in known}
        return _document(game, of, table.rows, table.columns, cells, sets)

    def sample(self, game: str, asked: Mapping[str, Any], of: Of) -> dict[str, Any]:
        from arena.local.population import Sampling

        found = self._population.sample(_query(game, of), Sampling(**asked))
        return {"game": game, "opponents": list(found.opponents), "chances": dict(found.chances)}

    def need(self, game: str, most: int, members: Sequence[str], of: Of) -> list[dict[str, Any]]:
        found = self._population.need(_query(game, of), most, members)
        return [_needed(pair.agent, pair.opponent, pair.samples, pair.width) for pair in found]

    def freeze(self, version: Version, parent: Version | None, told: Mapping[str, Any]) -> Line:
        from arena.core.values import AgentName

        agent, name = version
        mother = None if parent is None else (AgentName(parent[0]), parent[1])
        return line_of(self._ledger.checkpoints.freeze(AgentName(agent), name, mother, **told))


class _There:
    def __init__(self, remote: "Remote") -> None:
        self._remote = remote

    def payoffs(self, game: str, rows: Sequence[str], columns: Sequence[str], of: Of) -> dict[str, Any]:
        found = self._remote.payoff_table(game, rows, columns, **of)
        nan = float("nan")
        cells = {
            (cell.row, cell.column): (cell.mean, *((cell.low, cell.high) if cell.HasField("low") else (nan, nan)))
            for cell in found.cells
        }
        sets = {(cell.row, cell.column): cell.sets for cell in found.cells}
        return _document(game, of, found.rows, found.columns, cells, sets)

    def sample(self, game: str, asked: Mapping[str, Any], of: Of) -> dict[str, Any]:
        found = self._remote.sample_opponent(game, **asked, **of)
        chances = {each.opponent: each.chance for each in found.chances}
        return {"game": game, "opponents": list(found.opponents), "chances": chances}

    def need(self, game: str, most: int, members: Sequence[str], of: Of) -> list[dict[str, Any]]:
        found = self._remote.need_matches(game, most, members, **of)
        return [_needed(pair.agent, pair.opponent, pair.sets, pair.width) for pair in found]

    def freeze(self, version: Version, parent: Version | None, told: Mapping[str, Any]) -> Line:
        return told_line(self._remote.freeze(*version, parent, **told))


def _query(game: str, of: Of) -> "Query":
    from arena.core.values import Seat
    from arena.local.population import Query
    from arena.rating.population import Metric

    seat = of.get("seat")
    return Query(
        game=game,
        metric=Metric(of["metric"]),
        checkpoints=of["checkpoints"],
        seat=None if seat is None else Seat(seat),
        role=of.get("role", ""),
        bounds=of.get("bounds"),
    )


def _needed(agent: str, opponent: str, sets: int, width: float) -> dict[str, Any]:
    return {"agent": agent, "opponent": opponent, "sets": sets, "width": width}


def _document(
    game: str,
    of: Of,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[int, int], tuple[float, ...]],
    sets: Mapping[tuple[int, int], int],
) -> dict[str, Any]:
    grid = [[(i, j) for j in range(len(columns))] for i in range(len(rows))]
    told = {name: of.get(name) for name in ("metric", "checkpoints", "seat")} | {"role": of.get("role", "")}
    document: dict[str, Any] = {"game": game, **told, "rows": list(rows), "columns": list(columns)}
    for place, name in enumerate(("mean", "low", "high")):
        document[name] = [[_known(cells[at][place]) if at in cells else None for at in line] for line in grid]
    document["sets"] = [[sets.get(at, 0) for at in line] for line in grid]
    unmet = (at for line in grid for at in line if at not in cells)
    document["missing"] = [[rows[i], columns[j]] for i, j in unmet if rows[i] != columns[j]]
    return document


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - NaN
