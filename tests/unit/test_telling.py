"""Which parcels share a message."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.flows import telling
from app.flows.telling import Occasion
from app.lib import clock
from app.messages.models import Message
from app.tracking.models import Shipment
from app.vocabulary import Medium, MessageState, Trigger
from tests import sold


@pytest.mark.parametrize(
    ("may_be_there", "shared"), [(False, [2]), (True, [1, 1])], ids=["waits", "may be in the mailbox"]
)
def test_a_parcel_joins_what_nobody_can_have_yet(
    session: Session, *, may_be_there: bool, shared: list[int]
) -> None:
    order = sold.order(session, sold.shop(session), sold.Sent(), sold.Sent())
    first, second = session.scalars(select(Shipment.id).order_by(Shipment.id))
    telling.tell(session, Occasion(Trigger.SHIPPED, order.id, first, clock.now()), Medium.EMAIL)
    message = session.scalars(select(Message)).one()
    assert message.state is MessageState.QUEUED
    message.resent_at = clock.now() if may_be_there else None
    session.flush()
    telling.tell(session, Occasion(Trigger.SHIPPED, order.id, second, clock.now()), Medium.EMAIL)
    told = session.scalars(select(Message).order_by(Message.step))
    assert [len(it.shipment_ids) for it in told] == shared
