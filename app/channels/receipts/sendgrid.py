"""SendGrid's event webhook: many events in one body, signed with a key of its own over the raw bytes."""

from base64 import b64decode
from binascii import Error
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from app.channels.receipts.base import NOT_AUTHENTIC, Fetch, Receipt, ReceiptKind, Teller, Told, ref_of
from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
KINDS = {
    "delivered": ReceiptKind.DELIVERED,
    "deferred": ReceiptKind.DELAYED,
    "bounce": ReceiptKind.BOUNCED,
    "spamreport": ReceiptKind.COMPLAINED,
    "dropped": ReceiptKind.DROPPED,
}
NEVER = ("bounced", "invalid", "spam reporting", "unsubscribed")
"""How the reasons begin for which SendGrid sends an address nothing any more."""


def verify(told: Told, secret: str, _: Fetch) -> bool:
    """Believe what is signed with the verification key, over the time and the body."""
    try:
        key = load_der_public_key(b64decode(secret))
        signature = b64decode(told.headers.get(SIGNATURE, ""), validate=True)
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, told.headers.get(TIMESTAMP, "").encode() + told.body, ECDSA(SHA256()))
            return True
    except (InvalidSignature, Error, ValueError):
        pass
    return False


def parse(body: object) -> tuple[Receipt, ...]:
    """Return what each event says."""
    if not isinstance(body, list):
        raise Unreadable("it is no list of events")
    read = (_receipt(event) for event in body if isinstance(event, dict))
    return tuple(receipt for receipt in read if receipt)


def _receipt(event: Json) -> Receipt | None:
    kind, rfc_id = KINDS.get(reading.text(event, "event") or ""), reading.text(event, "smtp-id")
    if kind is None or rfc_id is None:
        return None
    code = reading.text(event, "status")
    return Receipt(
        ref=ref_of(rfc_id),
        kind=_kind(kind, event, code),
        at=datetime.fromtimestamp(reading.whole(event, "timestamp") or 0, UTC),
        event_id=reading.required(event, "sg_event_id"),
        detail=code,
    )


def _kind(kind: ReceiptKind, event: Json, code: str | None) -> ReceiptKind:
    is_passing = reading.text(event, "type") == "blocked" or code == NOT_AUTHENTIC
    if kind is ReceiptKind.BOUNCED and is_passing:
        return ReceiptKind.DELAYED
    why = (reading.text(event, "reason") or "").lower()
    if kind is ReceiptKind.DROPPED and why.startswith(NEVER):
        return ReceiptKind.BOUNCED
    return kind


PLUGIN = Teller(
    key="sendgrid",
    label="SendGrid",
    secret=merchant_sentence("The verification key of the signed event webhook."),
    verify=verify,
    parse=parse,
    hosts=("smtp.sendgrid.net",),
)
