"""Over which mail servers a shop's mail goes, whether they take it, and what its readers think of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell
from app.admin.doors.session import address, for_shop
from app.admin.saying import say
from app.admin.tables import Said
from app.admin.words import Chip
from app.channels.authentication import State
from app.channels.presets import BY_KEY, OWN, PRESETS, Preset
from app.channels.server import Security
from app.lib import clock, plugins
from app.lib.config import settings
from app.lib.words import sentence
from app.messages.providers import accounts, complaints, domains, spending
from app.messages.providers.accounts import Entered, Unfit
from app.messages.providers.models import HOUSE, Carries, MailDomain, Provider
from app.shops.models import Shop

blueprint = Blueprint("sending", __name__)

LONGEST = 500
NUMBER = "/sending/<int(max=9223372036854775807):provider_id>"
CARRIES = Said(
    {
        Carries.EVERYTHING: sentence("Everything"),
        Carries.TRANSACTIONAL: sentence("Order news only"),
        Carries.MARKETING: sentence("Offers only"),
    }
)
SECURITIES = Said({Security.STARTTLS: "STARTTLS", Security.TLS: "TLS", Security.NONE: sentence("Not at all")})
SECRETS = ("password", "receipt_secret")
FIELDS = tuple(Entered.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Line:
    """One mail server as the list shows it."""

    provider: Provider
    label: str
    chip: Chip
    carries: str
    spent: int


@blueprint.get("/sending")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the servers in their order, the domains, and how many readers complain."""
    rows = accounts.of_shop(session, shop.id)
    known = domains.of_shop(session, shop.id)
    spent = spending.of_today(session, shop)
    lines = [
        Line(row, label_of(row), chip_of(row, known, spent), CARRIES[row.carries], spent.get(row.id, 0))
        for row in rows
    ]
    mine = {domains.of(row.sender) for row in rows}
    return shell.page(
        session,
        shop,
        "sending/servers.html",
        "messages",
        lines=lines,
        servers=_in_turn(lines),
        presets=PRESETS,
        may_add=len(rows) < accounts.AT_MOST,
        domains=[row for name, row in known.items() if name in mine],
        stands=domains.stands,
        uses_house=accounts.uses_house(shop),
        house=settings().mail_from,
        house_spent=spent.get(HOUSE, 0),
        house_daily=settings().daily_mails,
        readers=complaints.standing(session, shop),
        paused_at=complaints.paused_at(shop),
        limits=complaints,
        is_nearly_spent=spending.is_nearly_spent,
    )


@blueprint.get("/sending/new")
@for_shop
def new(session: Session, shop: Shop) -> str:
    """Show what has to be entered for a provider."""
    preset = BY_KEY.get(request.args.get("preset", ""), OWN)
    typed = _blank(preset) | {"sender": shop.email or "", "reply_to": ""}
    return _form(session, shop, None, preset, typed, {})


@blueprint.post("/sending/new")
@for_shop
def add(session: Session, shop: Shop) -> Response | str:
    """Keep a new mail server."""
    return _keep(session, shop, None)


@blueprint.get(NUMBER)
@for_shop
def show(session: Session, shop: Shop, provider_id: int) -> str:
    """Show one mail server, and how its last test went."""
    row = _provider(session, shop, provider_id)
    return _form(session, shop, row, BY_KEY.get(row.preset, OWN), _typed(row), {})


@blueprint.post(NUMBER)
@for_shop
def save(session: Session, shop: Shop, provider_id: int) -> Response | str:
    """Change a mail server; an empty password leaves it as it was."""
    return _keep(session, shop, _provider(session, shop, provider_id))


@blueprint.post(f"{NUMBER}/test")
@for_shop
def test(session: Session, shop: Shop, provider_id: int) -> Response | str:
    """Have a test mail sent."""
    row = _provider(session, shop, provider_id)
    try:
        accounts.ask_test(session, row, request.form.get("to", "")[:LONGEST])
    except Unfit as unfit:
        return _form(
            session, shop, row, BY_KEY.get(row.preset, OWN), _typed(row), {unfit.field: say(unfit.why)}
        )
    return redirect(address("sending.show", provider_id=row.id, said="asked") + "#test", 303)


@blueprint.post(f"{NUMBER}/first")
@for_shop
def first(session: Session, shop: Shop, provider_id: int) -> Response:
    """Let a mail server be asked before the others."""
    accounts.go_first(session, _provider(session, shop, provider_id))
    return redirect(address("sending.index"), 303)


@blueprint.post(f"{NUMBER}/forget")
@for_shop
def forget(session: Session, shop: Shop, provider_id: int) -> Response:
    """Forget a mail server and its password."""
    accounts.forget(session, _provider(session, shop, provider_id))
    return redirect(address("sending.index", said="forgotten"), 303)


@blueprint.post("/sending/house")
@for_shop
def house(session: Session, shop: Shop) -> Response:
    """Let the operator's server take over where none of the merchant's takes mail, or not."""
    accounts.use_house(session, shop, wanted=request.form.get("wanted") == "yes")
    return redirect(address("sending.index"), 303)


@blueprint.post("/sending/resume")
@for_shop
def resume(session: Session, shop: Shop) -> Response:
    """Let offers go again that were paused for complaints."""
    complaints.resume(session, shop)
    return redirect(address("sending.index", said="resumed"), 303)


def chip_of(row: Provider, known: dict[str, MailDomain], spent: dict[int, int]) -> Chip:
    """Return how a mail server stands, in a few words: the worst first."""
    today, is_untried = spent.get(row.id, 0), row.tried is None
    words = (
        (
            row.rests_until is not None and row.rests_until > clock.now(),
            Chip(sentence("Refuses mail"), "bad"),
        ),
        (row.tried is not None and not row.tried["went"], Chip(sentence("Test failed"), "bad")),
        (row.daily is not None and today >= row.daily, Chip(sentence("Budget spent"), "warn")),
        (
            row.daily is not None and spending.is_nearly_spent(today, row.daily),
            Chip(sentence("Budget nearly spent"), "warn"),
        ),
        (
            domains.stands(known.get(domains.of(row.sender))) is State.WRONG,
            Chip(sentence("Domain not ready"), "warn"),
        ),
        (is_untried and not today, Chip(sentence("Not tried yet"), "off")),
    )
    return next((chip for is_so, chip in words if is_so), Chip(sentence("Takes mail"), "good"))


def label_of(row: Provider) -> str:
    """Return what a merchant calls a mail server: the provider's name, else its own."""
    preset = BY_KEY.get(row.preset, OWN)
    return row.host if preset is OWN else preset.label


def _in_turn(lines: Sequence[Line]) -> str:
    """Return the servers in the order in which they are asked: "Postmark, then SendGrid"."""
    names = [line.label for line in lines]
    said = names[0] if names else ""
    for name in names[1:]:
        said = say("%(servers)s, then %(server)s", servers=said, server=name)
    return said


def _keep(session: Session, shop: Shop, row: Provider | None) -> Response | str:
    typed = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}
    preset = BY_KEY.get(typed["preset"], OWN)
    try:
        kept = accounts.keep(session, shop, Entered(**typed), row)
    except Unfit as unfit:
        shown = typed | dict.fromkeys(SECRETS, "")
        return _form(session, shop, row, preset, shown, {unfit.field: say(unfit.why)})
    session.flush()  # the page of a new one is named by its id
    return redirect(address("sending.show", provider_id=kept.id, said="kept"), 303)


def _form(  # noqa: PLR0913, PLR0917 - what one page shows
    session: Session,
    shop: Shop,
    row: Provider | None,
    preset: Preset,
    typed: dict[str, str],
    errors: dict[str, str],
) -> str:
    has_teller = preset.key in plugins.discover("app.channels.receipts")
    domain = domains.get(session, shop.id, domains.of(row.sender)) if row else None
    return shell.page(
        session,
        shop,
        "sending/mail_server.html",
        "messages",
        provider=row,
        preset=preset,
        typed=typed,
        errors=errors,
        carries=CARRIES,
        securities=SECURITIES if settings().inside_mail_hosts else dict(list(SECURITIES.items())[:2]),
        test_to=request.form.get("to") or shop.email or "",
        is_asked=row is not None and row.asked_to is not None,
        rests=row is not None and row.rests_until is not None and row.rests_until > clock.now(),
        domain=domain,
        verdict=domains.findings(domain)[:1],
        receipts_at=f"{settings().url}/webhooks/receipts/{preset.key}/{shop.key}" if has_teller else None,
        receipts_how=plugins.discover("app.channels.receipts")[preset.key].secret if has_teller else None,
    )


def _provider(session: Session, shop: Shop, provider_id: int) -> Provider:
    return accounts.get(session, shop.id, provider_id) or abort(404)


def _blank(preset: Preset) -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {
        "preset": preset.key,
        "host": preset.host,
        "port": str(preset.port),
        "security": preset.security.value,
        "username": preset.user,
        "carries": Carries.EVERYTHING.value,
    }


def _typed(row: Provider) -> dict[str, str]:
    kept = {name: getattr(row, name, None) for name in FIELDS}
    shown = {name: "" if value is None else str(value) for name, value in kept.items()}
    return shown | dict.fromkeys(SECRETS, "")
