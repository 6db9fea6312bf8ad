"""A template that would never end, or fill the memory, hurts whoever wrote it and nobody else."""

import resource

import pytest
from sqlalchemy.orm import Session

from app.flows.models import Flow
from app.lib import clock
from app.messages.dispatch import outbox
from app.messages.models import Message
from app.messages.wording import publishing
from app.messages.wording.publishing import Faulty
from app.messages.wording.versions import Template, TemplateVersion
from app.shops.models import Shop
from app.vocabulary import MessageState, Reason, Trigger
from jobs import messages
from tests import sold
from tests.contracts.smtp_server import ScriptedServer
from tests.journeys.test_mails import parsed, server
from tests.unit.test_liquid import BOMBS

__all__ = ["server"]

MORE = [
    "{% assign a = 'x' %}" + "{% assign a = a | append: a | append: a %}" * 60,
    "{{ 'o' " + "| replace: 'o', 'oooooooooo' " * 12 + "}}",
    "{{ 'oo' " + "| split: '' | join: 'oooooooooo' " * 12 + "}}",
    "{% assign a = 'o' %}{{ a " + "| replace: 'o', 'oooooooooo' " * 12 + "| size }}",
    "{% for i in (1..10000) %}{% for j in (1..10000) %}{{ i | times: j | times: j }}{% endfor %}{% endfor %}",
    "{% render 'itself' %}",
    "{% include 'itself' %}",
]
"""A chain of filters, a loop of them, and templates that name themselves."""
MEGABYTES = 1024
"""How many kilobytes, which is what the kernel counts in."""


@pytest.mark.parametrize("bomb", [*BOMBS, *MORE])
def test_no_bomb_is_published(session: Session, bomb: str) -> None:
    shop = sold.shop(session)
    publishing.save(session, shop.id, Trigger.THANK_YOU, document(bomb))
    with pytest.raises(Faulty):
        publishing.publish(session, shop.id, Trigger.THANK_YOU)


def test_bombs_that_are_sent_nevertheless_fail_alone_and_their_neighbors_go(
    session: Session, server: ScriptedServer
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bad, good = shop_of(session, "bad"), shop_of(session, "good")
    for number, bomb in enumerate(BOMBS, start=1):
        send_with(session, bad, number, bomb)
        thank(session, bad)
        thank(session, good)
        messages.send()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / MEGABYTES
    session.expire_all()
    outcomes = {
        shop.id: {(it.state, it.reason) for it in session.query(Message).filter_by(shop_id=shop.id)}
        for shop in (bad, good)
    }
    assert outcomes[bad.id] == {(MessageState.FAILED, Reason.UNRENDERABLE)}
    assert outcomes[good.id] == {(MessageState.SENT, None)}
    assert len({parsed(taken)["Message-ID"] for taken in server.taken}) == len(BOMBS)
    assert grown < 100


def document(text: str) -> dict[str, object]:
    return {"subject": "Hi", "blocks": [{"kind": "text", "text": text}]}


def shop_of(session: Session, name: str) -> Shop:
    made = sold.shop(session, domain=f"{name}.example")
    session.add(Flow(shop_id=made.id, trigger=Trigger.THANK_YOU, on_since=clock.now()))
    session.commit()
    return made


def send_with(session: Session, shop: Shop, number: int, bomb: str) -> None:
    """Let a shop's thanks be said in a template that no lint has seen."""
    version = TemplateVersion(
        shop_id=shop.id,
        trigger=Trigger.THANK_YOU,
        number=number,
        document=document(bomb),
        published_at=clock.now(),
    )
    session.add(version)
    session.flush()
    row = session.query(Template).filter_by(shop_id=shop.id).one_or_none()
    row = row or Template(shop_id=shop.id, trigger=Trigger.THANK_YOU)
    row.version_id = version.id
    session.add(row)
    session.commit()


def thank(session: Session, shop: Shop) -> None:
    order = sold.order(session, shop, age=1)
    order.email = f"shopper{order.id}@shopper.example"
    wanted = outbox.Ask(
        subject=f"order-{order.id}",
        trigger=Trigger.THANK_YOU,
        order_id=order.id,
        to=order.email,
        occasion_at=clock.now(),
    )
    outbox.ask(session, shop.id, wanted)
    session.commit()
