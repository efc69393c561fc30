"""The field `view`: what a viewer knows as JSON, its own side exact by the request, the foe's as it was revealed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from arena_pokemon_vgc.choices import Request, fainted
from arena_pokemon_vgc.facts import Fact, Facts
from arena_pokemon_vgc.teams.sets import to_id
from arena_pokemon_vgc.tracking.known import Known, KnownPokemon, KnownSide, Lasting

Tree: TypeAlias = dict[str, Any]

_ON_FIELD: Final = ("slot", "fresh", "boosts", "volatiles")


def structured(known: Known, facts: Facts, own: int, request: Request | None, won: list[float]) -> Tree:
    """The whole tree; `own` is a seat, or negative for a viewer without a side. RULES.md, 5 describes every key."""
    sides = [_side(side, facts, known.turn) for side in known.sides]
    if own >= 0 and request is not None:
        _make_exact(sides[own], known.sides[own], request, facts)
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
    types = list(pokemon.types or facts.kind(pokemon.species)["types"])
    return [*types, pokemon.added_type] if pokemon.added_type else types


def _move(move: str, used: int, facts: Facts) -> Tree:
    fact: Fact = facts.move(move)
    picked = ("name", "type", "category", "power", "accuracy", "priority", "target")
    return {"id": move, "used": used, **{name: fact[name] for name in picked}}


def _make_exact(side: Tree, known: KnownSide, request: Request, facts: Facts) -> None:
    """Fill in what the request says of the viewer's own team; who is not in it was not picked."""
    preview, members = bool(request.get("teamPreview")), request["side"]["pokemon"]
    for each in side["team"]:
        each["brought"] = None if preview else False
    by_place = [_same(side["team"], known, member) for member in members]
    for place, (each, member) in enumerate(zip(by_place, members, strict=True), 1):
        _fill(each, member, place, facts, preview=preview)
    if not preview:
        _stand(side["team"], by_place, members)
    for each, active in zip(by_place, request.get("active") or (), strict=False):
        if each["slot"] is not None:
            each["options"] = active


def _same(team: Sequence[Tree], known: KnownSide, member: Mapping[str, Any]) -> Tree:
    """Who of the tracked team a member of a request is: by what it is off the field, else by its name, which stays."""
    species = str(member["details"]).split(",", maxsplit=1)[0]
    name = to_id(member["ident"].partition(": ")[2])
    own = [each.own_species or each.species for each in known.team.values()]
    if species in own:
        return team[own.index(species)]
    return next(each for each in team if each["name"].startswith(name))


def _stand(team: Sequence[Tree], by_place: Sequence[Tree], members: Sequence[Mapping[str, Any]]) -> None:
    """Who stands where by the request: under an illusion, its channel shows its own side somebody else."""
    shown = {each["slot"]: each for each in team if each["slot"] is not None}
    for slot, (real, member) in enumerate(zip(by_place[:2], members, strict=False)):
        seen = shown.get(slot)
        if seen is not None and seen is not real and member["active"] and not fainted(member):
            real.update({name: seen[name] for name in _ON_FIELD})
            seen.update(slot=None, fresh=False, boosts={}, volatiles=[])


def _fill(each: Tree, member: Mapping[str, Any], place: int, facts: Facts, *, preview: bool) -> None:
    used = {move["id"]: move["used"] for move in each["moves"]}
    health, _, status = str(member["condition"]).partition(" ")
    points, whole = (int(number or 0) for number in health.partition("/")[::2])
    each.update(
        place=place,
        brought=None if preview else True,
        hp=round(points / whole, 4) if whole else 0.0,
        hp_points=[points, whole],
        status=status,
        stats=dict(member["stats"]),
        item=member["item"] or "none",
        ability=member.get("ability") or member["baseAbility"],
        tera_type=member.get("teraType", ""),
        commanding=bool(member.get("commanding")),
        reviving=bool(member.get("reviving")),
        moves=[_move(move, used.get(move, 0), facts) for move in member["moves"]],
    )
