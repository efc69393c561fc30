import re
from pathlib import Path

import pytest

from arena.plugin.registry import Registry

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["text", "picture"])
def test_the_registry_offers_both_variants_with_their_options(name: str) -> None:
    registry = Registry()
    ref = registry.ref(f"who_is_the_spy/{name}?seats=5&spies=2&role=unknown")
    spec = registry.make_game(ref).spec
    assert (spec.id, spec.seats, spec.parties, spec.set_deals) == (f"who_is_the_spy/{name}", 5, 2, 10)
    assert (spec.forfeit, spec.dynamics, spec.perfect_information) == ("plays default", "mixed", False)


def test_every_option_stands_in_the_rule_book_with_its_default() -> None:
    """RULES.md 7"""
    rules = (HERE.parent / "RULES.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)`(?: \(picture\))? \| ([\w,]+) \| ", rules, re.MULTILINE))
    for option in Registry().listing("who_is_the_spy/picture").options:
        assert told[option.name] == str(option.default).lower()


def test_every_section_of_the_rules_is_cited_by_a_test() -> None:
    """RULES.md 1 to 8"""
    sections = re.findall(r"^##+ ([0-9.]+) ", (HERE.parent / "RULES.md").read_text(encoding="utf-8"), re.MULTILINE)
    source = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))
    cited = {
        number for line in re.findall(r"RULES\.md ([0-9., ]+)", source) for number in re.findall(r"\d[.\d]*\d|\d", line)
    }
    assert len(sections) > 20
    assert not set(sections) - cited
