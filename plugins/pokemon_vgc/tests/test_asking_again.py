"""A choice that fails by what its seat could not know is asked for again, at no cost, and nobody else notices."""

from collections.abc import Callable
from typing import Final

from arena.core.seed import Seed
from arena.core.values import Seat
from arena_pokemon_vgc.choices import CODES, JOINT, is_switch, preview_order
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.state import VgcState

_TRAPPERS: Final = "\n\n".join(
    f"{who}\nAbility: {ability}\nLevel: 50\nTera Type: Steel\nEVs: 252 HP / 4 Def\n- Protect\n- {move}"
    for who, ability, move in (
        ("Gothitelle", "Shadow Tag", "Psychic"),
        ("Incineroar", "Intimidate", "Flare Blitz"),
        ("Amoonguss", "Regenerator", "Pollen Puff"),
        ("Whimsicott", "Prankster", "Moonblast"),
    )
)


def _trapped(game: VgcGame) -> VgcState:
    """Turn 1 against a Gothitelle whose ability is hidden."""
    entries = {Seat(0): game.pool[0], Seat(1): game.check_entry(_TRAPPERS)}
    state = game.new_state(Seed.of(1), entries)
    assert isinstance(state, VgcState)
    first = next(i for i in state.legal(Seat(1)).ids if preview_order(i - JOINT, 4, 4)[:2] == (1, 2))
    state.step({Seat(0): state.legal(Seat(0)).ids[0], Seat(1): first})
    return state


def test_seat_that_turns_out_to_be_trapped_is_asked_again_alone(made: Callable[..., VgcGame]) -> None:
    state = _trapped(made("gen9vgc2025regi", sheets="closed"))
    leaving = next(i for i in state.legal(Seat(0)).ids if is_switch(i % CODES) and not is_switch(i // CODES))
    told = list(state.events(Seat(1), 0))
    state.step({Seat(0): leaving, Seat(1): state.legal(Seat(1)).ids[0]})
    assert list(state.to_move()) == [Seat(0)]
    assert state.turn == 1
    assert list(state.events(Seat(1), 0)) == told
    assert not any(is_switch(i % CODES) for i in state.legal(Seat(0)).ids)
    state.step({Seat(0): state.legal(Seat(0)).ids[0]})
    assert state.turn == 2 or state.to_move()
