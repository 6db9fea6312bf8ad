"""Why a parcel waits, and how it was handed over, in a shopper's words; by the detail of its scan."""

from typing import NamedTuple

DELAYS = {
    "customs": "It takes its time at customs.",
    "external_factors": "Something beyond {carrier}’s control holds it up.",
    "force_majeure": "Something beyond {carrier}’s control holds it up.",
    "missorted": "It took a wrong turn and is being sent on.",
    "pickup_delay": "{carrier} picked it up late.",
    "weather": "Bad weather holds it up.",
}
MISSES = {
    "address_issue": "The address could not be found.",
    "business_closed": "The place was closed.",
    "no_access": "The driver could not get in.",
    "notice_left": "The driver left a note.",
    "reschedule_needed": "It needs another day.",
}
HANDED_OVER = {
    "collected_by_recipient": "collected",
    "left_with_neighbor": "left with a neighbor",
    "partial": "in part",
    "signed": "signed for",
}


class Hold(NamedTuple):
    """A parcel that does not move by itself."""

    headline: str
    lead: str
    needs_shopper: bool = False


UNSAID = Hold("Held up on its way", "{carrier} reports a problem. If it stays like this, write to us.")
CUSTOMS = Hold("Waiting at customs", "Customs has questions about it. If they ask you, please answer them.")
LOST = Hold("We think it is lost", "We are sorry. Write to us, and we put it right.", needs_shopper=True)
DAMAGED = Hold("Damaged on its way", "We are sorry. Write to us, and we put it right.", needs_shopper=True)
ADDRESS = Hold(
    "{carrier} cannot find the address",
    "Write to us with the right one, so that it can go on.",
    needs_shopper=True,
)
ASKS = Hold("{carrier} needs something from you", "Its tracking page says what.", needs_shopper=True)
HOLDS = {
    "address_issue": ADDRESS,
    "contact_carrier": ASKS,
    "customs_documents": CUSTOMS,
    "customs_hold": CUSTOMS,
    "customs_prohibited": Hold(
        "Stopped at customs", "Customs does not let it in. Write to us.", needs_shopper=True
    ),
    "damaged": DAMAGED,
    "destroyed": DAMAGED,
    "held_at_recipient_request": Hold("Held for you", "{carrier} keeps it, as it was asked to."),
    "held_for_payment": Hold(
        "A payment is due", "{carrier} says how much, and how to pay.", needs_shopper=True
    ),
    "lost": LOST,
    "lost_or_damaged": LOST,
    "recipient_action_required": ASKS,
    "recipient_moved": ADDRESS,
    "recipient_refused": Hold(
        "{carrier} says it was refused", "Is that a mistake? Write to us.", needs_shopper=True
    ),
    "unclaimed_pickup": Hold(
        "Not collected in time", "Do you still want it? Write to us.", needs_shopper=True
    ),
}
"""Details of an exception that change what to do; every other is UNSAID."""
