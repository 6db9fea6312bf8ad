"""What stands on the tracking page: its parts, their order, when each is shown, and one's own part."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, request
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.admin import shell
from app.admin.session import Answer, address, for_shop
from app.commerce.models import Product
from app.shops.models import Shop
from app.tracking.sections import CHOICES, MOVABLE, SETTING, USUAL, Own, Section, Sections, When

blueprint = Blueprint("sections", __name__)

NAMES = {
    Section.FEEDBACK: "How did the delivery go?",
    Section.EVERY_STEP: "Tell me every step",
    Section.ITEMS: "What is in it",
    Section.UPDATES: "Updates",
    Section.OWN: "Your own part",
    Section.HELP: "Answers, and report a problem",
}
WHEN = {
    When.ALWAYS: "Always",
    When.CALM: "While nothing is wrong",
    When.BEFORE: "Until it has arrived",
    When.AFTER: "Once it has arrived",
    When.NEVER: "Never",
}
LONGEST_HEADING, LONGEST_TEXT, MOST_PRODUCTS = 80, 2000, 4


@blueprint.get("/page")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show how the page is arranged now."""
    return _page(session, shop, Sections.of(shop))


@blueprint.post("/page")
@for_shop
def save(session: Session, shop: Shop) -> Answer:
    """Arrange the page anew; every kept page is drawn again, as the shop's row has changed."""
    lines = [" ".join(line.split()) for line in request.form.get("products", "").splitlines()]
    named = list(dict.fromkeys(filter(None, lines)))
    products = _products(session, shop, named)
    typed = _typed(Sections.of(shop), tuple(products.values()))
    errors = _wrong(typed.own, named, products)
    if errors:
        return _page(session, shop, typed, errors)
    shop.settings = {**shop.settings, SETTING: typed.data()}
    return redirect(address("sections.index", said="saved"), 303)


def _typed(known: Sections, products: tuple[str, ...]) -> Sections:
    """Return what the form says; of two at one place the one that was moved there has it."""
    before = {it: place for place, it in enumerate(known.order, start=1)}
    places = {it: request.form.get(f"place-{it}", before[it], int) for it in known.order}

    def rank(it: Section) -> tuple[int, int]:
        return places[it], (places[it] > before[it]) - (places[it] < before[it])

    chosen = {it: request.form.get(f"when-{it}", "") for it in Section}
    return Sections(
        order=tuple(sorted(known.order, key=rank)),
        when={it: next((w for w in CHOICES[it] if w == chosen[it]), USUAL[it]) for it in Section},
        own=Own(
            heading=" ".join(request.form.get("heading", "").split()),
            text=request.form.get("text", "").strip(),
            products=products,
        ),
    )


def _wrong(own: Own, named: Sequence[str], products: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each field, with a way out."""
    wrong = {}
    if len(own.heading) > LONGEST_HEADING:
        wrong["heading"] = f"Keep the heading under {LONGEST_HEADING} characters."
    if len(own.text) > LONGEST_TEXT:
        wrong["text"] = f"Keep the text under {LONGEST_TEXT:,} characters."
    unknown = [name for name in named if name not in products]
    if len(named) > MOST_PRODUCTS:
        wrong["products"] = f"That are {len(named)} products. Keep at most {MOST_PRODUCTS}."
    elif unknown:
        wrong["products"] = f"We know no product “{unknown[0][:60]}”. Use its title or its address."
    return wrong


def _products(session: Session, shop: Shop, named: Sequence[str]) -> dict[str, str]:
    """Return the product that each title or address names, of those that can be linked to."""
    if not named:
        return {}
    short = {name.lower().rstrip("/"): name for name in named[: MOST_PRODUCTS + 1]}
    title, url = func.lower(Product.title), func.lower(func.rtrim(Product.url, "/"))
    found = session.execute(
        select(Product.external_id, title, url)
        .where(Product.shop_id == shop.id, Product.deleted_at.is_(None), Product.url.is_not(None))
        .where(or_(title.in_(short), url.in_(short)))
        .order_by(Product.id.desc())
    )
    by_name: dict[str, str] = {}
    for external_id, *spellings in found:
        for spelling in spellings:
            if spelling in short:
                by_name[short[spelling]] = external_id
    return {name: by_name[name] for name in named if name in by_name}


def _titles(session: Session, shop: Shop, products: Sequence[str]) -> str:
    rows = select(Product.external_id, Product.title).where(
        Product.shop_id == shop.id, Product.external_id.in_(products)
    )
    known = dict(session.execute(rows).all())
    return "\n".join(known[it] or "" for it in products if it in known)


def _page(session: Session, shop: Shop, shown: Sections, errors: Mapping[str, str] | None = None) -> str:
    return shell.page(
        session,
        shop,
        "sections.html",
        "sources",
        shown=shown,
        names=NAMES,
        whens=WHEN,
        choices=CHOICES,
        fixed=[it for it in Section if it not in MOVABLE],
        products=request.form.get("products", "") if errors else _titles(session, shop, shown.own.products),
        errors=errors or {},
    )
