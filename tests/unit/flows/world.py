"""A shop whose shoppers leave carts, and flows to take them through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import consent
from app.audience.models import Profile
from app.commerce.models import Checkout
from app.flows import engine, hold_outs, starts
from app.flows.models import Enrollment, FlowVersion
from app.flows.plan import reading, written
from app.flows.plan.definition import Flow
from app.flows.published import Version
from app.flows.starts import Subject
from app.lib import clock
from app.messages.models import Message
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops.install import Store, install
from app.shops.models import Shop
from app.vocabulary import ConsentSource, ConsentState, Medium, PlatformKey, Trigger

CART = Trigger.ABANDONED_CHECKOUT
numbers = count(1)

SHORT = """\
flow: abandoned_checkout
starts: checkout_started
about: checkout
category: marketing
only: consent.email
exits:
  - if: checkout.is_bought
    because: bought
steps:
  - wait: 1 hour
  - message: email
  - wait: 1 day
  - message: email
"""


@dataclass
class World:
    """A shop, as much of it as the engine sees."""

    session: Session
    shop: Shop

    def publish(self, file: str | Flow) -> Version:
        """Publish a flow, sound or not."""
        text = file if isinstance(file, str) else written.write(file)
        row = FlowVersion(
            shop_id=self.shop.id,
            trigger=CART,
            number=next(numbers),
            file=text,
            published_at=clock.now(),
        )
        self.session.add(row)
        self.session.flush()
        return Version(row.id, reading.read(text))

    def cart(self, *, agreed: bool = True) -> Checkout:
        """Let somebody new leave a cart."""
        now, number = clock.now(), next(numbers)
        email = f"shopper{number}@example.org"
        profile = Profile(shop_id=self.shop.id, email=email, first_seen_at=now)
        self.session.add(profile)
        self.session.flush()
        if agreed:
            said = Consent(
                person=Person(email=email),
                medium=Medium.EMAIL,
                state=ConsentState.SUBSCRIBED,
                source=ConsentSource.CHECKOUT,
                at=now,
            )
            consent.add(self.session, self.shop.id, profile.id, said, heard_at=now)
        cart = Checkout(
            shop_id=self.shop.id,
            token=f"token-{number}",
            profile_id=profile.id,
            email=email,
            items=[],
            url="https://ridge.example/cart",
            total=3,
            started_at=now,
            updated_at=now,
        )
        self.session.add(cart)
        self.session.flush()
        return cart

    def enroll(self, version: Version, carts: Sequence[Checkout]) -> None:
        """Let carts into a flow."""
        for cart in carts:
            subject = Subject("checkout", cart.id, cart.profile_id)
            starts.enroll(self.session, self.shop.id, CART, version, subject)
        self.session.commit()

    def advance(self, most: int = 50) -> int:
        """Take on whoever is due, batch by batch; returns how many were looked at."""
        total = 0
        while looked_at := engine.run(self.session, most):
            self.session.commit()
            total += looked_at
        self.session.commit()
        return total

    def enrollments(self) -> list[Enrollment]:
        self.session.expire_all()
        return list(self.session.scalars(select(Enrollment).order_by(Enrollment.id)))

    def keys(self) -> list[str]:
        """Return the keys of the messages that were asked for."""
        return list(self.session.scalars(select(Message.key).order_by(Message.id)))


def new(session: Session, domain: str = "ridge.myshopify.com") -> World:
    """Return a new shop."""
    store = Store(
        platform=PlatformKey.SHOPIFY, domain=domain, url="https://ridge.example", name="Ridge", currency="USD"
    )
    shop = install(session, store)
    hold_outs.choose(session, shop, 0)  # so that whoever is enrolled is written to
    session.commit()
    return World(session, shop)


def later(moment: datetime | None) -> datetime:
    """Return a moment that there is."""
    assert moment is not None
    return moment
