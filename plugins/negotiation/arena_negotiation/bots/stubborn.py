"""The bot that never moves."""

from arena.core.values import Action
from arena_negotiation.bots.negotiator import Negotiator
from arena_negotiation.bots.outlook import Outlook


class HardLiner(Negotiator):
    """Offers the best there is for it, and accepts nothing less."""

    def decide(self, outlook: Outlook) -> Action:
        """Its best offer, again and again."""
        space, standing = outlook.space, outlook.standing
        if standing is not None and standing.gain >= space.gains[0] > 0:
            return {"act": "accept", "offer_id": standing.id}
        return {"act": "propose", "offer": space.offer(0)} if outlook.can_propose else {"act": "reject"}
