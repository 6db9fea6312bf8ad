"""The templates of a shop: kept as WhatsApp tells of them, and chosen by its merchant for messages.

What WhatsApp says holds, and it may change a template's category or pause it at any time: it tells us, and is
asked every hour.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.channels.whatsapp.templates import APPROVED, Part, Slot, Template
from app.channels.whatsapp.templates import Category as Kind
from app.lib import clock
from app.lib.db import among
from app.messages.whatsapp.models import WhatsAppTemplate, WhatsAppUse
from app.shops import errands, texting
from app.shops.models import Shop
from app.vocabulary import Category, Medium, Trigger

SYNC = "whatsapp.templates"
HOURLY = 3600
KINDS = {Category.TRANSACTIONAL: Kind.UTILITY, Category.MARKETING: Kind.MARKETING}
"""What WhatsApp takes for news of an order, and what for an offer: a coupon makes it one."""
HOME = "en"


@dataclass(frozen=True, slots=True)
class Says:
    """What fills one place of a template."""

    field: str
    """One of app.messages.whatsapp.writing.FIELDS."""
    otherwise: str = ""
    """What stands there where an order lacks it."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a message is said in."""

    template: str
    says: Mapping[str, Says]
    languages: Mapping[str, Template]
    """Those that may be sent."""

    def for_reader(self, locale: str | None, home: str | None, category: Category) -> Template | None:
        """Return the template in a reader's language, else in the shop's, else in English; None: in none."""
        fit = {code: it for code, it in self.languages.items() if it.category == KINDS[category]}
        for wanted in (locale, home, HOME):
            code = (wanted or "").replace("-", "_")
            exact = next((it for it in fit if it.lower() == code.lower()), None)
            alike = (
                it for it in sorted(fit) if code and it.partition("_")[0] == code.partition("_")[0].lower()
            )
            found = exact or next(alike, None)
            if found is not None:
                return fit[found]
        return None


def watch(session: Session, shop_id: int) -> None:
    """Ask WhatsApp for a shop's templates now, and every hour from now on."""
    errands.add(session, shop_id, SYNC, every=HOURLY)


def ask(session: Session, shop_id: int) -> None:
    """Ask for them now: something of them has changed."""
    watch(session, shop_id)


def go_on(session: Session, shop: Shop) -> None:
    """Ask for them again, every hour, for a shop that comes back."""
    if texting.of(shop, Medium.WHATSAPP) is not None:
        watch(session, shop.id)


def forget(session: Session, shop_id: int) -> None:
    """Forget a shop's templates; which of them said what stays for whoever connects again."""
    errands.drop(session, shop_id, SYNC)
    session.execute(delete(WhatsAppTemplate).filter_by(shop_id=shop_id))


def keep(session: Session, shop_id: int, found: Sequence[Template]) -> None:
    """Keep the templates that WhatsApp tells of, and no others."""
    now = clock.now()
    rows = {(it.name, it.language): _row(shop_id, it) | {"seen_at": now} for it in found}
    if rows:
        put = insert(WhatsAppTemplate).values(list(rows.values()))
        changed = {name: put.excluded[name] for name in (*COLUMNS, "seen_at")}
        one_each = ["shop_id", "name", "language"]
        session.execute(put.on_conflict_do_update(index_elements=one_each, set_=changed))
    gone = delete(WhatsAppTemplate).where(WhatsAppTemplate.shop_id == shop_id, WhatsAppTemplate.seen_at < now)
    session.execute(gone)


def of_shop(session: Session, shop_id: int) -> list[WhatsAppTemplate]:
    """Return a shop's templates, by name and language."""
    rows = select(WhatsAppTemplate).filter_by(shop_id=shop_id)
    return list(session.scalars(rows.order_by(WhatsAppTemplate.name, WhatsAppTemplate.language)))


def choose(session: Session, shop_id: int, trigger: Trigger, name: str, says: Mapping[str, Says]) -> None:
    """Let a message be said in a template."""
    chosen = {"template": name, "says": {slot: asdict(it) for slot, it in says.items()}}
    put = insert(WhatsAppUse).values(shop_id=shop_id, trigger=trigger, **chosen)
    session.execute(put.on_conflict_do_update(index_elements=["shop_id", "trigger"], set_=chosen))


def drop(session: Session, shop_id: int, trigger: Trigger) -> None:
    """Let a message be said in no template."""
    session.execute(delete(WhatsAppUse).filter_by(shop_id=shop_id, trigger=trigger))


def uses(session: Session, shop_ids: Collection[int]) -> dict[tuple[int, Trigger], Use]:
    """Return what these shops' messages are said in, by shop and trigger."""
    chosen = session.scalars(select(WhatsAppUse).where(among(WhatsAppUse.shop_id, shop_ids))).all()
    if not chosen:
        return {}
    rows = select(WhatsAppTemplate).where(
        among(WhatsAppTemplate.shop_id, shop_ids),
        WhatsAppTemplate.status == APPROVED,
        WhatsAppTemplate.lacks == "",
    )
    known: dict[tuple[int, str], dict[str, Template]] = {}
    for row in session.scalars(rows):
        known.setdefault((row.shop_id, row.name), {})[row.language] = template_of(row)
    return {
        (row.shop_id, row.trigger): _use(row, known.get((row.shop_id, row.template), {})) for row in chosen
    }


def lacking(template: Template, says: Mapping[str, Says]) -> list[Slot]:
    """Return the places of a template of which nobody has said what fills them; a button's is our link."""
    return [slot for slot in template.slots if slot.part is not Part.BUTTON and slot.key not in says]


def _use(row: WhatsAppUse, languages: Mapping[str, Template]) -> Use:
    says = {slot: Says(**it) for slot, it in row.says.items()}
    whole = {code: it for code, it in languages.items() if not lacking(it, says)}
    return Use(row.template, says, whole)


def template_of(row: WhatsAppTemplate) -> Template:
    """Return a template as it was read."""
    slots = tuple(Slot(**{**it, "part": Part(it["part"])}) for it in row.slots)
    return Template(**{name: getattr(row, name) for name in COLUMNS_TOLD}, slots=slots)


COLUMNS_TOLD = ("name", "language", "category", "status", "header", "body", "is_named", "lacks")
COLUMNS = ("category", "status", "header", "body", "slots", "is_named", "lacks")


def _row(shop_id: int, found: Template) -> dict[str, object]:
    told = {name: getattr(found, name) for name in COLUMNS_TOLD}
    return {"shop_id": shop_id, **told, "slots": [asdict(slot) for slot in found.slots]}
