"""What is looked up or tried about how a shop's mail leaves: its domains' DNS, and test mails."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from app.channels import authentication, probe
from app.channels.authentication import State
from app.channels.base import Mail, SendError
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.messages.documents import compose
from app.messages.documents.compose import Unrenderable
from app.messages.documents.document import Misfit
from app.messages.providers import accounts, domains, ways
from app.messages.wording import trial
from app.shops import brand
from app.shops.errands import Due
from app.shops.models import Shop
from app.vocabulary import Trigger
from jobs import posting

NOBODY_KNOWS = "the domain name system did not answer"
SUBJECT = "A test from Doorstep"
WORDS = """This is the test mail that you asked for.

It came the way your shoppers' mails will: through {host}, from {sender}."""


def look(due: Due) -> None:
    """Ask DNS what it says of a domain; a new key that it shows takes over."""
    with transaction() as session:
        row = domains.get(session, due.shop_id, due.subject)
        hands = domains.hands(accounts.of_shop(session, due.shop_id), due.subject)
        shop = session.get_one(Shop, due.shop_id)
    if row is None or not hands:
        return
    present, following = domains.keys(row)
    reports_to = brand.of(shop).support_email or f"postmaster@{row.domain}"
    found = authentication.examine(row.domain, hands, present or following, reports_to)
    turned = following if following and authentication.is_shown(row.domain, following) else None
    if turned is not None and present is not None:
        found = authentication.examine(row.domain, hands, turned, reports_to)
    with transaction() as session:
        kept = domains.get(session, due.shop_id, due.subject)
        if kept is not None:
            if turned is not None and kept.next_selector == turned.selector:
                domains.turn(kept)
            domains.keep(kept, found)
    if any(finding.state is State.UNKNOWN for finding in found):
        raise Unreachable(NOBODY_KNOWS)


def test(due: Due) -> None:
    """Send one mail over a provider, and keep what its server said to each step."""
    with transaction() as session:
        provider = accounts.get(session, due.shop_id, int(due.subject))
        if provider is None or provider.asked_to is None:
            return
        to, sender = provider.asked_to, provider.sender
        server = ways.server(provider, domains.get(session, due.shop_id, domains.of(sender)))
        name = brand.of(session.get_one(Shop, due.shop_id)).name
    text = WORDS.format(host=server.host, sender=sender)
    mail = Mail(
        to=to,
        sender=f"{name} <{sender}>",
        reply_to=provider.reply_to,
        subject=SUBJECT,
        text=text,
        html=f"<!doctype html><title>{SUBJECT}</title><p>{text.replace(chr(10), '<br>')}</p>",
        message_id=f"<test-{uuid4().hex}@{domains.of(sender)}>",
    )
    steps = probe.send(server, mail)
    with transaction() as session:
        kept = accounts.get(session, due.shop_id, int(due.subject))
        if kept is not None:
            accounts.note_test(session, kept, to, steps)


def show(due: Due) -> None:
    """Send what somebody is writing to themselves, as a shopper would get it; one try, whose end they see."""
    trigger = Trigger(due.subject)
    failure, to = None, ""
    try:
        with transaction() as session:
            asked = trial.asked(session, due.shop_id, trigger)
        if asked is None:
            return
        to, told = asked
        mail = compose.render(told)
        mail = replace(mail, to=to, subject=f"[Test] {mail.subject}", headers={})
        posting.carry(due.shop_id, lambda address: _from(mail, told.brand.name, address))
    except (Misfit, Unrenderable, SendError) as error:
        failure = str(error)
    with transaction() as session:
        trial.note(session, due.shop_id, trigger, to, failure)


def _from(mail: Mail, name: str, address: str) -> Mail:
    ident = f"<test-{uuid4().hex}@{domains.of(address)}>"
    return replace(mail, sender=f"{name} <{address}>", message_id=ident)


HANDLERS: dict[str, Callable[[Due], str | None]] = {
    domains.LOOK: look,
    accounts.TEST: test,
    trial.SHOW: show,
}
