"""Texts and WhatsApp on their way: a shop's line to its provider, one to try it, and one that answers."""

from collections.abc import Callable, Iterable

from app.channels.base import SendError, Text
from app.channels.sms import calls as wire
from app.channels.sms.base import Letterhead
from app.channels.sms.calls import KeysRefused
from app.channels.sms.line import Texts
from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.messages.whatsapp import writing
from app.messages.whatsapp.writing import Desk
from app.shops import calls, errands, texting
from app.shops.models import Shop
from app.shops.texting import Account
from app.vocabulary import CallReason, Medium


def line(shop_id: int, medium: Medium = Medium.SMS) -> tuple[Texts, Account]:
    """Return a shop's line to its provider; raises SendError where it has none, or its keys are refused."""
    with transaction() as session:
        account = texting.account(session, session.get_one(Shop, shop_id), medium)
    if account is None:
        raise SendError("the shop has no provider of texts", everyone=True)
    if account.is_refused:
        raise SendError("its keys were refused before", everyone=True)
    return Texts(account.provider, account.keys, _head(account)), account


def refuse(shop_id: int, medium: Medium) -> None:
    """Note that a shop's keys are refused."""
    with transaction() as session:
        texting.refuse(session, shop_id, medium)


def desk(shop_id: int, numbers: Iterable[str]) -> Desk:
    """Return what is needed to write to these numbers on WhatsApp."""
    with transaction() as session:
        return writing.desk(session, session.get_one(Shop, shop_id), numbers)


def test(due: errands.Due) -> None:
    """Send a text to the merchant's own number, and note what came of it; one too many does no harm."""
    with transaction() as session:
        shop = session.get_one(Shop, due.shop_id)
        account = texting.account(session, shop)
    if account is None:
        return
    failure = None
    try:
        _send(account, Text(to=due.subject, words=f"{shop.name}: your texts work.", ref=f"test-{due.id}"))
    except KeysRefused as error:
        failure = str(error)
        refuse(due.shop_id, Medium.SMS)
    except SendError as error:
        failure = str(error)
    with transaction() as session:
        texting.checked(session, due.shop_id, at=clock.now(), failure=failure)


def answer(due: calls.Due) -> calls.Outcome:
    """Answer what a shopper texted, once: no provider can be asked whether it was done before."""
    if due.attempt > 1:
        return calls.Outcome(reason=CallReason.SUPERSEDED)
    medium = Medium(due.payload.get("medium", Medium.SMS))
    with transaction() as session:
        account = texting.account(session, session.get_one(Shop, due.shop_id), medium)
    if account is None or account.is_refused:
        return calls.Outcome(reason=CallReason.SWITCHED_OFF)
    text = Text(to=due.payload["to"], words=due.payload["words"], ref=f"answer-{due.id}")
    try:
        return calls.Outcome(_send(account, text))
    except SendError as error:
        raise Unreachable(str(error), permanent=True) from error


ERRANDS: dict[str, Callable[[errands.Due], None]] = {texting.TEST[Medium.SMS]: test}
HANDLERS: dict[str, Callable[[calls.Due], calls.Outcome]] = {"texts.answer": answer}


def _send(account: Account, text: Text) -> str:
    return account.provider.send(wire.outside(), account.keys, _head(account), text)


def _head(account: Account) -> Letterhead:
    return Letterhead(sender=account.chosen.sender, report_to=account.report_to)
