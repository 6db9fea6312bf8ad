"""A store, and what its shoppers write of one thing that they bought there."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.commerce.models import LineItem, Order
from app.reviews import moderating, things, writing
from app.reviews.models import HiddenBecause, Review
from app.reviews.writing import Written
from app.shops.models import Call
from app.vocabulary import CallReason, CallState
from demo.sales import Sale, way
from demo.shopify import ratings as metafields
from demo.shoppers import RIDGE
from demo.stores import Json, Shelf
from jobs import calls as job
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_writeback_woocommerce import moment


class Store:
    """A store, and what a shopper of it writes of one thing."""

    def __init__(self, voice: StoreVoice, shelf: Shelf, product: int) -> None:
        self.voice, self.shelf, self.product = voice, shelf, str(product)

    def write(self, stars: int = 4, words: str = "Boils fast.", order: int | None = None) -> Review:
        session = self.voice.session
        order_id = order or session.scalars(select(Order.id).order_by(Order.id)).all()[0]
        line = session.scalars(
            select(LineItem).filter_by(order_id=order_id, product_external_id=self.product)
        ).one()
        thing = things.Thing(line.id, self.product, line.title, None, None)
        kept = writing.keep(session, order_id, thing, Written(stars=stars, words=words, author="Ida <b>"))
        assert kept is not None
        session.commit()
        return kept

    def publish(self, review: Review) -> None:
        moderating.publish(self.voice.session, review)
        self.settle()

    def hide(self, review: Review) -> None:
        moderating.hide(self.voice.session, review, HiddenBecause.OFF_TOPIC)
        self.settle()

    def settle(self) -> None:
        self.voice.session.commit()
        job.run()
        self.voice.session.expire_all()

    def there(self) -> list[tuple[Any, ...]]:
        return [(it["rating"], it["review"], it["status"]) for it in self.shelf.every("review")]

    def calls(self) -> list[CallState | CallReason]:
        self.voice.session.expire_all()
        rows = self.voice.session.scalars(select(Call).order_by(Call.id))
        return [row.reason or row.state for row in rows]

    def rating(self) -> tuple[str, str] | None:
        product = f"gid://shopify/Product/{self.product}"
        shown = metafields.shown(self.shelf, {"id": product})["metafield"]
        found: list[Json | None] = [shown(namespace="reviews", key=key) for key in ("rating", "rating_count")]
        return tuple(it["value"] for it in found) if all(found) else None  # type: ignore[index]


def sold(ident: int, number: int, shopper: int, thing: int) -> Sale:
    at = moment() - timedelta(hours=30)
    sale = Sale(id=ident, number=number, shopper=shopper, lines=[(thing, 1)], placed_at=at, updated_at=at)
    sale.send("ups", at + timedelta(hours=1), way(RIDGE[0]), [0])
    return sale
