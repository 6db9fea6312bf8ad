"""What starts flows, and what is heard of those who are in one."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.audience import consent
from app.audience.models import Profile
from app.commerce import reorders
from app.commerce.models import Order
from app.events import (
    CaseClosed,
    CheckoutCompleted,
    CheckoutStarted,
    ConsentChanged,
    OrderCancelled,
    OrderPlaced,
    OrderRefunded,
    ShipmentReached,
)
from app.flows import engine, hold_outs, published, switches
from app.flows.models import Enrollment
from app.flows.plan import advance
from app.flows.published import Version
from app.lib import clock, crypto, queue
from app.shops import workdays
from app.shops.models import Shop
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, ShipmentStatus, Trigger


class Subject(NamedTuple):
    """What a flow would be about."""

    about: str
    id: int
    profile_id: int | None
    order_id: int | None = None


YES = (ConsentState.SUBSCRIBED, ConsentState.PENDING)
"""A yes that waits for a second one counts from its first: the flow waits, too."""
BROUGHT = (ConsentSource.IMPORT, ConsentSource.MERCHANT)
FRESH = timedelta(hours=72)
"""What had happened longer ago than this when it could first be reacted to starts nothing."""


def on_checkout_started(session: Session, shop_id: int, event: CheckoutStarted) -> None:
    """Let the cart into the flows about carts."""
    cart = Subject("checkout", event.checkout_id, event.profile_id)
    _start(session, shop_id, "checkout_started", event.happened_at, cart)


def on_consent_changed(session: Session, shop_id: int, event: ConsentChanged) -> None:
    """Look at whoever said yes or no to offers; who said yes to mails comes into the flows that it starts."""
    if event.profile_id is None or event.category != Category.MARKETING:
        return
    engine.heard(session, shop_id, Enrollment.profile_id == event.profile_id)
    if event.medium == Medium.EMAIL and event.state in YES and _said_it_themselves(session, event.profile_id):
        shopper = Subject("profile", event.profile_id, event.profile_id)
        _start(session, shop_id, "agreed_to_offers", event.happened_at, shopper)


def _said_it_themselves(session: Session, profile_id: int) -> bool:
    """Tell whether a shopper's last word on offers by mail is no line of a list that the merchant brought."""
    profile = session.get(Profile, profile_id)
    if profile is None or profile.email is None:
        return False
    subject = profile.shop_id, profile.id, crypto.fingerprint(profile.email)
    said = consent.last_said(session, subject, Medium.EMAIL, Category.MARKETING)
    return said is not None and said.source not in BROUGHT


def on_checkout_completed(session: Session, shop_id: int, event: CheckoutCompleted) -> None:
    """Look at who is in a flow about the cart."""
    about = and_(Enrollment.about == "checkout", Enrollment.about_id == event.checkout_id)
    engine.heard(session, shop_id, about)


def on_order_placed(session: Session, shop_id: int, event: OrderPlaced) -> None:
    """Look at whoever is in a flow that a purchase may end, and let them into those that it starts."""
    order = session.get_one(Order, event.order_id)
    subjects = [Subject("order", order.id, order.profile_id, order.id)]
    subjects += [
        Subject("item", line_id, order.profile_id, order.id) for line_id in reorders.used_up(session, order)
    ]
    if order.profile_id is not None:
        engine.heard(session, shop_id, Enrollment.profile_id == order.profile_id)
        subjects.append(Subject("profile", order.profile_id, order.profile_id))
    _start(session, shop_id, "order_placed", event.happened_at, *subjects)


def on_order_changed(session: Session, shop_id: int, event: OrderCancelled | OrderRefunded) -> None:
    """Look at who is in a flow about the order."""
    engine.heard(session, shop_id, Enrollment.order_id == event.order_id)


def on_shipment_reached(session: Session, shop_id: int, event: ShipmentReached) -> None:
    """Look at who is in a flow about the order; a delivered parcel lets it into those that wait for that."""
    engine.heard(session, shop_id, Enrollment.order_id == event.order_id)
    if event.status is ShipmentStatus.DELIVERED:
        profile_id = session.get_one(Order, event.order_id).profile_id
        order = Subject("order", event.order_id, profile_id, event.order_id)
        _start(session, shop_id, "parcel_delivered", event.happened_at, order)


def on_case_closed(session: Session, shop_id: int, event: CaseClosed) -> None:
    """Look at whose problem was solved."""
    theirs = Enrollment.order_id == event.order_id
    if event.profile_id is not None:
        theirs = or_(theirs, Enrollment.profile_id == event.profile_id)
    engine.heard(session, shop_id, theirs)


def _start(session: Session, shop_id: int, what: str, at: datetime, *subjects: Subject) -> None:
    """Let subjects into every flow that starts so and was on when it happened."""
    if clock.now() - at > FRESH:
        return
    on = switches.switched_on(session, shop_id)
    triggers = [it for it in published.PRESETS if it in on and on[it] <= at and it not in switches.NEWS]
    for trigger, version in published.starting(session, shop_id, what, triggers).items():
        for subject in subjects:
            if version.flow.about == subject.about:
                enroll(session, shop_id, trigger, version, subject)


def enroll(  # noqa: PLR0913 - who comes into which version of which flow
    session: Session,
    shop_id: int,
    trigger: Trigger,
    version: Version,
    subject: Subject,
    *,
    again: bool = True,
) -> bool:
    """Let somebody into a flow; False where they are in it, or may not come again (yet)."""
    entry = _next_entry(session, shop_id, trigger, version, subject) if again else 1
    if entry is None or put_in(session, shop_id, trigger, version, subject, entry=entry) is None:
        return False
    queue.wake(session, "jobs.flows.advance")
    return True


def put_in(  # noqa: PLR0913 - who comes into which version of which flow
    session: Session,
    shop_id: int,
    trigger: Trigger,
    version: Version,
    subject: Subject,
    *,
    entry: int = 1,
    occasion_at: datetime | None = None,
) -> Enrollment | None:
    """Put somebody at the first step, due at once; returns None where they are in it.

    `occasion_at`: when what the flow tells of happened.
    """
    now = clock.now()
    who = engine.who(shop_id, subject.profile_id, subject.about, subject.id)
    place = advance.enter(version.flow, who, now)
    gets_none = hold_outs.gets_none(who, version.flow, hold_outs.share(session.get_one(Shop, shop_id)))
    row = {
        "shop_id": shop_id,
        "trigger": trigger,
        "version_id": version.id,
        "about": subject.about,
        "about_id": subject.id,
        "entry": entry,
        "profile_id": subject.profile_id,
        "order_id": subject.order_id,
        "step": place.step,
        "arrived_at": now,
        "entered_at": now,
        "occasion_at": occasion_at,
        "held_out": place.held_out or gets_none,
        "gets_none": gets_none,
        "path": [],
        "due_at": now,
        "failures": 0,
    }
    put = insert(Enrollment).values(row).on_conflict_do_nothing()
    return session.scalar(put.returning(Enrollment))


def _next_entry(
    session: Session, shop_id: int, trigger: Trigger, version: Version, subject: Subject
) -> int | None:
    """Return the how manieth time it would be; None where they may not come (again, or yet)."""
    mine = {"shop_id": shop_id, "trigger": trigger, "about": subject.about, "about_id": subject.id}
    newest = select(Enrollment).filter_by(**mine).order_by(Enrollment.entry.desc()).limit(1)
    last = session.scalar(newest.with_for_update().execution_options(populate_existing=True))
    if last is None:
        return 1
    again_after = version.flow.again_after
    if again_after is None:
        return None
    if last.over is None:
        engine.take_on(session, [last])  # what starts it anew may just have ended it
    calendar = workdays.calendar(session.get_one(Shop, shop_id))
    may_come = last.ended_at is not None and again_after.after(last.ended_at, calendar) <= clock.now()
    return last.entry + 1 if may_come else None
