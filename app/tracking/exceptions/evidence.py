"""What is wrong with a parcel, in the merchant's words: what it is called, what shows it, and what helps."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from app.lib.days import Calendar
from app.tracking.models import ExceptionRow
from app.vocabulary import ExceptionKind as K

INSTANT = timedelta(microseconds=1)
AT_ONCE = (K.HELD_UP, K.FAILED_ATTEMPT, K.PICKUP_WAITING, K.RETURNING, K.RETURNED)


LABELS = {
    K.REPORTED: "Problem reported",
    K.PRESUMED_LOST: "Maybe lost",
    K.RETURNED: "Came back",
    K.RETURNING: "Coming back",
    K.HELD_UP: "Held up",
    K.INVALID_NUMBER: "Number wrong",
    K.FAILED_ATTEMPT: "Delivery missed",
    K.STALLED: "Not moving",
    K.LATE: "Late",
    K.LABEL_NOT_MOVING: "Not picked up",
    K.NO_UPDATE: "Gone quiet",
    K.PICKUP_WAITING: "To be collected",
    K.UNFULFILLED: "Not sent yet",
}


class Evidence(NamedTuple):
    """One exception in words."""

    label: str
    why: str
    advice: str


def of(row: ExceptionRow, carrier: str | None, here: Calendar) -> Evidence:
    """Return an exception in words, as seen from a shop's present."""
    return Evidence(LABELS[row.kind], _WHY[row.kind](row, here), _advice(row, carrier or "the carrier"))


def is_a_scan(row: ExceptionRow) -> bool:
    """Tell whether a scan says the same, at the same moment."""
    return row.kind in AT_ONCE or row.evidence.get("promised_by") == "delay"


def _stalled(row: ExceptionRow, here: Calendar) -> str:
    return f"No scan since {here.on(here.day(row.since))}. {_usual(row)}"


def _usual(row: ExceptionRow) -> str:
    said = row.evidence
    if "lane_hours" in said:
        share = 99 if row.kind is K.PRESUMED_LOST else 95
        days = round(said["lane_hours"] / 24)
        return f"{share} of 100 parcels on this way wait {_counted(days, 'day')} at most."
    unit = "day" if row.kind is K.PRESUMED_LOST else "business day"
    return f"You wait {_counted(said['days'], unit)}."


def _counted(number: int, unit: str) -> str:
    return f"{number:,} {unit if number == 1 else unit + 's'}"


def _late(row: ExceptionRow, here: Calendar) -> str:
    day = here.on(here.day(row.since - INSTANT))
    return {
        "carrier": f"The carrier’s own date was {day}.",
        "merchant": f"You promised it for {day}.",
        "us": f"9 of 10 such parcels had arrived by {day}.",
        "delay": f"The carrier reports a delay since {here.on(here.day(row.since))}.",
    }[row.evidence["promised_by"]]


def _invalid(row: ExceptionRow, here: Calendar) -> str:
    if row.evidence["why"] == "form":
        return "Its check digit is wrong, so it is probably mistyped."
    return f"The carrier has not known it since {here.on(here.day(row.since))}."


def _since(sentence: str) -> Callable[[ExceptionRow, Calendar], str]:
    return lambda row, here: sentence.format(day=here.on(here.day(row.since)))


_WHY: dict[K, Callable[[ExceptionRow, Calendar], str]] = {
    K.REPORTED: _since("The shopper wrote to you {day}."),
    K.PRESUMED_LOST: _stalled,
    K.RETURNED: _since("It is back with you since {day}."),
    K.RETURNING: _since("On its way back to you since {day}."),
    K.HELD_UP: _since("The carrier reports a problem since {day}."),
    K.INVALID_NUMBER: _invalid,
    K.FAILED_ATTEMPT: _since("The carrier could not deliver it {day}."),
    K.STALLED: _stalled,
    K.LATE: _late,
    K.LABEL_NOT_MOVING: _since("Its label is there since {day}, and nobody has scanned it."),
    K.NO_UPDATE: _since("Nothing has been heard of it since {day}."),
    K.PICKUP_WAITING: _since("It waits to be collected since {day}."),
    K.UNFULFILLED: _since("Paid {day}, and nothing of it has left."),
}


def _advice(row: ExceptionRow, carrier: str) -> str:
    if row.kind is K.LABEL_NOT_MOVING and row.step:
        return f"Ask {carrier} whether they have it, or send it again."
    return _ADVICE[row.kind].format(carrier=carrier)


_ADVICE = {
    K.REPORTED: "Answer them.",
    K.PRESUMED_LOST: "Claim it from {carrier}, and offer a refund or a new parcel.",
    K.RETURNED: "Refund it, or send it again.",
    K.RETURNING: "Ask the shopper whether to send it again.",
    K.HELD_UP: "See at {carrier} what they need.",
    K.INVALID_NUMBER: "Correct it in your store.",
    K.FAILED_ATTEMPT: "Most arrive on the second try. Check the address.",
    K.STALLED: "Ask {carrier} to look for it.",
    K.LATE: "Write to the shopper before they ask.",
    K.LABEL_NOT_MOVING: "Check whether it was handed over.",
    K.NO_UPDATE: "Ask {carrier} for proof of delivery; we have stopped asking.",
    K.PICKUP_WAITING: "Remind the shopper before it goes back.",
    K.UNFULFILLED: "Send it, or tell the shopper when you will.",
}
