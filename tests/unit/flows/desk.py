"""One shopper whom several flows write to, and a sender whose line takes everything."""

from datetime import UTC, datetime, timedelta
from itertools import count

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import Checkout
from app.flows import arbiter, switches
from app.flows.models import HeldBack
from app.lib import clock
from app.messages.dispatch import outbox, sending
from app.messages.models import Message
from app.shops.models import Shop
from app.tracking.models import Shipment
from app.vocabulary import Category, MessageState, Reason, Trigger
from tests import sold

NOON = datetime(2026, 11, 24, 19, tzinfo=UTC)
"""In Denver, on a Tuesday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANA = "ana.moreno@shopper.example"
LAPSED, REVIEW, CART = Trigger.WIN_BACK, Trigger.REVIEW_REQUEST, Trigger.ABANDONED_CHECKOUT


class Desk:
    """One shopper who bought in the US, and may be offered something; time passes when it is told to."""

    def __init__(self, session: Session, traveller: time_machine.Traveller) -> None:
        self.session = session
        self.shop: Shop = sold.shop(session)
        for trigger in Trigger:
            switches.switch(session, self.shop.id, trigger, on=True)
        profile = Profile(shop_id=self.shop.id, email=ANA, first_seen_at=clock.now())
        session.add(profile)
        session.flush()
        self.order = sold.order(session, self.shop, sold.Sent(), age=2, profile_id=profile.id)
        self.parcel = session.scalars(select(Shipment.id)).one()
        self.traveller, self.numbers = traveller, count()
        session.commit()

    def cart(self) -> Checkout:
        """Let her leave a cart."""
        now = clock.now()
        made = Checkout(
            shop_id=self.shop.id,
            token=str(next(self.numbers)),
            profile_id=self.order.profile_id,
            email=ANA,
            items=[],
            started_at=now,
            updated_at=now,
        )
        self.session.add(made)
        self.session.commit()
        return made

    def ask(
        self,
        trigger: Trigger,
        subject: str = "x",
        *,
        wait: timedelta = timedelta(0),
        cart: Checkout | None = None,
    ) -> int:
        offers = trigger in (LAPSED, REVIEW, CART)
        wanted = outbox.Ask(
            subject=subject,
            trigger=trigger,
            category=Category.MARKETING if offers else Category.TRANSACTIONAL,
            profile_id=self.order.profile_id,
            order_id=self.order.id,
            shipment_ids=(self.parcel,),
            checkout_id=cart.id if cart else None,
            to=ANA,
            occasion_at=clock.now(),
            due_at=clock.now() + wait,
        )
        assert outbox.ask(self.session, self.shop.id, wanted)
        self.session.commit()
        return self.session.scalars(select(Message.id).filter_by(key=wanted.key)).one()

    def send(self, chunk: int = 50) -> list[int]:
        """Send what is due, as the job does with a line that takes everything; returns what went."""
        went = list[int]()
        while ids := outbox.claim(self.session, "journal", chunk):
            self.session.commit()
            went += finish(self.session, ids)
        self.session.commit()
        return went

    def states(self) -> dict[int, tuple[MessageState, Reason | None]]:
        self.session.expire_all()
        rows = self.session.scalars(select(Message).order_by(Message.id))
        return {row.id: (row.state, row.reason) for row in rows}

    def held_back(self) -> list[tuple[int, Reason, int | None]]:
        self.session.expire_all()
        rows = self.session.scalars(select(HeldBack).order_by(HeldBack.id))
        return [(row.message_id, row.reason, row.behind_id) for row in rows]


def finish(session: Session, ids: list[int]) -> list[int]:
    """Let go what may go of a claimed chunk."""
    ready = sending.prepare(session, "journal", ids, arbiter.judge)
    session.commit()
    sent = [
        outbox.Result(message_id=it.message.id, fence=it.message.fence, state=MessageState.SENT)
        for it in ready
    ]
    outbox.record(session, sent)
    session.commit()
    return [it.message.id for it in ready]
