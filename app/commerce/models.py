"""Tables of what was bought, and the inbox it came through."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.platforms.purchases import OrderState
from app.vocabulary import InboxState


class Delivery(Base):
    """One webhook delivery as it came; `delivery_key` and `body_key` say "at most once" (ADR 0008)."""

    __tablename__ = "inbox"

    id: Mapped[key]
    shop_id: Mapped[int] = mapped_column(sort_order=-1)
    """No foreign key: ingress has just looked the shop up, and each check would lock the shop's row."""
    topic: Mapped[str]
    delivery_key: Mapped[Any] = mapped_column(UUID)
    """Hash of the delivery's own identity."""
    body_key: Mapped[Any] = mapped_column(UUID)
    """Hash of topic and body; and of the 5-minute window where the body carries no time of its own."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The very bytes; emptied after 30 days."""
    received_at: Mapped[datetime]
    state: Mapped[InboxState] = word(InboxState, default=InboxState.WAITING)
    due_at: Mapped[datetime]
    """When to look at it (again)."""
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("shop_id", "delivery_key"),
        UniqueConstraint("shop_id", "body_key"),
        Index("ix_inbox_waiting", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_inbox_parked", "shop_id", "id", postgresql_where=text("state = 'parked'")),
    )


class InHand(Base):
    """The deliveries of a shop that somebody is applying; left behind only by whoever was cut off."""

    __tablename__ = "inbox_in_hand"

    id: Mapped[key]
    shop_id: Mapped[int] = mapped_column(unique=True, sort_order=-1)
    """No foreign key, like a delivery's."""
    delivery_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class Order(OfShop, Base):
    """An order; a stub (`placed_at` and `updated_at` None) when we have only heard of its fulfillment."""

    __tablename__ = "order"

    id: Mapped[key]
    external_id: Mapped[str]
    name: Mapped[str | None]
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id"), index=True)
    email: Mapped[str | None]
    """Where this order's messages go: what was typed at the checkout, lower case."""
    phone: Mapped[str | None]
    state: Mapped[str | None]
    """As in platforms.base.OrderState."""
    currency: Mapped[str | None]
    total: Mapped[int | None]
    refunded: Mapped[int] = mapped_column(default=0)
    locale: Mapped[str | None]
    ship_to: Mapped[dict[str, Any] | None]
    shipping: Mapped[str | None]
    """How it is to be sent, as the shopper chose: "Express"."""
    tags: Mapped[list[str] | None] = mapped_column(ARRAY(String))
    """What its merchant marks it with in the store."""
    window_from: Mapped[date | None]
    """The first day on which it may arrive, as we predicted it when it was placed."""
    window_until: Mapped[date | None]
    is_test: Mapped[bool] = mapped_column(default=False)
    is_first: Mapped[bool | None]
    is_fulfilled: Mapped[bool] = mapped_column(default=False)
    """The store says that all of it has been sent, or needs no sending."""
    checkout_token: Mapped[str | None]
    cart_token: Mapped[str | None]
    status_url: Mapped[str | None]
    created_at: Mapped[datetime | None]
    placed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    """The platform's own time: an older record never changes the row."""
    first_heard_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]
    """Until when all that happened to it is the past, of which nobody is told: it came as history."""
    erased_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default="0")
    """Counts every change to the order and all that belongs to it; the database keeps it, by triggers."""
    exceptions_due_at: Mapped[datetime | None]
    """When an exception of the order itself may next open; None: not before something is heard of it."""

    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index(
            "ix_order_exceptions_due",
            "exceptions_due_at",
            postgresql_where=text("exceptions_due_at IS NOT NULL"),
        ),
        Index("ix_order_name", "shop_id", "name"),
        Index(
            "ix_order_to_name_words",
            text("name_words(shop_id, ship_to ->> 'first_name', ship_to ->> 'last_name')"),
            postgresql_using="gin",
        ),
        Index("ix_order_email", "shop_id", "email", "id", postgresql_where=text("email IS NOT NULL")),
        Index("ix_order_recent", "shop_id", text("id DESC")),
        Index("ix_order_country", "shop_id", text("(ship_to ->> 'country')"), "id"),
        Index("ix_order_placed", "shop_id", "placed_at", postgresql_where=text("placed_at IS NOT NULL")),
        Index(
            "ix_order_cancelled", "shop_id", "cancelled_at", postgresql_where=text("cancelled_at IS NOT NULL")
        ),
        Index(
            "ix_order_checkout",
            "shop_id",
            "checkout_token",
            postgresql_where=text("checkout_token IS NOT NULL"),
        ),
        Index("ix_order_cart", "shop_id", "cart_token", postgresql_where=text("cart_token IS NOT NULL")),
    )

    @property
    def is_known(self) -> bool:
        """Whether the store has told us of the order itself, not only of its fulfillment."""
        return self.updated_at is not None

    @property
    def is_called_off(self) -> bool:
        """Whether nobody waits for it any more: cancelled, thrown away, or paid back in full."""
        paid_back = bool(self.total) and self.refunded >= (self.total or 0)
        return self.state == OrderState.CANCELLED or self.deleted_at is not None or paid_back


class LineItem(OfShop, Base):
    """One line of an order."""

    __tablename__ = "line_item"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    variant_title: Mapped[str | None]
    sku: Mapped[str | None]
    quantity: Mapped[int]
    price: Mapped[int]
    image_url: Mapped[str | None]
    product_external_id: Mapped[str | None]
    variant_external_id: Mapped[str | None]

    __table_args__ = (UniqueConstraint("order_id", "external_id"),)


class Fulfillment(OfShop, Base):
    """Items sent together; a stub (`updated_at` None) when we have only heard of a scan."""

    __tablename__ = "fulfillment"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    external_id: Mapped[str]
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """[{"item": line item's external id, "quantity": n}]; empty: the whole order."""
    location: Mapped[str | None]
    """The store's place that it left from, where the store says."""
    shipped_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("shop_id", "external_id"),)


class Refund(OfShop, Base):
    """Money given back."""

    __tablename__ = "refund"

    id: Mapped[key]
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id", ondelete="CASCADE"), index=True)
    external_id: Mapped[str]
    amount: Mapped[int]
    items: Mapped[list[dict[str, Any]] | None]
    """What went back on the shelf: [{"item": line item's external id, "quantity": n}]; None: not said."""
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_refund_created", "shop_id", "created_at"),
    )


class Checkout(OfShop, Base):
    """A cart; a checkout once it has a contact. Joined by cart token when both are known."""

    __tablename__ = "checkout"

    id: Mapped[key]
    token: Mapped[str | None]
    cart_token: Mapped[str | None]
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("profile.id"), index=True)
    email: Mapped[str | None]
    phone: Mapped[str | None]
    currency: Mapped[str | None]
    total: Mapped[int | None]
    items: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    url: Mapped[str | None]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    touched: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)), server_default="{}")
    """When it was changed, the last times, oldest first."""
    judged_at: Mapped[datetime | None]
    """When it was last asked whether the address in it may be kept."""

    __table_args__ = (
        UniqueConstraint("shop_id", "token"),
        UniqueConstraint("shop_id", "cart_token"),
        Index(
            "ix_checkout_unjudged",
            "updated_at",
            postgresql_where=text(
                "completed_at IS NULL AND (email IS NOT NULL OR phone IS NOT NULL)"
                " AND (judged_at IS NULL OR judged_at < updated_at)"
            ),
        ),
    )


class Product(OfShop, Base):
    """Something the store sells."""

    __tablename__ = "product"

    id: Mapped[key]
    external_id: Mapped[str]
    title: Mapped[str | None]
    url: Mapped[str | None]
    image_url: Mapped[str | None]
    deleted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("shop_id", "external_id"),
        Index("ix_product_newest", "shop_id", text("id DESC"), postgresql_where=text("deleted_at IS NULL")),
        Index("ix_product_title", text("lower(title)"), postgresql_using="hash"),
        Index("ix_product_url", text("lower(rtrim(url, '/'))"), postgresql_using="hash"),
    )


class Variant(OfShop, Base):
    """One size or color of a product, with its last known stock."""

    __tablename__ = "variant"

    id: Mapped[key]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    external_id: Mapped[str]
    title: Mapped[str | None]
    sku: Mapped[str | None]
    price: Mapped[int | None]
    in_stock: Mapped[bool | None]
    quantity: Mapped[int | None]
    updated_at: Mapped[datetime | None]
    stock_updated_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("shop_id", "external_id"),)
