"""Exceptions: the queue, and what is done about it."""

from datetime import timedelta

from app.admin import answer
from app.admin.exceptions import evidence
from app.api.routes import Asking, Book, NotThere
from app.api.shapes import Done, ExceptionList, ExceptionQuery, OpenException, PutOff
from app.lib import clock
from app.shops import workdays
from app.shops.api_keys import Scope
from app.tracking.exceptions import attention
from app.tracking.exceptions.attention import Waiting
from app.tracking.story.parcel import Parcel

book = Book()
routes = book.routes
ONE = "/exceptions/<int(max=9223372036854775807):exception_id>"


@book.route("GET", "/exceptions", Scope.READ_SHIPMENTS, ExceptionList, query=ExceptionQuery)
def index(asking: Asking, asked: ExceptionQuery) -> ExceptionList:
    """List what asks for attention, the dearest and oldest first."""
    found = attention.queue(
        asking.session,
        asking.shop.id,
        kind=asked.kind,
        aside=asked.aside,
        skip=asked.skip,
        limit=asked.limit + 1,
    )
    shown = found[: asked.limit]
    if shown:
        asking.saw("exceptions of orders " + ",".join(str(it.order.id) for it in shown))
    return ExceptionList(
        exceptions=[_told(asking, it) for it in shown],
        skip=asked.skip + asked.limit if len(found) > asked.limit else None,
    )


@book.route("POST", f"{ONE}/resolve", Scope.WRITE_SHIPMENTS, Done)
def resolve(asking: Asking, exception_id: int) -> Done:
    """Take one out of the queue for good."""
    return _done(attention.resolve(asking.session, asking.shop.id, exception_id))


@book.route("POST", f"{ONE}/put-off", Scope.WRITE_SHIPMENTS, Done, body=PutOff)
def put_off(asking: Asking, exception_id: int, sent: PutOff) -> Done:
    """Take one out of the queue for some days."""
    calendar = workdays.calendar(asking.shop)
    until = calendar.begins(calendar.day(clock.now()) + timedelta(days=sent.days))
    return _done(attention.put_off(asking.session, asking.shop.id, exception_id, until))


@book.route("POST", f"{ONE}/bring-back", Scope.WRITE_SHIPMENTS, Done)
def bring_back(asking: Asking, exception_id: int) -> Done:
    """Put one back into the queue."""
    return _done(attention.bring_back(asking.session, asking.shop.id, exception_id))


def _done(count: int) -> Done:
    if not count:  # it has moved meanwhile, or is another shop's
        raise NotThere
    return Done()


def _told(asking: Asking, it: Waiting) -> OpenException:
    who = Parcel.of(it.shipment).carrier if it.shipment else None
    says = evidence.of(it.row, who, answer.calendar(asking.shop))
    return OpenException(
        id=it.row.id,
        kind=it.row.kind,
        order_id=it.order.id,
        order_name=it.order.name,
        shipment_id=it.row.shipment_id,
        since=it.row.since,
        opened_at=it.row.opened_at,
        resolved_at=it.row.resolved_at,
        put_off_until=it.row.snoozed_until,
        why=says.why,
        advice=says.advice,
    )
