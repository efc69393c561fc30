"""The ultimatum: one sum to share, and no second chance.

The settings of NegotiationArena (arXiv 2402.05863), with 100 dollars and either a single proposal or several by each
side. No deal leaves both with nothing, as in the classic game (Güth, Schmittberger and Schwarze, 1982).
"""

from arena.core.options import Option
from arena.core.values import Config
from arena_negotiation.domain import Issue, Split
from arena_negotiation.protocol import AlternatingOffers
from arena_negotiation.scenario import Fixed, Scenario
from arena_negotiation.utility import Linear
from arena_negotiation.variants.table_talk import TALK, manners, whole

OPTIONS = (
    *TALK,
    Option(name="sum", kind="int", default=100, low=1, high=1000, help="dollars to share"),
    Option(
        name="proposals",
        kind="int",
        default=1,
        low=1,
        high=50,
        help="1: the first side proposes and the second answers; more: offers each side may make",
    ),
)


def ultimatum(config: Config) -> Fixed:
    """The variant with its options applied; with several proposals each side has one turn more, to answer in."""
    total, proposals = whole(config, "sum"), whole(config, "proposals")
    single = proposals == 1
    offers = "The proposer makes one offer" if single else f"Each side may make {proposals} offers"
    return Fixed(
        id="negotiation/ultimatum",
        summary="Share a sum of money: take it or leave it",
        story=(
            f"Two sides share {total} dollars. {offers}; an offer says how many dollars its proposer keeps, and "
            "the other side gets the rest. An acceptance or a rejection ends the match. A side scores its dollars; "
            "without a deal both score 0."
        ),
        roles=("proposer", "responder"),
        issues=("dollars",),
        manners=manners(config),
        protocol=AlternatingOffers(rounds=1 if single else proposals + 1, proposals=proposals, final=True),
        score_low=0.0,
        score_high=float(total),
        only=Scenario(
            domain=Split((Issue("dollars", 0, total),)),
            utilities=(Linear((1,)), Linear((-1,), total)),
            disagreement=(0.0, 0.0),
            private=({}, {}),
            told=("Every dollar is worth one point to you.",) * 2,
        ),
    )
