"""What is wrong with a parcel, in the merchant's words: what it is called, what shows it, and what helps.

Each is told in English, and the admin says it again in its reader's language.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from app.lib.days import Calendar
from app.lib.told import tell, tell_many
from app.lib.words import merchant_sentence
from app.tracking.models import ExceptionRow
from app.vocabulary import ExceptionKind as K

INSTANT = timedelta(microseconds=1)
AT_ONCE = (K.HELD_UP, K.FAILED_ATTEMPT, K.PICKUP_WAITING, K.RETURNING, K.RETURNED)


LABELS = {
    K.REPORTED: merchant_sentence("Problem reported"),
    K.PRESUMED_LOST: merchant_sentence("Maybe lost"),
    K.RETURNED: merchant_sentence("Came back"),
    K.RETURNING: merchant_sentence("Coming back"),
    K.HELD_UP: merchant_sentence("Held up"),
    K.INVALID_NUMBER: merchant_sentence("Number wrong"),
    K.FAILED_ATTEMPT: merchant_sentence("Delivery missed"),
    K.STALLED: merchant_sentence("Not moving"),
    K.LATE: merchant_sentence("Late"),
    K.LABEL_NOT_MOVING: merchant_sentence("Not picked up"),
    K.NO_UPDATE: merchant_sentence("Gone quiet"),
    K.PICKUP_WAITING: merchant_sentence("To be collected"),
    K.UNFULFILLED: merchant_sentence("Not sent yet"),
}


class Evidence(NamedTuple):
    """One exception in words."""

    label: str
    why: str
    advice: str


def of(row: ExceptionRow, carrier: str | None, here: Calendar) -> Evidence:
    """Return an exception in words, as seen from a shop's present."""
    return Evidence(tell(LABELS[row.kind]), _WHY[row.kind](row, here), _advice(row, carrier))


def is_a_scan(row: ExceptionRow) -> bool:
    """Tell whether a scan says the same, at the same moment."""
    return row.kind in AT_ONCE or row.evidence.get("promised_by") == "delay"


def _stalled(row: ExceptionRow, here: Calendar) -> str:
    since, said = here.on(here.day(row.since)), row.evidence
    if "lane_hours" in said:
        return tell_many(
            "No scan since %(day)s. %(share)s of 100 parcels on this way wait %(count)s day at most.",
            "No scan since %(day)s. %(share)s of 100 parcels on this way wait %(count)s days at most.",
            round(said["lane_hours"] / 24),
            day=since,
            share=99 if row.kind is K.PRESUMED_LOST else 95,
        )
    if row.kind is K.PRESUMED_LOST:
        return tell_many(
            "No scan since %(day)s. You wait %(count)s day.",
            "No scan since %(day)s. You wait %(count)s days.",
            said["days"],
            day=since,
        )
    return tell_many(
        "No scan since %(day)s. You wait %(count)s business day.",
        "No scan since %(day)s. You wait %(count)s business days.",
        said["days"],
        day=since,
    )


_LATE = {
    "carrier": merchant_sentence("The carrier’s own date was %(day)s."),
    "merchant": merchant_sentence("You promised it for %(day)s."),
    "us": merchant_sentence("9 of 10 such parcels had arrived by %(day)s."),
}


def _late(row: ExceptionRow, here: Calendar) -> str:
    by = row.evidence["promised_by"]
    if by == "delay":
        return tell("The carrier reports a delay since %(day)s.", day=here.on(here.day(row.since)))
    return tell(_LATE[by], day=here.on(here.day(row.since - INSTANT)))


def _invalid(row: ExceptionRow, here: Calendar) -> str:
    if row.evidence["why"] == "form":
        return tell("Its check digit is wrong, so it is probably mistyped.")
    return tell("The carrier has not known it since %(day)s.", day=here.on(here.day(row.since)))


def _since(sentence: str) -> Callable[[ExceptionRow, Calendar], str]:
    return lambda row, here: tell(sentence, day=here.on(here.day(row.since)))


_WHY: dict[K, Callable[[ExceptionRow, Calendar], str]] = {
    K.REPORTED: _since(merchant_sentence("The shopper wrote to you %(day)s.")),
    K.PRESUMED_LOST: _stalled,
    K.RETURNED: _since(merchant_sentence("It is back with you since %(day)s.")),
    K.RETURNING: _since(merchant_sentence("On its way back to you since %(day)s.")),
    K.HELD_UP: _since(merchant_sentence("The carrier reports a problem since %(day)s.")),
    K.INVALID_NUMBER: _invalid,
    K.FAILED_ATTEMPT: _since(merchant_sentence("The carrier could not deliver it %(day)s.")),
    K.STALLED: _stalled,
    K.LATE: _late,
    K.LABEL_NOT_MOVING: _since(
        merchant_sentence("Its label is there since %(day)s, and nobody has scanned it.")
    ),
    K.NO_UPDATE: _since(merchant_sentence("Nothing has been heard of it since %(day)s.")),
    K.PICKUP_WAITING: _since(merchant_sentence("It waits to be collected since %(day)s.")),
    K.UNFULFILLED: _since(merchant_sentence("Paid %(day)s, and nothing of it has left.")),
}


def _advice(row: ExceptionRow, carrier: str | None) -> str:
    who = carrier or tell("the carrier")
    if row.kind is K.LABEL_NOT_MOVING and row.step:
        return tell("Ask %(carrier)s whether they have it, or send it again.", carrier=who)
    return tell(_ADVICE[row.kind], carrier=who)


_ADVICE = {
    K.REPORTED: merchant_sentence("Answer them."),
    K.PRESUMED_LOST: merchant_sentence("Claim it from %(carrier)s, and offer a refund or a new parcel."),
    K.RETURNED: merchant_sentence("Refund it, or send it again."),
    K.RETURNING: merchant_sentence("Ask the shopper whether to send it again."),
    K.HELD_UP: merchant_sentence("See at %(carrier)s what they need."),
    K.INVALID_NUMBER: merchant_sentence("Correct it in your store."),
    K.FAILED_ATTEMPT: merchant_sentence("Most arrive on the second try. Check the address."),
    K.STALLED: merchant_sentence("Ask %(carrier)s to look for it."),
    K.LATE: merchant_sentence("Write to the shopper before they ask."),
    K.LABEL_NOT_MOVING: merchant_sentence("Check whether it was handed over."),
    K.NO_UPDATE: merchant_sentence("Ask %(carrier)s for proof of delivery; we have stopped asking."),
    K.PICKUP_WAITING: merchant_sentence("Remind the shopper before it goes back."),
    K.UNFULFILLED: merchant_sentence("Send it, or tell the shopper when you will."),
}
