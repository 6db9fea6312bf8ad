"""What an operator's machines ask: are you alive, are you ready, how much waits."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis import RedisError
from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, or_, select, text, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.commerce.gaps import MissedOrder
from app.commerce.models import Delivery, Order
from app.events import EventRow
from app.lib import clock, queue
from app.lib.db import transaction
from app.messages.models import Message
from app.shops.models import Call, Errand, Shop
from app.tracking.forecast.models import Forecast
from app.tracking.models import ExceptionRow, Shipment, TrackingEvent
from app.tracking.polls.models import CarrierAccount
from app.tracking.scans import progress
from app.vocabulary import CallState, InboxState, MessageState

blueprint = Blueprint("health", __name__)

Counted = Message | Delivery | Call | MissedOrder
Column = InstrumentedAttribute[Any]
Clauses = tuple[ColumnElement[bool], ...]

ODD = or_(TrackingEvent.detail == progress.UNKNOWN, TrackingEvent.doubt.is_not(None))
"""Scans whose code we do not know (no doubt is named), and scans that cannot be true."""
OF_ITS_SHOP = MissedOrder.shop_id == Shop.id
NEWEST = 20_000
"""Rows that are done with are counted among so many: a table grows for ever, and reading it may not."""
MESSAGES = (
    Message.state == MessageState.QUEUED,
    Message.state == MessageState.SENDING,
    Message.state.in_((MessageState.UNKNOWN, MessageState.HELD)),
)
"""What waits or wants people is counted whole, each by its partial index; so below."""
INBOX = (Delivery.state == InboxState.WAITING, Delivery.state == InboxState.PARKED)
CALLS = (Call.state == CallState.WAITING, Call.state == CallState.PARKED)
MISSED = (MissedOrder.outcome.is_(None),)


@blueprint.get("/healthz")
def alive() -> str:
    """Answer as long as this process can."""
    return "ok\n"


@blueprint.get("/readyz")
def ready() -> tuple[dict[str, str], int]:
    """Answer 200 when the database does; a Redis that is away is said, and costs only seconds."""
    answer = {"database": "ok", "redis": "ok"}
    try:
        with transaction() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        answer["database"] = type(error).__name__
    try:
        queue.connection().ping()
    except RedisError as error:
        answer["redis"] = type(error).__name__
    return answer, 200 if answer["database"] == "ok" else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return Prometheus metrics: counters of every web worker, and what waits in the tables."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # theirs has no types
    registry.register(_Tables())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Tables(Collector):
    """Gauges read from the rows, which are the truth whatever process answers."""

    def collect(self) -> Iterator[Metric]:
        with transaction() as session:
            yield _by_words(session, "shops", (Shop.platform, Shop.state), true())
            yield _by_words(
                session, "messages", (Message.state, Message.reason), *_open_and_newest(Message, MESSAGES)
            )
            yield _by_words(
                session, "inbox", (Delivery.state, Delivery.topic), *_open_and_newest(Delivery, INBOX)
            )
            yield _by_words(session, "calls", (Call.kind, Call.state), *_open_and_newest(Call, CALLS))
            yield _by_words(session, "odd_scans", (TrackingEvent.source, TrackingEvent.doubt), ODD)
            missed = (and_(OF_ITS_SHOP, it) for it in _open_and_newest(MissedOrder, MISSED))
            yield _by_words(session, "missed_orders", (Shop.platform, MissedOrder.outcome), *missed)
            yield _open_exceptions(session)
            yield _predictions(session)
            yield _polls(session)
            yield _waiting(session)


def _open_and_newest(table: type[Counted], open_ones: Sequence[ColumnElement[bool]]) -> Clauses:
    """Say in SQL which rows are counted: all that are open, kind by kind, and the newest of the others."""
    newest = table.id > select(func.max(table.id)).scalar_subquery() - NEWEST
    return (*open_ones, and_(newest, or_(*open_ones).is_not(true())))


def _by_words(session: Session, name: str, columns: Sequence[Column], *wheres: ColumnElement[bool]) -> Metric:
    """Count rows by the words in some columns; no row fits two of the clauses."""
    says = f"Rows of {name}; of those that are done with, among the newest {NEWEST:,}"
    gauge = GaugeMetricFamily(f"doorstep_{name}", says, labels=[column.key for column in columns])
    for where in wheres:
        rows = select(*columns, func.count()).where(where).group_by(*columns)
        for *words, count in session.execute(rows):
            gauge.add_metric([word or "" for word in words], count)
    return gauge


def _open_exceptions(session: Session) -> Metric:
    """Count what is wrong now, by kind."""
    gauge = GaugeMetricFamily("doorstep_exceptions", "Open exceptions", labels=["kind"])
    still = select(ExceptionRow.kind, func.count()).where(ExceptionRow.cleared_at.is_(None))
    for kind, count in session.execute(still.group_by(ExceptionRow.kind)):
        gauge.add_metric([kind], count)
    return gauge


def _polls(session: Session) -> Metric:
    """Tell what came of asking carriers, by carrier."""
    gauge = GaugeMetricFamily("doorstep_polls", "Numbers asked about", labels=["source", "outcome"])
    each = func.jsonb_each_text(CarrierAccount.outcomes).table_valued("key", "value").render_derived()
    total = func.sum(cast(each.c.value, BigInteger))
    rows = select(CarrierAccount.source, each.c.key, total).join(each, true())
    for source, outcome, times in session.execute(rows.group_by(CarrierAccount.source, each.c.key)):
        gauge.add_metric([source, outcome], float(times))
    return gauge


def _predictions(session: Session) -> Metric:
    """Count predictions whose parcel has arrived, and those that came true, over all shops."""
    counter = CounterMetricFamily("doorstep_predictions", "Predictions scored", labels=["clock", "outcome"])
    outcomes = ("scored", "within_80", "within_90", "kept_by")
    sums = select(Forecast.clock, *(func.sum(getattr(Forecast, name)) for name in outcomes))
    for clock_name, *counts in session.execute(sums.group_by(Forecast.clock)):
        for outcome, count in zip(outcomes, counts, strict=True):
            counter.add_metric([clock_name, outcome], int(count))
    return counter


def _waiting(session: Session) -> Metric:
    """Tell for how many seconds the oldest due row of each kind has waited."""
    oldest = {
        "inbox": select(func.min(Delivery.due_at)).filter_by(state=InboxState.WAITING),
        "events": select(func.min(EventRow.recorded_at)).where(EventRow.reacted_at.is_(None)),
        "messages": select(func.min(Message.due_at)).filter_by(state=MessageState.QUEUED),
        "calls": select(func.min(Call.due_at)).filter_by(state=CallState.WAITING),
        "errands": select(func.min(Errand.due_at)),
        "parcels": select(func.min(Shipment.exceptions_due_at)),
        "orders": select(func.min(Order.exceptions_due_at)),
        "polls": select(func.min(CarrierAccount.due_at)),
    }
    gauge = GaugeMetricFamily("doorstep_oldest_due_seconds", "Age of the oldest due row", labels=["of"])
    for of, query in oldest.items():
        since = session.scalar(query)
        gauge.add_metric([of], max(0.0, (clock.now() - since).total_seconds()) if since else 0.0)
    return gauge
