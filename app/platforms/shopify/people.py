"""Shopify's customers, their consent, and what privacy law lets them ask, in our words."""

from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.platforms.base import (
    Consent,
    PersonDeleted,
    PersonMerged,
    PrivacyKind,
    PrivacyRequest,
    Record,
    ScopesChanged,
    ShopChanged,
    Uninstalled,
)
from app.platforms.purchases import Person
from app.vocabulary import ConsentSource, ConsentState, Medium

STATES = {
    "subscribed": ConsentState.SUBSCRIBED,
    "unsubscribed": ConsentState.UNSUBSCRIBED,
    "redacted": ConsentState.UNSUBSCRIBED,
    "pending": ConsentState.PENDING,
    "not_subscribed": ConsentState.NOT_SUBSCRIBED,
    "never_subscribed": ConsentState.NOT_SUBSCRIBED,
    "invalid": ConsentState.NOT_SUBSCRIBED,
}


def customer(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a shopper."""
    del currency
    country = reading.text(reading.object_(body, "default_address"), "country_code")
    return (
        Person(
            external_id=reading.required(body, "id"),
            email=reading.text(body, "email"),
            phone=reading.phone(reading.text(body, "phone"), country),
            first_name=reading.text(body, "first_name"),
            last_name=reading.text(body, "last_name"),
            locale=reading.text(body, "locale"),
            updated_at=reading.moment(body, "updated_at"),
        ),
    )


def customer_deleted(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that the store deleted a shopper's record."""
    del currency
    if "addresses" not in body:
        raise Unreadable("it has no addresses")
    reading.refuse_any_of(body, "created_at", "updated_at", "email")
    return (PersonDeleted(external_id=reading.required(body, "id")),)


def customers_merged(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that two records became one; nothing while the merge is not completed."""
    del currency
    if reading.text(body, "status") != "completed":
        return ()
    kept, gone = (
        reading.required(body, f"admin_graphql_api_customer_{which}_id").rpartition("/")[2]
        for which in ("kept", "deleted")
    )
    return (PersonMerged(kept_id=kept, gone_id=gone),)


def email_consent(body: Json, currency: str) -> tuple[Record, ...]:
    """Return what a shopper said about marketing e-mail; nothing where the state is null."""
    del currency
    return _consent(body, Medium.EMAIL, reading.required(body, "customer_id"))


def sms_consent(body: Json, currency: str) -> tuple[Record, ...]:
    """Return what a shopper said about marketing text messages; nothing where the state is null."""
    del currency
    return _consent(body, Medium.SMS, reading.required(body, "id"))


def data_request(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a shopper's request to see what we hold."""
    del currency
    asked = reading.object_(body, "data_request")
    return (_privacy(PrivacyKind.EXPORT, body, "orders_requested", reading.text(asked, "id")),)


def redact(body: Json, currency: str) -> tuple[Record, ...]:
    """Return a shopper's request to be forgotten."""
    del currency
    return (_privacy(PrivacyKind.ERASE_PERSON, body, "orders_to_redact", None),)


def shop_redact(body: Json, currency: str) -> tuple[Record, ...]:
    """Return that everything of a shop must go."""
    del currency
    reading.required(body, "shop_domain")
    reading.refuse_any_of(body, "customer", "orders_requested", "orders_to_redact")
    return (PrivacyRequest(kind=PrivacyKind.ERASE_SHOP, external_id=reading.required(body, "shop_id")),)


def uninstalled(body: Json, currency: str) -> tuple[Record, ...]:
    """Return the claim that the app was removed."""
    del body, currency
    return (Uninstalled(),)


def scopes_updated(body: Json, currency: str) -> tuple[Record, ...]:
    """Return what the merchant lets us do now."""
    del currency
    if not isinstance(body.get("current"), list):
        raise Unreadable("it has no current scopes")
    return (ScopesChanged(scopes=tuple(reading.texts(body, "current"))),)


def shop_updated(body: Json, currency: str) -> tuple[Record, ...]:
    """Return the store's own name, address, zone, currency and language."""
    del currency
    domain = reading.text(body, "domain")
    return (
        ShopChanged(
            name=reading.text(body, "name"),
            url=f"https://{domain}" if domain else None,
            email=reading.text(body, "customer_email") or reading.text(body, "email"),
            timezone=reading.text(body, "iana_timezone"),
            currency=reading.text(body, "currency"),
            locale=reading.text(body, "primary_locale"),
            country=reading.text(body, "country_code"),
        ),
    )


def _consent(body: Json, medium: Medium, customer_id: str) -> tuple[Record, ...]:
    said = reading.object_(body, f"{medium}_marketing_consent")
    state = STATES.get((reading.text(said, "state") or "").lower())
    if state is None:
        return ()
    person = Person(
        external_id=customer_id,
        email=reading.text(body, "email_address"),
        phone=reading.text(body, "phone"),
    )
    at = reading.moment(said, "consent_updated_at")
    level = (reading.text(said, "opt_in_level") or "").lower()
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


def _privacy(kind: PrivacyKind, body: Json, orders: str, external_id: str | None) -> PrivacyRequest:
    customer = reading.object_(body, "customer")
    if not isinstance(body.get(orders), list):
        raise Unreadable(f"it has no {orders}")
    return PrivacyRequest(
        kind=kind,
        external_id=external_id or reading.required(customer, "id"),
        person=Person(
            external_id=reading.text(customer, "id"),
            email=reading.text(customer, "email"),
            phone=reading.text(customer, "phone"),
        ),
        order_ids=tuple(reading.texts(body, orders)),
    )
