"""Texts and WhatsApp on their way: a shop's line to its provider, one to try it, and one that answers."""

from collections.abc import Callable, Iterable

from app.channels.base import SendError, Text
from app.channels.sms import calls as wire
from app.channels.sms.base import Letterhead, Provider
from app.channels.sms.calls import KeysRefused
from app.channels.sms.line import Texts
from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Unreachable
from app.lib.words import merchant_sentence
from app.messages.whatsapp import writing
from app.messages.whatsapp.writing import Desk
from app.shops import calls, errands, texting
from app.shops.models import Shop
from app.shops.texting import Account
from app.vocabulary import CallReason, Medium


def line(shop_id: int, medium: Medium = Medium.SMS) -> tuple[Texts, Account]:
    """Return a shop's line to the first provider that may be asked now.

    Raises SendError where it has none, or none that takes its keys.
    """
    with transaction() as session:
        mine = texting.accounts(session, session.get_one(Shop, shop_id), medium)
    account = next(iter(texting.able(mine)), None)
    if account is None:
        why = merchant_sentence("the shop has no provider of texts")
        if mine:
            why = merchant_sentence("its keys were refused before")
        raise SendError(why, everyone=True)
    return Texts(account.provider, account.keys, _head(account)), account


def refuse(shop_id: int, provider: Provider) -> None:
    """Note that a shop's keys are refused."""
    with transaction() as session:
        texting.refuse(session, shop_id, provider)


def rest(shop_id: int, provider: Provider, complaint: str) -> None:
    """Let another provider take over for a while, where the shop has one."""
    with transaction() as session:
        if len(texting.all_of(session.get_one(Shop, shop_id), provider.medium)) > 1:
            texting.rest(session, shop_id, provider, complaint)


def works(shop_id: int, provider: Provider) -> None:
    """Note that a provider which had refused takes texts again."""
    with transaction() as session:
        texting.works(session, shop_id, provider)


def desk(shop_id: int, numbers: Iterable[str]) -> Desk:
    """Return what is needed to write to these numbers on WhatsApp."""
    with transaction() as session:
        return writing.desk(session, session.get_one(Shop, shop_id), numbers)


def test(due: errands.Due) -> None:
    """Send a text to the merchant's own number, and note what came of it; one too many does no harm."""
    with transaction() as session:
        shop, (key, to) = session.get_one(Shop, due.shop_id), texting.tested(due.subject)
        account = texting.account(session, shop, key=key)
    if account is None:
        return
    failure = None
    try:
        _send(account, Text(to=to, words=f"{shop.name}: your texts work.", ref=f"test-{due.id}"))
    except KeysRefused as error:
        failure = str(error)
        refuse(due.shop_id, account.provider)
    except SendError as error:
        failure = str(error)
    with transaction() as session:
        texting.checked(session, due.shop_id, account.provider, at=clock.now(), failure=failure)
        if failure is None:
            texting.works(session, due.shop_id, account.provider)


def answer(due: calls.Due) -> calls.Outcome:
    """Answer what a shopper texted, once, from the number that they wrote to.

    No provider can be asked whether it was done before.
    """
    if due.attempt > 1:
        return calls.Outcome(reason=CallReason.SUPERSEDED)
    medium = Medium(due.payload.get("medium", Medium.SMS))
    with transaction() as session:
        shop = session.get_one(Shop, due.shop_id)
        account = texting.account(session, shop, medium, due.payload.get("provider"))
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
