"""Mailgun's webhooks: one event in a body, signed over a time and a token, not over what it says."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import orjson

from app.channels.receipts.base import NOT_AUTHENTIC, Fetch, Receipt, ReceiptKind, Teller, Told, ref_of
from app.lib import clock, reading
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

TOO_OLD = timedelta(hours=24)
"""Mailgun tries for eight hours; who kept a signature for longer than this is somebody else."""
KINDS = {
    "delivered": ReceiptKind.DELIVERED,
    "failed": ReceiptKind.DELAYED,
    "complained": ReceiptKind.COMPLAINED,
}
PERMANENT, GENERIC, BLOCKED = "permanent", "generic", ("espblock", "greylisted", "old")


def verify(told: Told, secret: str, _: Fetch) -> bool:
    """Believe who knows the signing key; every signature is good for a day."""
    try:
        signature = reading.object_(orjson.loads(told.body), "signature")
        at, token = reading.required(signature, "timestamp"), reading.required(signature, "token")
        signed_at = datetime.fromtimestamp(int(at), UTC)
    except (ValueError, AttributeError, OverflowError, OSError, Unreadable):
        return False
    expected = hmac.new(secret.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    is_fresh = abs(clock.now() - signed_at) < TOO_OLD
    given = reading.text(signature, "signature") or ""
    return hmac.compare_digest(expected.encode(), given.encode()) and is_fresh


def parse(body: object) -> tuple[Receipt, ...]:
    """Return what the event says."""
    if not isinstance(body, dict):
        raise Unreadable("it is no event")
    event = reading.object_(body, "event-data")
    kind = KINDS.get(reading.text(event, "event") or "")
    headers = reading.object_(reading.object_(event, "message"), "headers")
    rfc_id = reading.text(headers, "message-id")
    if kind is None or rfc_id is None:
        return ()
    status = reading.object_(event, "delivery-status")
    return (
        Receipt(
            ref=ref_of(rfc_id),
            kind=ReceiptKind.BOUNCED if kind is ReceiptKind.DELAYED and _is_dead(event, status) else kind,
            at=datetime.fromtimestamp(float(reading.required(event, "timestamp")), UTC),
            event_id=reading.required(event, "id"),
            detail=reading.text(status, "enhanced-code") or reading.text(status, "code"),
        ),
    )


def _is_dead(event: Json, status: Json) -> bool:
    is_ours = reading.text(status, "enhanced-code") == NOT_AUTHENTIC
    is_final = reading.text(event, "severity") == PERMANENT
    return is_final and not is_ours and reading.text(event, "reason") not in BLOCKED


PLUGIN = Teller(
    key="mailgun",
    label="Mailgun",
    secret=merchant_sentence("The HTTP webhook signing key."),
    verify=verify,
    parse=parse,
    hosts=("smtp.mailgun.org", "smtp.eu.mailgun.org"),
)
