"""The negotiation engine as a game: a variant's pieces behind the arena's contract."""

from arena.core.game import Entries, FieldSpec, Game, GameSpec
from arena.core.seed import Seed
from arena.core.values import TENSOR, TEXT, VIEW, Config, Seat
from arena_negotiation.scenario import Scenario, Variant
from arena_negotiation.state import Negotiation
from arena_negotiation.view import tensor_size

VERSION = "1.1.0"
"""Of the rules; RULES.md says what it stands for."""


class NegotiationGame(Game):
    """One variant with its options applied."""

    def __init__(self, variant: Variant, config: Config) -> None:
        self.config = config
        self._variant = variant
        self.spec = _spec(variant)

    def new_state(self, seed: Seed, entries: Entries) -> Negotiation:
        """The scenario of this seed, before the first turn; no seat brings an entry."""
        return self._start(self._variant.scenario(seed))

    def indistinguishable(self, seed: Seed, viewer: Seat) -> Negotiation | None:
        """The same with other private values for everybody else; None where nothing is drawn."""
        scenario = self._variant.disguised(seed, viewer)
        return None if scenario is None else self._start(scenario)

    def _start(self, scenario: Scenario) -> Negotiation:
        return Negotiation(self._variant, scenario)


def _spec(variant: Variant) -> GameSpec:
    return GameSpec(
        id=variant.id,
        version=VERSION,
        seats=variant.protocol.seats,
        summary=variant.summary,
        brief=_brief(variant),
        fields=_fields(variant),
        roles=variant.roles,
        score_low=variant.score_low,
        score_high=variant.score_high,
        forfeit="plays default",
        max_decisions=variant.protocol.turns,
        set_deals=variant.set_deals,
    )


def _brief(variant: Variant) -> str:
    protocol = variant.protocol
    whose = f"{protocol.seats} parties take turns" if protocol.seats > 2 else "Turns alternate"
    reject = "end the match without a deal" if protocol.final else "decline what is open to you, and pass"
    walk = "leave the table" if protocol.quota < protocol.seats else "end the match"
    return (
        f"{variant.story} {whose}, beginning with the {variant.roles[0]}; each side has {protocol.rounds}. "
        "In your turn propose an offer, accept an open offer of another side by its id, "
        f"reject ({reject}), or walk ({walk}). "
        f"A message of at most {variant.manners.max_chars} characters may come with any of them; acts bind, words do "
        "not. Your score is your own surplus."
    )


def _fields(variant: Variant) -> tuple[FieldSpec, ...]:
    size = tensor_size(len(variant.issues), variant.protocol.seats)
    return (
        FieldSpec(name=TEXT, kind="text", help="rules, your values, what happened, and what you may do"),
        FieldSpec(name=VIEW, kind="json", help="the same as JSON; RULES.md 5.1 names the keys"),
        FieldSpec(
            name=TENSOR,
            kind="tensor",
            help="ranges and weights of the issues, turn, open offers; RULES.md 5.2",
            shape=(size,),
            dtype="float32",
        ),
    )
