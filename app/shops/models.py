"""Tables of a shop."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.lib import clock
from app.lib.db import Base, OfShop, key, word
from app.vocabulary import CallReason, CallState, PlatformKey, ShopState


class Shop(Base):
    """One installation of Doorstep in one store."""

    __tablename__ = "shop"

    id: Mapped[key]
    platform: Mapped[PlatformKey] = word(PlatformKey)
    domain: Mapped[str]
    """Shopify: the myshopify.com name. WooCommerce: the home's host and path, without slash at the end."""
    url: Mapped[str]
    """The storefront's address as shoppers know it, without slash at the end."""
    key: Mapped[str] = mapped_column(unique=True)
    """Unguessable; names the shop in the admin's and WooCommerce's webhook addresses."""
    external_id: Mapped[str | None]
    """The platform's own id of the shop."""
    state: Mapped[ShopState] = word(ShopState, default=ShopState.INSTALLED)
    name: Mapped[str]
    email: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(default="UTC")
    currency: Mapped[str] = mapped_column(default="USD")
    locale: Mapped[str] = mapped_column(default="en")
    country: Mapped[str | None]
    scopes: Mapped[str] = mapped_column(default="")
    """Space-separated."""
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the merchant chose, written through choices.py, read by whoever is concerned."""
    page_host: Mapped[str | None] = mapped_column(unique=True)
    """The merchant's own address of the shoppers' pages, for as long as it leads to us."""
    broken_reason: Mapped[str | None]
    """Why the store can no longer be read; None while it can."""
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]
    signed_out_at: Mapped[datetime | None]
    """Browsers that were let into its pages before are let in no more."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """Counts every change to this row; the database keeps it, by a trigger."""
    lanes_due_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    """When to learn anew how its parcels travel."""

    __table_args__ = (
        Index(
            "uq_shop_platform_domain",
            *("platform", "domain"),
            unique=True,
            postgresql_where=text("state <> 'closing'"),
        ),
    )


class Credential(OfShop, Base):
    """One sealed secret of a shop: an API token, REST keys, a webhook secret."""

    __tablename__ = "credential"

    id: Mapped[key]
    kind: Mapped[str]
    """"offline_token" (Shopify), "rest_keys" and "webhook_secret" (WooCommerce), "source:<key>"."""
    secret: Mapped[bytes]
    """Sealed; rest_keys is "key:secret"."""
    refresh: Mapped[bytes | None]
    expires_at: Mapped[datetime | None]
    refresh_expires_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    """Counts leases: whoever comes back late with an old number is ignored."""
    dead_at: Mapped[datetime | None]
    """When the platform told us that it no longer accepts this secret."""
    checked_at: Mapped[datetime | None]
    """When the merchant last had it tried."""
    check_failure: Mapped[str | None]
    """What went wrong then."""
    rests_until: Mapped[datetime | None]
    """Whose it is refused for reasons of their own: left alone until then, where another takes over."""
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often in a row."""
    complaint: Mapped[str | None]
    """What they said when they last refused, without personal data."""

    __table_args__ = (UniqueConstraint("shop_id", "kind"),)


class ConnectState(Base):
    """A merchant's browser was sent to a store for its keys; the store's server brings them, once."""

    __tablename__ = "connect_state"

    id: Mapped[key]
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"))
    """What became of it; there is no shop before."""
    state_hash: Mapped[bytes] = mapped_column(unique=True)
    browser_hash: Mapped[bytes]
    """Of a secret in the cookie of the browser that began: nobody else is let in at the end."""
    store_url: Mapped[str]
    store_name: Mapped[str]
    timezone: Mapped[str | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """Why the keys were not taken, in the merchant's words."""


class Errand(OfShop, Base):
    """Something to ask the store, or to see to there, once or again and again; a wait is its `due_at`.

    Running it twice does no harm, and it is gone once it was run. What must happen once is a Call.
    """

    __tablename__ = "errand"

    id: Mapped[key]
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime]
    every: Mapped[int | None]
    """Seconds until it is due again; None: once."""
    asks: Mapped[int] = mapped_column(default=1)
    """How often it was asked for: one more while it runs, and it runs again."""
    cursor: Mapped[str | None]
    """How far a catch-up has come."""
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("shop_id", "kind", "subject"), Index("ix_errand_due_at", "due_at"))


class Call(OfShop, Base):
    """An effect on the outside that is no message; whoever asks twice with one `key` gets the first.

    The row stays: it is what says "once". No foreign keys: what an order is, this floor does not know.
    """

    __tablename__ = "call"

    id: Mapped[key]
    key: Mapped[str]
    kind: Mapped[str]
    """What is to be done: its handler in jobs/calls.py."""
    line: Mapped[str] = mapped_column(default="")
    """Who is spoken to: "" is the shop's own store, "hook:7" whom the merchant named."""
    order_id: Mapped[int | None] = mapped_column(index=True)
    """What it is about, for whoever asks for a copy or to be forgotten."""
    profile_id: Mapped[int | None] = mapped_column(index=True)
    payload: Mapped[bytes | None]
    """Sealed JSON of what its handler needs; emptied when there is nothing left to do."""
    state: Mapped[CallState] = word(CallState, default=CallState.WAITING)
    reason: Mapped[CallReason | None] = word(CallReason)
    """Why it was skipped."""
    result: Mapped[str | None]
    """What the other side calls that which was made."""
    failure: Mapped[str | None]
    """The other side's last complaint, without personal data."""
    due_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """How often it was begun; one that was begun may have been done, though nobody could write that down."""
    lease_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    """Counts leases: whoever comes back late with an old number is ignored."""
    tries: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """How each try went, where the merchant is shown that: {"at", "status", "answer", "ms"}."""

    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        Index("ix_call_due", "shop_id", "line", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_call_line", "shop_id", "line", text("id DESC"), postgresql_where=text("line <> ''")),
        Index("ix_call_parked", "shop_id", "id", postgresql_where=text("state = 'parked'")),
        Index(
            "ix_call_unforgotten",
            *("shop_id", "line", "id"),
            postgresql_where=text("state = 'parked' AND kind = 'hook.forget'"),
        ),
    )


class Checkup(OfShop, Base):
    """What the last look at a shop's connection found; one row a shop, and no personal data in it."""

    __tablename__ = "checkup"

    id: Mapped[key]
    shop_id: Mapped[int] = mapped_column(
        ForeignKey("shop.id", ondelete="CASCADE"), unique=True, sort_order=-1
    )
    looked_at: Mapped[datetime]
    findings: Mapped[list[dict[str, Any]]]
    """Each as in app/platforms/findings.py."""


class PrivacyTask(OfShop, Base):
    """A shopper's or merchant's request under privacy law, and its answer."""

    __tablename__ = "privacy_task"

    id: Mapped[key]
    kind: Mapped[str]
    external_id: Mapped[str]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """The law's last day: 30 days after it was asked."""
    done_at: Mapped[datetime | None]
    export: Mapped[bytes | None]
    """Sealed JSON that the merchant may fetch; emptied after 30 days."""
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What was erased and when, with a seal; names nobody."""

    __table_args__ = (UniqueConstraint("shop_id", "kind", "external_id"),)


class AccessRecord(OfShop, Base):
    """Who came in, saw a shopper's data (Shopify's protected-data rules, level 2) or pressed a button."""

    __tablename__ = "access_record"

    id: Mapped[key]
    who: Mapped[str]
    what: Mapped[str]
    at: Mapped[datetime]
