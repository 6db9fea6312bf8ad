"""WhatsApp: the shop's number there, the templates that were approved, and which message is said in which."""

import re
from typing import NamedTuple

from flask import Blueprint, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import saying, shell
from app.admin.doors.session import address, for_shop, watched
from app.admin.sending import entering
from app.admin.sending.entering import Entry
from app.admin.tables import Said
from app.admin.words import Chip
from app.channels.sms.base import Provider
from app.channels.whatsapp.templates import Part, Slot, Template
from app.flows.published import PRESETS
from app.flows.texted import STEPS
from app.lib import reading
from app.lib.words import merchant_sentence, sentence
from app.messages.gate import offers
from app.messages.providers import spending
from app.messages.providers.models import BY_MEDIUM
from app.messages.responses import replies
from app.messages.whatsapp import registry
from app.messages.whatsapp.models import WhatsAppTemplate
from app.messages.whatsapp.registry import Says, Use
from app.messages.whatsapp.writing import FIELDS
from app.shops import page_host, texting
from app.shops.models import Shop
from app.shops.texting import Texting, Whom
from app.vocabulary import Medium, Trigger

blueprint = Blueprint("whatsapp", __name__)

OURS = Medium.WHATSAPP
LONGEST_WORDS = 100
"""Characters of what stands where an order lacks something."""
MOST = 20
"""Of what shoppers wrote, how much is shown."""
TRIGGERS = (*STEPS, *(it for it in PRESETS if it in offers.TRIGGERS))
"""What can be said there: an order's milestones, and what flows offer."""
IDENT = re.compile(r"\d{5,20}")
STATUSES = {
    "approved": Chip(sentence("Approved"), "good"),
    "pending": Chip(sentence("In review"), "off"),
    "in_appeal": Chip(sentence("In appeal"), "off"),
    "rejected": Chip(sentence("Rejected"), "bad"),
    "paused": Chip(sentence("Paused"), "warn"),
    "disabled": Chip(sentence("Disabled"), "bad"),
}
CATEGORIES = Said(
    {
        "utility": sentence("News of an order"),
        "marketing": sentence("Offers"),
        "authentication": sentence("Codes to sign in"),
    }
)


class Line(NamedTuple):
    """One message, and in which template it is said."""

    trigger: Trigger
    use: Use | None
    is_offer: bool


@blueprint.get("/whatsapp")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the number, what came of trying it, the templates, and what is said in which."""
    return _page(session, shop, entering.NOTHING)


def _page(session: Session, shop: Shop, entry: Entry) -> str:
    account, heard = texting.account(session, shop, OURS), replies.newest(session, shop.id, OURS, most=MOST)
    if heard:
        watched(
            session,
            merchant_sentence("replies %(numbers)s", numbers=",".join(str(reply.id) for reply, _ in heard)),
        )
    uses = registry.uses(session, [shop.id])
    return shell.page(
        session,
        shop,
        "sending/whatsapp.html",
        "messages",
        account=account,
        provider=_provider(),
        token=texting.hook_token(shop.key),
        is_being_tried=texting.is_being_tested(session, shop.id, OURS),
        templates=registry.of_shop(session, shop.id),
        status_of=status_of,
        categories=CATEGORIES,
        entry=entry,
        lines=[Line(it, uses.get((shop.id, it)), it in offers.TRIGGERS) for it in TRIGGERS],
        heard=heard,
        unanswered=replies.unanswered(session, shop.id, OURS),
        spent=spending.of_today(session, shop).get(BY_MEDIUM[OURS], 0),
        is_nearly_spent=spending.is_nearly_spent,
    )


@blueprint.post("/whatsapp")
@for_shop
def keep(session: Session, shop: Shop) -> Response | str:
    """Keep the number and its keys; an empty field stays as it was."""
    account, provider, errors = texting.account(session, shop, OURS), _provider(), dict[str, str]()
    keys = entering.keys(provider, account.keys if account else {}, request.form, errors)
    sender, daily = request.form.get("sender", "").strip(), entering.daily(request.form, errors)
    for name, ident in (("sender", sender), ("account_id", keys.get("account_id", ""))):
        if name not in errors and not IDENT.fullmatch(ident):
            errors[name] = saying.say(
                "It is a long number, as Meta’s App Dashboard shows it, and not the telephone number."
            )
    if errors:
        return _page(session, shop, Entry(provider.key, request.form, errors))
    chosen = Texting(provider=provider.key, sender=sender, whom=Whom.ASKED, daily=daily)
    texting.keep(session, shop, provider, keys, chosen)
    registry.watch(session, shop.id)
    return _back("kept")


@blueprint.post("/whatsapp/test")
@for_shop
def test(session: Session, shop: Shop) -> Response | str:
    """Send a message to the number that was typed."""
    if texting.account(session, shop, OURS) is None:
        abort(404)
    to = reading.phone(request.form.get("to", "").strip()[:LONGEST_WORDS], shop.country) or ""
    if not to.startswith("+"):
        wrong = saying.say(
            "That is no number we can write to. Write it with its country code: +1 303 555 0142."
        )
        return _page(session, shop, Entry(OURS, request.form, {"to": wrong}))
    texting.test(session, shop, _provider(), to)
    return _back("trying")


@blueprint.post("/whatsapp/templates")
@for_shop
def ask(session: Session, shop: Shop) -> Response:
    """Ask WhatsApp for the templates now."""
    if texting.account(session, shop, OURS) is None:
        abort(404)
    registry.watch(session, shop.id)
    return _back("asked")


@blueprint.post("/whatsapp/forget")
@for_shop
def forget(session: Session, shop: Shop) -> Response:
    """Forget the number and its keys: nothing more goes out there."""
    texting.forget(session, shop, OURS)
    registry.forget(session, shop.id)
    return _back("forgotten")


@blueprint.get("/whatsapp/<trigger>")
@for_shop
def show(session: Session, shop: Shop, trigger: str) -> str:
    """Show in which template a message is said, and what fills its places."""
    about = _trigger(trigger)
    use = registry.uses(session, [shop.id]).get((shop.id, about))
    rows = registry.of_shop(session, shop.id)
    name = request.args.get("template") or (use.template if use else "")
    return shell.page(
        session,
        shop,
        "sending/whatsapp_message.html",
        "messages",
        trigger=about,
        names=_fitting(rows, about),
        category=registry.KINDS[offers.category(about)],
        name=name,
        rows=[row for row in rows if row.name == name],
        slots=_slots(rows, name),
        says=use.says if use and use.template == name else {},
        fields=FIELDS,
        status_of=status_of,
        begins=_begins(shop),
        is_ours=lambda slot: _is_ours(slot, shop),
        is_used=use is not None,
    )


@blueprint.post("/whatsapp/<trigger>")
@for_shop
def say(session: Session, shop: Shop, trigger: str) -> Response:
    """Let a message be said in a template, or in none."""
    about, name = _trigger(trigger), request.form.get("template", "")
    if not name:
        registry.drop(session, shop.id, about)
        return _back("said")
    rows = registry.of_shop(session, shop.id)
    if name not in _fitting(rows, about):
        abort(404)
    slots = _slots(rows, name)
    says = {
        slot.key: Says(field, request.form.get(f"{slot.key}-otherwise", "").strip()[:LONGEST_WORDS])
        for slot in slots
        if slot.part is not Part.BUTTON and (field := request.form.get(slot.key, "")) in FIELDS
    }
    whole = all(_is_ours(it, shop) if it.part is Part.BUTTON else it.key in says for it in slots)
    if not whole:
        back = address("whatsapp.show", trigger=about, template=name, said="missing")
        return redirect(back, 303)
    registry.choose(session, shop.id, about, name, says)
    return _back("said")


def status_of(status: str) -> Chip:
    """Return how a template stands, in the merchant's words."""
    return STATUSES.get(status, Chip(status.replace("_", " ").capitalize(), "warn"))


def _provider() -> Provider:
    (only,) = texting.everyone(OURS)
    return only


def _trigger(name: str) -> Trigger:
    return next((it for it in TRIGGERS if it == name), None) or abort(404)


def _fitting(rows: list[WhatsAppTemplate], trigger: Trigger) -> list[str]:
    """Return the names of those templates that a message may be said in: news of an order, or an offer."""
    kind = registry.KINDS[offers.category(trigger)]
    return list(dict.fromkeys(row.name for row in rows if row.category == kind and not row.lacks))


def _slots(rows: list[WhatsAppTemplate], name: str) -> list[Slot]:
    """Return the places of a template, in any of its languages."""
    told: list[Template] = [registry.template_of(row) for row in rows if row.name == name]
    return list({slot.key: slot for it in told for slot in it.slots}.values())


def _begins(shop: Shop) -> str:
    return f"{page_host.public_url(shop)}/s/"


def _is_ours(slot: Slot, shop: Shop) -> bool:
    return slot.before == _begins(shop)


def _back(said: str) -> Response:
    return redirect(address("whatsapp.index", said=said), 303)
