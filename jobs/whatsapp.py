"""What is asked of WhatsApp for a shop: which templates it has approved, and whether a message arrives."""

from collections.abc import Callable

from app.channels.base import SendError
from app.channels.sms import calls as wire
from app.channels.sms.base import Letterhead
from app.channels.sms.calls import KeysRefused
from app.channels.whatsapp import cloud
from app.lib import clock
from app.lib.db import transaction
from app.lib.http import Outside
from app.messages.documents.compose import Unrenderable
from app.messages.whatsapp import registry, writing
from app.shops import errands, texting
from app.shops.models import Shop
from app.vocabulary import Medium
from jobs import texts


def sync(due: errands.Due) -> None:
    """Keep the templates that WhatsApp has of a shop; raises Unreachable, Unreadable."""
    with transaction() as session:
        account = texting.account(session, session.get_one(Shop, due.shop_id), Medium.WHATSAPP)
    if account is None or account.is_refused:
        return
    try:
        found = cloud.templates(Outside(), account.keys)
    except KeysRefused:
        texts.refuse(due.shop_id, account.provider)
        return
    with transaction() as session:
        registry.keep(session, due.shop_id, found)


def test(due: errands.Due) -> None:
    """Send a message to the merchant's own number, and note what came of it; one too many does no harm."""
    with transaction() as session:
        shop = session.get_one(Shop, due.shop_id)
        account = texting.account(session, shop, Medium.WHATSAPP)
        _, to = texting.tested(due.subject)
        at = writing.desk(session, shop, [to])
    if account is None:
        return
    failure = None
    head = Letterhead(sender=account.chosen.sender, report_to=account.report_to)
    try:
        text = writing.trial(at, shop, to, f"test-{due.id}")
        account.provider.send(wire.outside(), account.keys, head, text)
    except KeysRefused as error:
        failure = str(error)
        texts.refuse(due.shop_id, account.provider)
    except (SendError, Unrenderable) as error:
        failure = str(error)
    with transaction() as session:
        texting.checked(session, due.shop_id, account.provider, at=clock.now(), failure=failure)


ERRANDS: dict[str, Callable[[errands.Due], None]] = {
    registry.SYNC: sync,
    texting.TEST[Medium.WHATSAPP]: test,
}
