"""Shoppers and products as the Admin API lists them, in the same records as deliveries of them."""

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import Consent, Record
from app.platforms.purchases import Past, Person, Product, Variant
from app.platforms.shopify.people import STATES
from app.vocabulary import ConsentSource, Medium


def customer(node: Json) -> tuple[Record, ...]:
    """Return a shopper, what they said about offers, and what they have bought in all."""
    mail, phone = (reading.object_(node, name) for name in ("defaultEmailAddress", "defaultPhoneNumber"))
    country = reading.text(reading.object_(node, "defaultAddress"), "countryCodeV2")
    person = Person(
        external_id=ident(node),
        email=reading.text(mail, "emailAddress"),
        phone=reading.phone(reading.text(phone, "phoneNumber"), country),
        first_name=reading.text(node, "firstName"),
        last_name=reading.text(node, "lastName"),
        locale=reading.text(node, "locale"),
        updated_at=reading.moment(node, "updatedAt"),
    )
    by_mail = {
        "state": mail.get("marketingState"),
        "optInLevel": mail.get("marketingOptInLevel"),
        "updatedAt": mail.get("marketingUpdatedAt"),
    }
    said = (
        *_consent(by_mail, Medium.EMAIL, person),
        *_consent(reading.object_(phone, "smsMarketingConsent"), Medium.SMS, person),
    )
    return (person, *said, *_past(node, person))


def product(node: Json, currency: str) -> Product:
    """Return a product with those of its variants that the node lists."""
    external_id = ident(node)
    preview = reading.object_(reading.object_(node, "featuredMedia"), "preview")
    return Product(
        external_id=external_id,
        updated_at=reading.required_moment(node, "updatedAt"),
        title=reading.text(node, "title"),
        url=reading.text(node, "onlineStoreUrl"),
        image_url=reading.text(reading.object_(preview, "image"), "url"),
        variants=_variants(node, external_id, currency),
    )


def ident(node: Json) -> str:
    """Return the number that webhooks use, of an id such as gid://shopify/Customer/7."""
    return reading.required(node, "id").rpartition("/")[2]


def _variants(node: Json, product_id: str, currency: str) -> tuple[Variant, ...]:
    rows = reading.objects(reading.object_(node, "variants"), "nodes")
    return tuple(
        Variant(
            external_id=ident(row),
            product_id=product_id,
            updated_at=reading.required_moment(row, "updatedAt"),
            title=reading.text(row, "title"),
            sku=reading.text(row, "sku"),
            price=reading.amount(row, "price", currency),
            in_stock=row["availableForSale"] if isinstance(row.get("availableForSale"), bool) else None,
            quantity=reading.whole(row, "inventoryQuantity"),
        )
        for row in rows
    )


def _consent(said: Json, medium: Medium, person: Person) -> tuple[Record, ...]:
    """Return what was said; a state without a time was never said, only assumed by the store."""
    state = STATES.get((reading.text(said, "state") or "").lower())
    at = reading.moment(said, "updatedAt")
    if state is None or at is None:
        return ()
    level = (reading.text(said, "optInLevel") or "").lower()
    return (
        Consent(
            person=person,
            medium=medium,
            state=state,
            source=ConsentSource.SHOPIFY,
            at=at,
            is_confirmed=level == "confirmed_opt_in",
            proof={"opt_in_level": level} if level else {},
        ),
    )


def _past(node: Json, person: Person) -> tuple[Past, ...]:
    count, spent = reading.whole(node, "numberOfOrders"), reading.object_(node, "amountSpent")
    currency = reading.text(spent, "currencyCode")
    if count is None or currency is None:
        return ()
    return (
        Past(
            person=person,
            orders=count,
            spent=reading.amount(spent, "amount", currency),
            currency=currency,
            last_order_at=reading.moment(reading.object_(node, "lastOrder"), "createdAt"),
        ),
    )
