"""The field `view`: what a viewer knows as JSON, its own side exact by the request, the foe's as it was revealed."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from arena_pokemon_vgc.choices import Request
from arena_pokemon_vgc.facts import Fact, Facts
from arena_pokemon_vgc.teams.sets import to_id
from arena_pokemon_vgc.tracking.known import Known, KnownPokemon, KnownSide, Lasting

Tree: TypeAlias = dict[str, Any]


def structured(known: Known, facts: Facts, own: int, request: Request | None, won: list[float]) -> Tree:
    """The whole tree; `own` is a seat, or negative for a viewer without a side. RULES.md, 5 describes every key."""
    sides = [_side(side, facts, known.turn) for side in known.sides]
    if own >= 0 and request is not None:
        _make_exact(sides[own], request, facts)
    return {
        "seat": own,
        "turn": known.turn,
        "phase": _phase(request),
        "won": won,
        "weather": known.weather,
        "weather_turns_left": known.weather_lasts.turns_left(known.turn) if known.weather_lasts else None,
        "field": {name: lasting.turns_left(known.turn) for name, lasting in known.field.items()},
        "sides": sides,
    }


def _phase(request: Request | None) -> str:
    if request is None:
        return "wait"
    if request.get("teamPreview"):
        return "preview"
    return "switch" if request.get("forceSwitch") else "move"


def _side(side: KnownSide, facts: Facts, turn: int) -> Tree:
    return {
        "conditions": {name: _condition(lasting, turn) for name, lasting in side.conditions.items()},
        "gimmick_used": side.evolved,
        "left": side.picked - sum(each.fainted for each in side.team.values()),
        "team": [_member(name, each, facts) for name, each in side.team.items()],
    }


def _condition(lasting: Lasting, turn: int) -> Tree:
    return {"turns_left": lasting.turns_left(turn), "layers": lasting.layers}


def _member(name: str, pokemon: KnownPokemon, facts: Facts) -> Tree:
    return {
        "name": name,
        "species": pokemon.species,
        "types": _types(pokemon, facts),
        "level": pokemon.level,
        "gender": pokemon.gender,
        "hp": round(pokemon.hp, 4),
        "status": pokemon.status,
        "slot": pokemon.slot,
        "brought": pokemon.brought,
        "item": pokemon.item,
        "ability": pokemon.ability,
        "nature": pokemon.nature,
        "tera_type": pokemon.tera_type,
        "terastallized": pokemon.terastallized,
        "mega": pokemon.mega,
        "dynamaxed": pokemon.dynamaxed,
        "fresh": pokemon.fresh,
        "boosts": dict(pokemon.boosts),
        "volatiles": sorted(pokemon.volatiles - {"acted"}),
        "moves": [_move(move, used, facts) for move, used in pokemon.moves.items()],
    }


def _types(pokemon: KnownPokemon, facts: Facts) -> list[str]:
    if pokemon.terastallized and pokemon.tera_type not in {"", "Stellar"}:
        return [pokemon.tera_type]
    return list(pokemon.types or facts.kind(pokemon.species)["types"])


def _move(move: str, used: int, facts: Facts) -> Tree:
    fact: Fact = facts.move(move)
    picked = ("name", "type", "category", "power", "accuracy", "priority", "target")
    return {"id": move, "used": used, **{name: fact[name] for name in picked}}


def _make_exact(side: Tree, request: Request, facts: Facts) -> None:
    """Fill in what the request says of the viewer's own team; who is not in it was not picked."""
    preview = bool(request.get("teamPreview"))
    for each in side["team"]:
        each["brought"] = None if preview else False
    for place, member in enumerate(request["side"]["pokemon"], 1):
        if each := _same(side["team"], member):
            _fill(each, member, place, facts, preview=preview)
    for slot, active in enumerate(request.get("active") or ()):
        for each in side["team"]:
            if each["slot"] == slot:
                each["options"] = active


def _same(team: Sequence[Tree], member: Mapping[str, Any]) -> Tree | None:
    """Who of the tracked team a member of a request is: by its species now, else by its name, which stays."""
    species = str(member["details"]).split(",", maxsplit=1)[0]
    name = to_id(member["ident"].partition(": ")[2])
    by_species = (each for each in team if each["species"] == species)
    return next(by_species, None) or next((each for each in team if each["name"].startswith(name)), None)


def _fill(each: Tree, member: Mapping[str, Any], place: int, facts: Facts, *, preview: bool) -> None:
    used = {move["id"]: move["used"] for move in each["moves"]}
    health = str(member["condition"]).partition(" ")[0].partition("/")
    each.update(
        place=place,
        brought=None if preview else True,
        hp_points=[int(health[0]), int(health[2] or 0)],
        stats=dict(member["stats"]),
        item=member["item"] or "none",
        ability=member.get("ability") or member["baseAbility"],
        tera_type=member.get("teraType", ""),
        commanding=bool(member.get("commanding")),
        reviving=bool(member.get("reviving")),
        moves=[_move(move, used.get(move, 0), facts) for move in member["moves"]],
    )
