"""From matplotlib to inline SVG: text stays text, names are never markup, and ids of several drawings do not clash."""

import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.report.text import NAME, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH: Final = 420
"""CSS pixels that a drawing is laid out for: a phone shows it somewhat smaller, a desktop somewhat larger."""
INK: Final = "#1d2733"
FAINT: Final = "#8b97a5"
GRID: Final = "#e4e8ed"
BLUE: Final = "#2364aa"
HUES: Final = ("#2364aa", "#d1662a", "#2a9070", "#a23e8c", "#8a7a12", "#4aa3d8", "#c0392b", "#5c6b7a")
"""Told apart by most eyes (after Okabe and Ito)."""
TRACKS: Final = len(HUES)
"""Lines in one drawing."""

_STYLE: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "arena",
    "text.parse_math": False,
    "text.usetex": False,
    "font.size": 11,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": 11,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "{http://www.w3.org/1999/xlink}href"
_REFERENCE: Final = re.compile(r"url\(#([^)]+)\)")


def draw(name: str, title: str, height: float, paint: "Callable[[Axes], None]") -> str:
    """The SVG of one pair of axes, `height` CSS pixels high; `name` keeps its ids apart, `title` is read aloud.

    Raises:
        BadRequest: matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise BadRequest("drawing a report needs matplotlib and jinja2; install arena[report]") from None
    target = io.StringIO()
    with rc_context(_STYLE), warnings.catch_warnings():  # type: ignore[arg-type]  # its keys are a Literal of thousands
        warnings.filterwarnings("ignore", message=".*[Gg]lyph")  # the browser has the fonts, not we
        figure = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
        paint(figure.add_subplot())
        figure.savefig(target, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _inline(target.getvalue(), name, title)


def name_rows(axes: "Axes", agents: Sequence[AgentName]) -> None:
    """A row an agent, the first on top, with its name to the left."""
    axes.set_yticks(range(len(agents)), [shown(agent, NAME) for agent in agents])
    axes.set_ylim(len(agents) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def name_ends(axes: "Axes", ends: Sequence[tuple[AgentName, float]]) -> None:
    """Names to the right of the axes, in the order of their lines and never over one another."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.065
    order = sorted(range(len(ends)), key=lambda at: -ends[at][1])
    places: dict[int, float] = {}
    below = high + gap
    for at in order:
        below = places[at] = min(ends[at][1], below - gap)
    over = max(0.0, low - below) if order else 0.0
    for at, place in places.items():
        axes.annotate(
            shown(ends[at][0], NAME - 6),
            (1, place + over),
            (6, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=11,
            color=HUES[at],
            annotation_clip=False,
        )


def _inline(text: str, name: str, title: str) -> str:
    """The drawing without what only a file of its own needs, as wide as the page lets it be."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(text)
    for drop in ("width", "height", "version"):
        root.attrib.pop(drop, None)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    root.attrib.update({"role": "img", "aria-label": title})
    _rename(root, name)
    return ET.tostring(root, encoding="unicode")


def _rename(root: ET.Element, name: str) -> None:
    """Ids that are referred to begin with the drawing's name; the others go."""
    nodes = [*root.iter()]
    wanted = {node.get(_XLINK, "")[1:] for node in nodes if node.get(_XLINK, "").startswith("#")}
    wanted |= {found for node in nodes for value in node.attrib.values() for found in _REFERENCE.findall(value)}
    for node in nodes:
        own = node.attrib.pop("id", None)
        if own in wanted:
            node.attrib["id"] = f"{name}-{own}"
        for key, value in node.attrib.items():
            if key == _XLINK and value.startswith("#"):
                node.attrib[key] = f"#{name}-{value[1:]}"
            elif "url(#" in value:
                node.attrib[key] = _REFERENCE.sub(rf"url(#{name}-\1)", value)
