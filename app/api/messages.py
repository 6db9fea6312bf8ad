"""Messages: what became of each and why, and sending one again."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, select

from app.admin import words
from app.admin.messages.reasons import REASONS
from app.api.routes import Asking, Book, NotThere, Refusal
from app.api.shapes import Id, Page, Shape
from app.commerce.models import Order
from app.flows import foreseen
from app.messages.dispatch import again
from app.messages.gate.verdict import Deferred, Skipped
from app.messages.models import Message
from app.shops.api_keys import Scope
from app.vocabulary import Category, Medium, MessageState, Reason, Trigger

book = Book()
routes = book.routes
ONE = "/messages/<int(max=9223372036854775807):message_id>"


class Saw(Shape):
    """What one rule saw before a message went, or did not."""

    rule: str
    saw: str


class Why(Shape):
    """What was decided of a message."""

    answer: Literal["allowed", "deferred", "skipped"]
    at: datetime
    until: datetime | None
    reason: Reason | None
    saw: list[Saw]


class MessageTold(Shape):
    """One message, sent or not."""

    id: Id
    trigger: Trigger
    medium: Medium
    category: Category
    order_id: Id | None
    customer_id: Id | None
    shipment_ids: list[Id]
    state: MessageState
    reason: Reason | None
    sentence: str | None
    """The reason in words."""
    to: str
    """Masked."""
    subject: str | None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    again_of: Id | None


class MessageWhole(MessageTold):
    """One message with its why."""

    why: Why | None


class MessageList(Shape):
    """Some messages, the newest first."""

    messages: list[MessageTold]
    before: Id | None


class MessageQuery(Page):
    """Which messages."""

    state: MessageState | None = None
    order_id: Id | None = None
    customer_id: Id | None = None


class Again(Shape):
    """How often it was sent again before: the same number asks once however often it is sent."""

    times: Annotated[int, Field(ge=0, le=1000)]


class AgainAsked(Shape):
    """What comes of it."""

    is_new: bool
    answer: Literal["allowed", "deferred"]
    until: datetime | None


@book.route("GET", "/messages", Scope.READ_MESSAGES, MessageList, query=MessageQuery)
def index(asking: Asking, asked: MessageQuery) -> MessageList:
    """List messages, the newest first: sent, waiting and not sent."""
    chosen: list[ColumnElement[bool]] = [Message.shop_id == asking.shop.id]
    if asked.state is not None:
        chosen.append(Message.state == asked.state)
    if asked.order_id is not None:
        chosen.append(Message.order_id == asked.order_id)
    if asked.customer_id is not None:
        chosen.append(Message.profile_id == asked.customer_id)
    if asked.before is not None:
        chosen.append(Message.id < asked.before)
    newest = select(Message).where(*chosen).order_by(Message.id.desc()).limit(asked.limit + 1)
    rows = asking.session.scalars(newest).all()
    shown = rows[: asked.limit]
    if shown:
        asking.saw("messages " + ",".join(str(it.id) for it in shown))
    return MessageList(
        messages=[MessageTold(**_told(it)) for it in shown],
        before=shown[-1].id if len(rows) > asked.limit else None,
    )


@book.route("GET", ONE, Scope.READ_MESSAGES, MessageWhole)
def show(asking: Asking, message_id: int) -> MessageWhole:
    """Return one message with what each rule saw."""
    message = _find(asking, message_id)
    asking.saw(f"message {message.id}")
    return MessageWhole(**_told(message), why=_why(message.decision) if message.decision else None)


@book.route(
    "POST",
    f"{ONE}/again",
    Scope.WRITE_MESSAGES,
    AgainAsked,
    status=HTTPStatus.ACCEPTED,
    body=Again,
    may_conflict=True,
)
def send_again(asking: Asking, message_id: int, sent: Again) -> AgainAsked:
    """Send a message about an order again, if the gate lets it; once for each number of times."""
    message = _find(asking, message_id)
    if message.order_id is None or not again.is_possible(message):
        raise Refusal(
            HTTPStatus.CONFLICT, "Only what tells of an order, and is not waiting, can be sent again."
        )
    order = asking.session.get_one(Order, message.order_id)
    wanted = again.ask_of(message, order, times=sent.times)
    decision = foreseen.look(asking.session, asking.shop.id, [wanted])[0].decision
    if isinstance(decision, Skipped):
        raise Refusal(HTTPStatus.CONFLICT, REASONS[decision.reason])
    is_new = again.ask(asking.session, message, wanted)
    asking.saw(f"message {message.id} of order {order.id}, sent again")
    until = decision.until if isinstance(decision, Deferred) else None
    return AgainAsked(is_new=is_new, answer="deferred" if until else "allowed", until=until)


def _find(asking: Asking, message_id: int) -> Message:
    found = asking.session.scalar(select(Message).filter_by(id=message_id, shop_id=asking.shop.id))
    if found is None:
        raise NotThere
    return found


def _told(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "trigger": message.trigger,
        "medium": message.medium,
        "category": message.category,
        "order_id": message.order_id,
        "customer_id": message.profile_id,
        "shipment_ids": message.shipment_ids,
        "state": message.state,
        "reason": message.reason,
        "sentence": words.reason(message) or None,
        "to": words.masked(message.to),
        "subject": message.subject,
        "created_at": message.created_at,
        "due_at": message.due_at,
        "sent_at": message.sent_at,
        "again_of": message.again_of,
    }


def _why(decision: dict[str, Any]) -> Why:
    return Why(
        answer=decision["answer"],
        at=decision["at"],
        until=decision.get("until"),
        reason=decision.get("reason"),
        saw=[Saw(rule=rule, saw=str(saw)) for rule, saw in decision["saw"]],
    )
