"""Why a parcel waits, and how it was handed over, in a shopper's words; by the detail of its scan."""

from typing import NamedTuple

from app.lib.words import sentence
from app.tracking.story.journey import State

BEYOND = sentence("Something beyond anybody’s control holds it up.")
DELAYS = {
    "customs": sentence("It takes its time at customs."),
    "external_factors": BEYOND,
    "force_majeure": BEYOND,
    "missorted": sentence("It took a wrong turn and is being sent on."),
    "pickup_delay": sentence("It was picked up late."),
    "weather": sentence("Bad weather holds it up."),
}
MISSES = {
    "address_issue": sentence("The address could not be found."),
    "business_closed": sentence("The place was closed."),
    "no_access": sentence("The driver could not get in."),
    "notice_left": sentence("The driver left a note."),
    "reschedule_needed": sentence("It needs another day."),
}
HANDED_OVER = {
    "collected_by_recipient": sentence("collected"),
    "left_with_neighbor": sentence("left with a neighbor"),
    "partial": sentence("in part"),
    "signed": sentence("signed for"),
}


class Hold(NamedTuple):
    """A parcel that does not move by itself."""

    headline: str
    lead: str
    needs_shopper: bool = False
    state: State = State.WAITING


PUT_RIGHT = sentence("We are sorry. Write to us, and we put it right.")
UNSAID = Hold(
    sentence("Held up on its way"), sentence("There is a problem. If it stays like this, write to us.")
)
CUSTOMS = Hold(
    sentence("Waiting at customs"),
    sentence("Customs has questions about it. If they ask you, please answer them."),
)
LOST = Hold(sentence("We think it is lost"), PUT_RIGHT, needs_shopper=True, state=State.LOST)
DAMAGED = Hold(sentence("Damaged on its way"), PUT_RIGHT, needs_shopper=True, state=State.LOST)
ADDRESS = Hold(
    sentence("The address cannot be found"),
    sentence("Write to us with the right one, so that it can go on."),
    needs_shopper=True,
    state=State.HELD,
)
ASKS = Hold(
    sentence("Something is needed from you"),
    sentence("The carrier’s page says what."),
    needs_shopper=True,
)
HOLDS = {
    "address_issue": ADDRESS,
    "contact_carrier": ASKS,
    "customs_documents": CUSTOMS,
    "customs_hold": CUSTOMS,
    "customs_prohibited": Hold(
        sentence("Stopped at customs"),
        sentence("Customs does not let it in. Write to us."),
        needs_shopper=True,
    ),
    "damaged": DAMAGED,
    "destroyed": DAMAGED,
    "held_at_recipient_request": Hold(sentence("Held for you"), sentence("It is kept, as it was asked for.")),
    "held_for_payment": Hold(
        sentence("A payment is due"),
        sentence("The carrier’s page says how much, and how to pay."),
        needs_shopper=True,
    ),
    "lost": LOST,
    "lost_or_damaged": LOST,
    "recipient_action_required": ASKS,
    "recipient_moved": ADDRESS,
    "recipient_refused": Hold(
        sentence("It was refused"), sentence("Is that a mistake? Write to us."), needs_shopper=True
    ),
    "unclaimed_pickup": Hold(
        sentence("Not collected in time"),
        sentence("Do you still want it? Write to us."),
        needs_shopper=True,
    ),
    "weather": Hold(
        sentence("Held up by the weather"), sentence("It goes on as soon as the weather allows.")
    ),
}
"""Details of an exception that change what to do; every other is UNSAID."""
