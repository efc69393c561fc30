"""The official doubles formats that the simulator of the lock file has."""

import json
from dataclasses import dataclass
from typing import Final

from arena_pokemon_vgc.engine.node import FOLDER

SIMULATOR: Final[str] = json.loads((FOLDER / "package.json").read_text())["dependencies"]["pokemon-showdown"]
"""Version of the simulator, which holds the rules."""
VERSION: Final = f"1.0.0+showdown{SIMULATOR}"
"""The version of this adaptor and of the simulator."""
DEFAULT: Final = "gen9championsvgc2026regmb"
"""The current format."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format by its id, and whether team sheets are open in it unless an option says otherwise."""

    id: str
    name: str
    open_sheets: bool = False

    def rules(self, *, open_sheets: bool) -> str:
        """The format's name for the simulator, with open or closed sheets.

        Whether to open them is asked of both sides where the rule is `Open Team Sheets`; here the option decides.
        """
        if self.open_sheets:
            return f"{self.id}@@@!Open Team Sheets{',Force Open Team Sheets' * open_sheets}"
        return f"{self.id}@@@Force Open Team Sheets" if open_sheets else self.id


FORMATS: Final = {
    each.id: each
    for each in (
        Format(DEFAULT, "[Gen 9 Champions] VGC 2026 Reg M-B", True),
        Format("gen9championsvgc2026regma", "[Gen 9 Champions] VGC 2026 Reg M-A", True),
        Format("gen9vgc2025regi", "[Gen 9] VGC 2025 Reg I", True),
        Format("gen9vgc2024regg", "[Gen 9] VGC 2024 Reg G", True),
        Format("gen9vgc2023regd", "[Gen 9] VGC 2023 Reg D", True),
        Format("gen9vgc2023regc", "[Gen 9] VGC 2023 Reg C", True),
        Format("gen8vgc2022", "[Gen 8] VGC 2022"),
        Format("gen8vgc2021", "[Gen 8] VGC 2021"),
        Format("gen8vgc2020", "[Gen 8] VGC 2020"),
        Format("gen7vgc2019", "[Gen 7] VGC 2019"),
        Format("gen7vgc2018", "[Gen 7] VGC 2018"),
        Format("gen7vgc2017", "[Gen 7] VGC 2017"),
        Format("gen6vgc2016", "[Gen 6] VGC 2016"),
        Format("gen6vgc2015", "[Gen 6] VGC 2015"),
        Format("gen6vgc2014", "[Gen 6] VGC 2014"),
    )
}
"""By id. The best-of-three twins are an option here; formats before generation 6 do not open with a team preview."""
