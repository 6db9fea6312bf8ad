"""What an order's parcels amount to in one sentence: the tracking page's headline, and the mails'."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from app.lib.days import Calendar
from app.tracking.journey import State, Story
from app.tracking.parcel import Parcel
from app.tracking.parcel_story import NOTHING_TO_DO, tell_one
from app.vocabulary import ShipmentStatus as S

__all__ = ["Parcel", "State", "Story", "tell", "tell_one"]

NEEDS_SOMEONE = (S.RETURN_TO_SENDER, S.EXCEPTION, S.ATTEMPT_FAILED, S.AVAILABLE_FOR_PICKUP)


def tell(
    parcels: Sequence[Parcel],
    calendar: Calendar,
    *,
    is_placed: bool = True,
    cancelled_at: datetime | None = None,
) -> Story:
    """Return the story of a whole order.

    Of several parcels one that needs someone decides, else the one that is least far along.
    """
    sent = [(i, parcel) for i, parcel in enumerate(parcels) if not parcel.is_void]
    if cancelled_at is not None:
        return _cancelled(calendar, cancelled_at, anything_sent=bool(sent))
    if not sent:
        return _ordered(is_placed=is_placed)
    still_open = [found for found in sent if found[1].status is not S.DELIVERED]
    if still_open:
        about, parcel = min(still_open, key=_urgency)
    else:
        about, parcel = max(sent, key=lambda found: found[1].at)
    story = replace(tell_one(parcel, calendar), about=about)
    return story if len(sent) == 1 else _of_several(story, len(sent), len(still_open))


def _urgency(found: tuple[int, Parcel]) -> tuple[bool, int, int]:
    i, parcel = found
    return parcel.status not in NEEDS_SOMEONE, parcel.status.rank, i


def _of_several(story: Story, count: int, still_open: int) -> Story:
    if still_open == 0:
        return replace(story, lead=f"All of it has arrived, in {count} parcels.")
    if still_open == count:
        return replace(story, lead=f"{story.lead} Your order comes in {count} parcels.")
    then = f"The other {story.aside}" if still_open == 1 else f"{still_open} are still to come"
    return replace(story, headline=f"{count - still_open} of {count} delivered", then=then)


def _ordered(*, is_placed: bool) -> Story:
    return Story(
        state=State.ORDERED,
        tag="Order received",
        icon="check",
        headline="We’re getting it ready" if is_placed else "We have your order",
        aside="is getting ready",
        lead="This page follows it from the moment it leaves us.",
        step=1,
    )


def _cancelled(calendar: Calendar, at: datetime, *, anything_sent: bool) -> Story:
    return Story(
        state=State.CANCELLED,
        tag="Cancelled",
        icon="x",
        headline="Order cancelled",
        aside="is cancelled",
        then=calendar.moment(at),
        lead="A parcel that had already left may still reach you." if anything_sent else NOTHING_TO_DO,
        step=1,
    )
