"""Reads the lines of one channel, in Showdown's protocol (SIM-PROTOCOL.md), into what its viewer knows."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from arena_pokemon_vgc.teams.sets import to_id
from arena_pokemon_vgc.tracking.known import Known, KnownPokemon, Lasting
from arena_pokemon_vgc.tracking.lines import EXTENDED, LAYERED, details_of, effect_of, lasting, side_of, take_condition
from arena_pokemon_vgc.tracking.stages import Stages

_Args: TypeAlias = Sequence[str]

_GIMMICKS: Final = {"dynamax"}


class Tracker:
    """Feed it every line of a channel in order; `known` is what they say. Lines it has no use for are passed over."""

    def __init__(self) -> None:
        self.known = Known()
        self._handlers: dict[str, Callable[[_Args], None]] = {
            "poke": self._poke,
            "showteam": self._showteam,
            "switch": self._enter,
            "drag": self._enter,
            "replace": self._replace,
            "detailschange": self._change_details,
            "-formechange": self._change_forme,
            "move": self._move,
            "turn": self._turn,
            "faint": self._faint,
            "swap": self._swap,
            "-damage": self._set_hp,
            "-heal": self._set_hp,
            "-sethp": self._set_hp,
            "-status": self._set_status,
            "-curestatus": self._cure,
            "-weather": self._weather,
            "-fieldstart": self._field_start,
            "-fieldend": self._field_end,
            "-sidestart": self._side_start,
            "-sideend": self._side_end,
            "-swapsideconditions": self._swap_conditions,
            "-start": self._start,
            "-end": self._end,
            "-item": self._item,
            "-enditem": self._end_item,
            "-ability": self._ability,
            "-mega": self._mega,
            "-terastallize": self._terastallize,
            "-zpower": lambda args: self._evolve(args[0]),
            "-burst": lambda args: self._evolve(args[0]),
            "-transform": self._transform,
            **Stages(self.known, self._of).handlers,
        }

    def read(self, lines: Iterable[str]) -> None:
        """Take lines in."""
        for line in lines:
            _, kind, *args = line.split("|") if line.startswith("|") else ("", "", "")
            handler = self._handlers.get(kind)
            if handler is not None:
                handler(args)
            if kind.startswith("-") and args:
                self._reveal(args)

    # ---- who ---------------------------------------------------------------------------------------------------------

    def _poke(self, args: _Args) -> None:
        species, level, gender = details_of(args[1])
        side = self.known.sides[side_of(args[0])]
        side.team[to_id(species)] = KnownPokemon(species, level, gender)

    def _showteam(self, args: _Args) -> None:
        side = self.known.sides[side_of(args[0])]
        for text, pokemon in zip("|".join(args[1:]).split("]"), side.team.values(), strict=False):
            name, species, item, ability, moves, nature, *_, extras = text.split("|")
            pokemon.species = species or name
            pokemon.item, pokemon.ability, pokemon.nature = to_id(item), to_id(ability), nature
            pokemon.moves = {to_id(move): 0 for move in moves.split(",") if move}
            pokemon.tera_type = extras.split(",")[-1] if "," in extras else ""

    def _of(self, ident: str) -> KnownPokemon | None:
        """Who `p1a: Raichu` is; only those on the field are ever named by slot."""
        if not ident.startswith("p") or ":" not in ident:
            return None
        place, _, name = ident.partition(": ")
        side = self.known.sides[side_of(place)]
        if len(place) > 2:
            for each in side.team.values():
                if each.slot == ord(place[2]) - ord("a"):
                    return each
        return side.team.get(to_id(name))

    def _enter(self, args: _Args) -> None:
        place = args[0].partition(":")[0]
        side, slot = self.known.sides[side_of(place)], ord(place[2]) - ord("a")
        for each in side.team.values():
            if each.slot == slot:
                each.leave()
        entered = self._member(side_of(place), args[1])
        entered.remember()
        entered.slot, entered.brought, entered.fresh = slot, True, True
        take_condition(entered, args[2])
        if sum(bool(each.brought) for each in side.team.values()) >= side.picked:
            for each in side.team.values():
                each.brought = bool(each.brought)

    def _member(self, seat: int, details: str) -> KnownPokemon:
        """Of the preview the one whose species this is; formes that a preview hides show now."""
        species, level, gender = details_of(details)
        team = self.known.sides[seat].team
        found = team.get(to_id(species)) or next((p for p in team.values() if p.species == species), None)
        if found is None:
            base = to_id(species.split("-", maxsplit=1)[0])
            found = next((p for name, p in team.items() if name.startswith(base)), None)
        if found is None:
            found = team[to_id(species)] = KnownPokemon(species, level, gender)
        found.species = found.own_species = species
        found.level = level
        return found

    def _replace(self, args: _Args) -> None:
        """An illusion ends: who was thought to stand there never did."""
        seen = self._of(args[0])
        real = self._member(side_of(args[0]), args[1])
        if seen is not None and seen is not real:
            real.take_over(seen)
        real.slot, real.brought = ord(args[0][2]) - ord("a"), True

    def _change_details(self, args: _Args) -> None:
        """For the rest of the match."""
        if pokemon := self._of(args[0]):
            pokemon.species = pokemon.own_species = details_of(args[1])[0]

    def _change_forme(self, args: _Args) -> None:
        """For as long as it stays on the field."""
        if pokemon := self._of(args[0]):
            pokemon.species = details_of(args[1])[0]

    def _transform(self, args: _Args) -> None:
        pokemon, copied = self._of(args[0]), self._of(args[1])
        if pokemon is not None and copied is not None:
            pokemon.species, pokemon.types, pokemon.boosts = copied.species, copied.types, dict(copied.boosts)
            pokemon.volatiles.add("transform")

    def _swap(self, args: _Args) -> None:
        if (pokemon := self._of(args[0])) and args[1].isdigit():
            active = self.known.sides[side_of(args[0])].active()
            if other := active[int(args[1])]:
                other.slot, pokemon.slot = pokemon.slot, other.slot

    # ---- what happens ------------------------------------------------------------------------------------------------

    def _turn(self, args: _Args) -> None:
        self.known.turn = int(args[0])
        for side in self.known.sides:
            for each in side.active():
                if each is not None:
                    each.fresh = each.fresh and "acted" not in each.volatiles
                    each.volatiles.discard("acted")

    def _move(self, args: _Args) -> None:
        pokemon = self._of(args[0])
        if pokemon is None:
            return
        pokemon.volatiles.add("acted")
        if not any(extra.startswith(("[from]", "[zeffect]")) for extra in args[2:]) and not pokemon.dynamaxed:
            move = to_id(args[1])
            if move != "struggle" and "transform" not in pokemon.volatiles:
                pokemon.moves[move] = pokemon.moves.get(move, 0) + 1

    def _faint(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.hp, pokemon.status = 0.0, "fnt"
            pokemon.leave()

    def _set_hp(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            take_condition(pokemon, args[1])

    def _set_status(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.status = args[1]

    def _cure(self, args: _Args) -> None:
        if (pokemon := self._of(args[0])) and not pokemon.fainted:
            pokemon.status = ""

    def _start(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            effect = effect_of(args[1])
            if effect == "typechange" and len(args) > 2 and not args[2].startswith("["):
                pokemon.types, pokemon.added_type = tuple(args[2].split("/")), ""
            if effect == "typeadd":
                pokemon.added_type = args[2]
            if effect == "dynamax":
                pokemon.dynamaxed = True
                self._evolve(args[0])
            pokemon.volatiles.add(effect)

    def _end(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            effect = effect_of(args[1])
            pokemon.volatiles.discard(effect)
            pokemon.dynamaxed = pokemon.dynamaxed and effect not in _GIMMICKS

    def _mega(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.mega, pokemon.item = True, to_id(args[2]) if len(args) > 2 else pokemon.item
            pokemon.ability = ""
        self._evolve(args[0])

    def _terastallize(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.terastallized, pokemon.tera_type = True, args[1]
        self._evolve(args[0])

    def _evolve(self, ident: str) -> None:
        self.known.sides[side_of(ident)].evolved = True

    # ---- items and abilities -----------------------------------------------------------------------------------------

    def _item(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.item = to_id(args[1])

    def _end_item(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.item = "none"

    def _ability(self, args: _Args) -> None:
        if pokemon := self._of(args[0]):
            pokemon.ability = to_id(args[1])

    def _reveal(self, args: _Args) -> None:
        """`[from] ability: Intimidate|[of] p2a: Incineroar` tells whose ability or item that is."""
        source = next((extra for extra in args if extra.startswith("[from] ")), "")
        kind, _, name = source.removeprefix("[from] ").partition(": ")
        if kind not in {"ability", "item"}:
            return
        of = next((extra.removeprefix("[of] ") for extra in args if extra.startswith("[of] ")), args[0])
        pokemon = self._of(of)
        if pokemon is not None and kind == "ability":
            pokemon.ability = to_id(name)
        elif pokemon is not None and pokemon.item != "none":
            pokemon.item = to_id(name)

    # ---- field -------------------------------------------------------------------------------------------------------

    def _weather(self, args: _Args) -> None:
        weather = to_id(args[0])
        if "[upkeep]" in args:
            return
        self.known.weather = "" if weather == "none" else weather
        self.known.weather_lasts = lasting(weather, self.known.turn, extendable=True) if self.known.weather else None

    def _field_start(self, args: _Args) -> None:
        effect = effect_of(args[0])
        self.known.field[effect] = lasting(effect, self.known.turn, extendable=effect.endswith("terrain"))
        if effect.endswith("terrain"):
            others = [name for name in self.known.field if name.endswith("terrain") and name != effect]
            for other in others:
                del self.known.field[other]

    def _field_end(self, args: _Args) -> None:
        self.known.field.pop(effect_of(args[0]), None)

    def _side_start(self, args: _Args) -> None:
        effect, conditions = effect_of(args[1]), self.known.sides[side_of(args[0])].conditions
        if effect in LAYERED:
            conditions.setdefault(effect, Lasting(self.known.turn, layers=0)).layers += 1
        else:
            conditions[effect] = lasting(effect, self.known.turn, extendable=effect in EXTENDED)

    def _side_end(self, args: _Args) -> None:
        self.known.sides[side_of(args[0])].conditions.pop(effect_of(args[1]), None)

    def _swap_conditions(self, args: _Args) -> None:
        one, other = self.known.sides
        one.conditions, other.conditions = other.conditions, one.conditions
