"""Products and their variants: what is sold; what there is of it is app.stock's."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.commerce.models import Product, Variant
from app.platforms import purchases


def keep(session: Session, shop_id: int, record: purchases.Product) -> None:
    """Bring a product and the variants in its record up to date."""
    product = _lock_product(session, shop_id, record.external_id)
    if product.updated_at is None or record.updated_at >= product.updated_at:
        product.updated_at = record.updated_at
        product.deleted_at = record.updated_at if record.deleted else None
        for field in ("title", "url", "image_url"):
            setattr(product, field, getattr(record, field) or getattr(product, field))
    for variant in record.variants or ():
        keep_variant(session, shop_id, variant)


def keep_variant(session: Session, shop_id: int, record: purchases.Variant) -> None:
    """Bring a variant up to date."""
    product = _lock_product(session, shop_id, record.product_id)
    find = select(Variant).filter_by(shop_id=shop_id, external_id=record.external_id).with_for_update()
    variant = session.scalar(find)
    if variant is None:
        new = {"shop_id": shop_id, "product_id": product.id, "external_id": record.external_id}
        session.execute(insert(Variant).values(new).on_conflict_do_nothing())
        variant = session.scalars(find).one()
    if variant.updated_at is not None and record.updated_at < variant.updated_at:
        return
    before = variant.in_stock
    variant.updated_at = record.updated_at
    for field in ("title", "sku", "price", "in_stock", "quantity"):
        said = getattr(record, field)
        setattr(variant, field, said if said is not None else getattr(variant, field))
    if variant.in_stock != before:
        variant.stock_updated_at = record.updated_at


def called(product: Product, variant: Variant) -> str:
    """Return what a variant is called: its product, and which one of several it is."""
    title = product.title or variant.title or ""
    kind = variant.title if variant.title not in (None, "Default Title", title) else None
    if kind and kind.startswith(title):  # WooCommerce's variations say both
        return kind
    return f"{title} · {kind}" if kind else title


def _lock_product(session: Session, shop_id: int, external_id: str) -> Product:
    find = select(Product).filter_by(shop_id=shop_id, external_id=external_id).with_for_update()
    product = session.scalar(find)
    if product is None:
        new = {"shop_id": shop_id, "external_id": external_id}
        session.execute(insert(Product).values(new).on_conflict_do_nothing())
        product = session.scalars(find).one()
    return product
