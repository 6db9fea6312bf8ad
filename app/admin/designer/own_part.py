"""The merchant's own part of the tracking page, as it is typed: a heading, a text, and products by name."""

from collections.abc import Mapping, Sequence

from flask import request
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.admin.saying import figure, say
from app.commerce.models import Product
from app.shops.models import Shop
from app.tracking.page.sections import Own

LONGEST_HEADING, LONGEST_TEXT, MOST_PRODUCTS = 80, 2000, 4


def typed(session: Session, shop: Shop) -> tuple[Own, dict[str, str]]:
    """Return the part as the form says it, and what is wrong with each field, with a way out."""
    lines = [" ".join(line.split()) for line in request.form.get("products", "").splitlines()]
    named = list(dict.fromkeys(filter(None, lines)))
    products = _products(session, shop, named)
    own = Own(
        heading=" ".join(request.form.get("heading", "").split()),
        text=request.form.get("text", "").replace("\r\n", "\n").strip(),
        products=tuple(products.values()),
    )
    return own, _wrong(own, named, products)


def titles(session: Session, shop: Shop, own: Own, errors: Mapping[str, str] | None) -> str:
    """Return the products of a part as they are typed; as they were, where something is wrong."""
    if errors and "products" in request.form:
        return request.form["products"]
    rows = select(Product.external_id, Product.title).where(
        Product.shop_id == shop.id, Product.external_id.in_(own.products)
    )
    known = dict(session.execute(rows).all()) if own.products else {}
    return "\n".join(known[it] or "" for it in own.products if it in known)


def _wrong(own: Own, named: Sequence[str], products: Mapping[str, str]) -> dict[str, str]:
    wrong = {}
    if len(own.heading) > LONGEST_HEADING:
        wrong["heading"] = say("Keep the heading under %(most)s characters.", most=LONGEST_HEADING)
    if len(own.text) > LONGEST_TEXT:
        wrong["text"] = say("Keep the text under %(most)s characters.", most=figure(LONGEST_TEXT))
    unknown = [name for name in named if name not in products]
    if len(named) > MOST_PRODUCTS:
        wrong["products"] = say(
            "That are %(many)s products. Keep at most %(most)s.", many=len(named), most=MOST_PRODUCTS
        )
    elif unknown:
        wrong["products"] = say(
            "We know no product “%(name)s”. Use its title or its address.", name=unknown[0][:60]
        )
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
