"""Back in stock: what is waited for, and putting somebody into the line."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from app.api.routes import Asking, Book, Refusal
from app.api.shapes import MOST, Shape
from app.audience.address import readable_email
from app.commerce.models import Variant
from app.flows.triggers import confirm_waiting
from app.shops.api_keys import Scope
from app.stock import shelves, waiting
from app.stock.waiting import Asked, Demand

book = Book()
routes = book.routes


class Waited(Shape):
    """A thing that people wait for."""

    variant: str
    """As the store calls it."""
    product: str | None
    title: str | None
    waiting: int
    since: datetime
    in_stock: int | None


class WaitedList(Shape):
    """What is waited for, what most wait for first."""

    waited: list[Waited]
    skip: int | None


class WaitedQuery(Shape):
    """Which part of the list."""

    skip: Annotated[int, Field(ge=0, le=500_000)] = 0
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class Wait(Shape):
    """Somebody who asked to hear when a thing is back."""

    variant: Annotated[str, Field(min_length=1, max_length=64)]
    email: Annotated[str, Field(min_length=3, max_length=254)]
    wording: Annotated[str, Field(min_length=1, max_length=300)]
    """What they read when they asked: kept as proof."""
    locale: Annotated[str, Field(max_length=20)] | None = None


class WaitAsked(Shape):
    """What comes of it."""

    is_new: bool
    wants_confirmation: bool
    """They are sent a mail, and wait once they have confirmed it."""


@book.route("GET", "/back-in-stock", Scope.READ_STOCK, WaitedList, query=WaitedQuery)
def index(asking: Asking, asked: WaitedQuery) -> WaitedList:
    """List what is waited for, what most wait for first; no address is told."""
    found = waiting.demand(asking.session, asking.shop.id, skip=asked.skip, limit=asked.limit + 1)
    return WaitedList(
        waited=[_told(it) for it in found[: asked.limit]],
        skip=asked.skip + asked.limit if len(found) > asked.limit else None,
    )


@book.route(
    "POST",
    "/back-in-stock",
    Scope.WRITE_STOCK,
    WaitAsked,
    status=HTTPStatus.CREATED,
    body=Wait,
    may_conflict=True,
)
def ask(asking: Asking, sent: Wait) -> WaitAsked:
    """Let somebody wait for a thing that is sold out; where the law wants it, they confirm by mail."""
    session, shop = asking.session, asking.shop
    address = readable_email(sent.email)
    if address is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, "email: nobody could deliver to it")
    variant = session.scalar(select(Variant).filter_by(shop_id=shop.id, external_id=sent.variant))
    if variant is None:
        raise Refusal(HTTPStatus.BAD_REQUEST, "variant: the shop has none of this name")
    shelf = shelves.of(session, shop.id, variant.id)
    if shelf is not None and shelf.is_there:
        raise Refusal(HTTPStatus.CONFLICT, "It is there: nobody has to wait.")
    wants = waiting.wants_confirmation(shop, sent.locale)
    if wants and not confirm_waiting.can_ask(session, shop.id):
        raise Refusal(HTTPStatus.CONFLICT, "They would have to confirm by mail, and the shop sends none yet.")
    asked = Asked(address=address, wording=sent.wording, source="api", locale=sent.locale)
    row = waiting.ask(session, shop, variant.id, asked)
    if row is not None and row.counts_since is None:
        confirm_waiting.ask(session, row)
    return WaitAsked(is_new=row is not None, wants_confirmation=wants)


def _told(it: Demand) -> Waited:
    return Waited(
        variant=it.variant.external_id,
        product=it.product.title,
        title=it.variant.title,
        waiting=it.waiting,
        since=it.since,
        in_stock=it.shelf.quantity if it.shelf else None,
    )
