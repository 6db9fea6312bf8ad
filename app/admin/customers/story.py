"""Everything that happened between a shop and one customer, newest first, a part at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from app.admin import moments, words
from app.admin.customers import consent_words
from app.admin.dates import Calendar
from app.admin.doors.session import address
from app.admin.exceptions import evidence
from app.admin.messages import rules
from app.admin.moments import Moment
from app.admin.reviews import surveys
from app.admin.saying import after_another, amid, locale, say, say_many
from app.admin.tables import Said
from app.audience.models import ConsentRow, Profile
from app.commerce.models import Order, Refund
from app.lib import clock, crypto, money
from app.lib.words import sentence
from app.messages.models import Message
from app.reviews.models import Review, ReviewState
from app.surveys.models import SurveyAnswer
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.page.visits import PageVisit
from app.tracking.shoppers.cases import Case
from app.tracking.shoppers.feedback import Feedback
from app.vocabulary import MessageState

At = SQLColumnExpression[Any]
"""A column of moments."""
AT_ONCE = 40
"""So many lines are shown at once, and whatever came in the same moment as the last."""
SOON = timedelta(minutes=10)
"""A message that goes so soon went at once."""
SHOWS = Said({"all": sentence("All"), "messages": sentence("Messages"), "unsent": sentence("Not sent")})


@dataclass(frozen=True, slots=True)
class Told:
    """A part of a story."""

    moments: Sequence[Moment]
    before: datetime | None
    """Where it goes on; None: these were the last."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose story, and which part of it."""

    session: Session
    profile: Profile
    here: Calendar
    before: datetime

    def rows(self, query: Select[*tuple[Any, ...]], at: At) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the rows of a query before the moment, the latest first, each with that time first."""
        mine = query.where(at < self.before).order_by(at.desc()).fetch(AT_ONCE + 1, with_ties=True)
        return self.session.execute(mine).all()


def tell(session: Session, profile: Profile, here: Calendar, *, show: str, before: datetime | None) -> Told:
    """Return what happened before a moment; all of it, or messages, or only what was not sent."""
    asked = _Asked(session, profile, here, before or clock.now() + timedelta(days=1))
    found = list(_messages(asked, only_unsent=show == "unsent"))
    if show == "all":
        for tellers in (
            _orders,
            _refunds,
            _parcels,
            _exceptions,
            _said,
            _graded,
            _reviewed,
            _asked_after,
            _reported,
            _looked,
        ):
            found += tellers(asked)
    found.sort(key=lambda moment: moment.at, reverse=True)
    last = found[AT_ONCE - 1].at if len(found) > AT_ONCE else None
    shown = [it for it in found if last is None or it.at >= last]  # the next part begins before that moment
    return Told(shown, last)


def _messages(asked: _Asked, *, only_unsent: bool) -> Iterator[Moment]:
    mine = select(Message.created_at, Message).where(Message.profile_id == asked.profile.id)
    if only_unsent:
        mine = mine.where(Message.state == MessageState.SKIPPED)
    for at, message in asked.rows(mine, Message.created_at):
        moment = moments.told(message)
        later = message.sent_at and message.sent_at > at + SOON
        sent = say("Sent %(when)s.", when=asked.here.within(message.sent_at)) if later else None
        more = after_another(moment.more, sent)
        saw = (message.decision or {}).get("saw", ())
        why = tuple(rules.line(name, said) for name, said in saw)
        yield moment._replace(at=at, more=more, why=why)


def _orders(asked: _Asked) -> Iterator[Moment]:
    at = func.coalesce(Order.placed_at, Order.created_at, Order.first_heard_at)
    for when, order in asked.rows(_of_orders(asked, at, Order), at):
        text = say("Ordered %(order)s", order=_name(order))
        if order.total and order.currency:
            worth = money.display(order.total, order.currency, locale())
            text = say("Ordered %(order)s, %(worth)s", order=_name(order), worth=worth)
        yield Moment(when, "", "cart", text)
    for when, order in asked.rows(_of_orders(asked, Order.cancelled_at, Order), Order.cancelled_at):
        yield Moment(when, "late", "ban", say("Order %(order)s cancelled", order=_name(order)))


def _refunds(asked: _Asked) -> Iterator[Moment]:
    mine = _of_orders(asked, Refund.created_at, Refund.amount, Order).join(
        Refund, Refund.order_id == Order.id
    )
    for when, amount, order in asked.rows(mine, Refund.created_at):
        given = money.display(amount, order.currency, locale()) if order.currency else say("Money")
        text = say("%(amount)s given back for %(order)s", amount=given, order=_name(order))
        yield Moment(when, "", "cart", text)


def _parcels(asked: _Asked) -> Iterator[Moment]:
    for column, kind, text in (
        (Shipment.shipped_at, "", sentence("%(parcel)s left")),
        (Shipment.delivered_at, "scan", sentence("%(parcel)s arrived")),
    ):
        mine = _of_orders(asked, column, Shipment.id, Order).join(Shipment, Shipment.order_id == Order.id)
        for when, ident, order in asked.rows(mine.where(Shipment.cancelled_at.is_(None)), column):
            href = address("shipment.show", shipment_id=ident)
            parcel = say("A parcel of %(order)s", order=_name(order))
            yield Moment(when, kind, "parcel", say(text, parcel=parcel), href=href, about=parcel)


def _exceptions(asked: _Asked) -> Iterator[Moment]:
    mine = _of_orders(asked, ExceptionRow.opened_at, ExceptionRow, Order).join(
        ExceptionRow, ExceptionRow.order_id == Order.id
    )
    for when, row, order in asked.rows(mine, ExceptionRow.opened_at):
        says = evidence.of(row, None, asked.here)
        href = address("shipment.show", shipment_id=row.shipment_id) if row.shipment_id else ""
        over = say("Over since %(when)s.", when=asked.here.within(row.cleared_at)) if row.cleared_at else None
        text = say("%(order)s: %(what)s", order=_name(order), what=amid(says.chip.label))
        yield Moment(when, "late", "warn", text, after_another(says.why, over), href, _name(order))


def _said(asked: _Asked) -> Iterator[Moment]:
    known = [it for it in (asked.profile.email, asked.profile.phone) if it]
    mine = select(ConsentRow.at, ConsentRow).where(
        ConsentRow.shop_id == asked.profile.shop_id,
        or_(
            ConsentRow.profile_id == asked.profile.id,
            ConsentRow.address_hash.in_([crypto.fingerprint(it) for it in known]),
        ),
    )
    for when, row in asked.rows(mine, ConsentRow.at):
        about = consent_words.about(row.medium, row.category)
        text = say("%(said)s: %(about)s", said=consent_words.said(row), about=about)
        yield Moment(when, "", "lock", text, _quoted(row.wording))


def _graded(asked: _Asked) -> Iterator[Moment]:
    mine = _of_orders(asked, Feedback.said_at, Feedback, Order).join(Feedback, Feedback.order_id == Order.id)
    for when, row, order in asked.rows(mine, Feedback.said_at):
        text = say(
            "Called the delivery of %(order)s %(grade)s", order=_name(order), grade=words.GRADES[row.grade]
        )
        yield Moment(when, "late" if row.is_bad else "scan", "heart", text, _quoted(row.words))


def _reviewed(asked: _Asked) -> Iterator[Moment]:
    """Yield what they wrote of things; how many stars is told once somebody has judged it."""
    mine = _of_orders(asked, Review.written_at, Review).join(Review, Review.order_id == Order.id)
    for when, row in asked.rows(mine, Review.written_at):
        text = say("Reviewed %(product)s", product=row.title)
        if row.state is not ReviewState.WAITING:
            text = say_many(
                "Reviewed %(product)s: %(count)s star",
                "Reviewed %(product)s: %(count)s stars",
                row.stars,
                product=row.title,
            )
        yield Moment(when, "", "star", text, _quoted(row.words), address("reviews.index", tab=row.state))


def _asked_after(asked: _Asked) -> Iterator[Moment]:
    mine = select(SurveyAnswer.said_at, SurveyAnswer).where(SurveyAnswer.profile_id == asked.profile.id)
    for when, row in asked.rows(mine, SurveyAnswer.said_at):
        text = say("Answered why they stay away")
        if row.score is not None:
            text = say("Would recommend you: %(score)s of 10", score=row.score)
        elif row.why is not None:
            text = say("Stays away: %(why)s", why=surveys.WHY[row.why])
        yield Moment(when, "", "heart", text, _quoted(row.words))


def _reported(asked: _Asked) -> Iterator[Moment]:
    mine = _of_orders(asked, Case.opened_at, Case, Order).join(Case, Case.order_id == Order.id)
    for when, case, order in asked.rows(mine, Case.opened_at):
        href = address("case.show", case_id=case.id)
        report = say("A report about %(order)s", order=_name(order))
        text = say("%(report)s: %(what)s", report=report, what=words.CASES[case.kind])
        yield Moment(when, "late", "warn", text, "", href, report)


def _looked(asked: _Asked) -> Iterator[Moment]:
    mine = _of_orders(asked, PageVisit.last_at, PageVisit.visits, Order).join(
        PageVisit, PageVisit.order_id == Order.id
    )
    for when, visits, order in asked.rows(mine, PageVisit.last_at):
        text = say_many(
            "Looked at the page of %(order)s",
            "Looked at the page of %(order)s, %(count)s times that day",
            visits,
            order=_name(order),
        )
        yield Moment(when, "", "eye", text)


def _of_orders(
    asked: _Asked, at: At, *columns: type[Any] | SQLColumnExpression[Any]
) -> Select[*tuple[Any, ...]]:
    return select(at, *columns).select_from(Order).where(Order.profile_id == asked.profile.id)


def _name(order: Order) -> str:
    return order.name or say("an order")


def _quoted(written: str | None) -> str:
    return say("“%(words)s”", words=written) if written else ""
