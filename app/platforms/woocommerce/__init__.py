"""WooCommerce: topic → who reads it, the whole platform in one table."""

from collections.abc import Callable

from app.lib import reading
from app.lib.reading import Json
from app.platforms.base import Broken, Platform, Record, UnknownTopic
from app.platforms.woocommerce import catalog, consent, envelope, mailers, mails, orders, telling
from app.vocabulary import PlatformKey

READERS: dict[str, Callable[[Json, str], tuple[Record, ...]]] = {
    "order.created": orders.order,
    "order.updated": orders.order,
    "order.restored": orders.restored,
    "order.deleted": orders.order_deleted,
    "product.created": catalog.product,
    "product.updated": catalog.product,
    "product.restored": catalog.product,
    "product.deleted": catalog.product_deleted,
    "customer.created": catalog.customer,
    "customer.updated": catalog.customer,
    "customer.deleted": catalog.customer_deleted,
    "cart.updated": orders.cart,
    "cart.deleted": orders.cart_deleted,
}

MAY_NOT_SEE = (401, 403)


def parse(topic: str, body: Json, currency: str) -> tuple[Record, ...]:
    """Return what a delivery says; raises UnknownTopic, Unreadable.

    The store builds the body when it delivers, as the user who made the webhook: where that user is gone
    or demoted it signs an error instead, and goes on delivering.
    """
    if topic not in READERS:
        raise UnknownTopic(topic)
    if "code" in body and "id" not in body:
        status = reading.whole(reading.object_(body, "data"), "status")
        if status in MAY_NOT_SEE:
            return (Broken(reason="The store user who connected Doorstep may no longer see its orders."),)
        return ()
    return READERS[topic](body, currency)


PLUGIN = Platform(
    key=PlatformKey.WOOCOMMERCE,
    label="WooCommerce",
    signature_header="x-wc-webhook-signature",
    envelope=envelope.envelope,
    sender=envelope.sender,
    is_ping=envelope.is_ping,
    dated=envelope.dated,
    parse=parse,
    shop_named=envelope.shop_named,
    erased_errand="woocommerce.erased",
    tracking_mails={trigger: mails.of_trigger(trigger) for trigger in mails.DOUBLED},
    mail_settings={mail.name: mail.ident for mail in mails.MAILS},
    mailers=mailers.MAILERS,
    keeps_consent=tuple(consent.KEYS),
    keeps_consent_of_guests=True,
    tells=telling.WORDS,
    cart_code="&coupon={code}",
    cart_of="{url}/checkout-link/?products={things}",
    mails_page="{url}/wp-admin/admin.php?page=wc-settings&tab=email",
    order_page="{url}/wp-admin/admin.php?page=wc-orders&action=edit&id={order}",
)
