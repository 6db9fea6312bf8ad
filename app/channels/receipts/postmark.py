"""Postmark's webhooks: one event in a body, without a signature: they sign in as a web browser does."""

import hmac
from base64 import b64encode

from app.channels.receipts.base import NOT_AUTHENTIC, Fetch, Receipt, ReceiptKind, Teller, Told, ref_of
from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

NOTE = "doorstep"
"""What our Message-ID is called among a mail's metadata."""
DEAD = ("HardBounce", "BadEmailAddress", "ManuallyDeactivated")
"""Types of bounces after which nothing should be sent to the address again."""
TIMES = {"Delivery": "DeliveredAt", "Bounce": "BouncedAt", "SpamComplaint": "BouncedAt"}


def verify(told: Told, secret: str, _: Fetch) -> bool:
    """Believe who signs in with the user and the password that stand in the webhook's address."""
    expected = f"Basic {b64encode(secret.encode()).decode()}"
    return hmac.compare_digest(expected.encode(), told.headers.get("authorization", "").encode())


def parse(body: object) -> tuple[Receipt, ...]:
    """Return what the event says."""
    if not isinstance(body, dict):
        raise Unreadable("it is no event")
    record = reading.text(body, "RecordType") or ""
    rfc_id = reading.text(reading.object_(body, "Metadata"), NOTE)
    if record not in TIMES or rfc_id is None:
        return ()
    event_id = reading.text(body, "ID") or reading.required(body, "MessageID")
    return (
        Receipt(
            ref=ref_of(rfc_id),
            kind=_kind(record, body),
            at=reading.required_moment(body, TIMES[record]),
            event_id=f"{record}:{event_id}",
            detail=reading.text(body, "Type"),
        ),
    )


def headers(rfc_id: str) -> dict[str, str]:
    """Return what makes Postmark keep our Message-ID, and name it in its events."""
    return {"X-PM-KeepID": "true", f"X-PM-Metadata-{NOTE}": ref_of(rfc_id)}


def _kind(record: str, body: Json) -> ReceiptKind:
    if record == "Delivery":
        return ReceiptKind.DELIVERED
    kind = reading.text(body, "Type") or ""
    if record == "SpamComplaint" or kind == "SpamComplaint":
        return ReceiptKind.COMPLAINED
    is_ours = NOT_AUTHENTIC in (reading.text(body, "Details") or "")
    return ReceiptKind.BOUNCED if kind in DEAD and not is_ours else ReceiptKind.DELAYED


PLUGIN = Teller(
    key="postmark",
    label="Postmark",
    secret=merchant_sentence(
        "The user and the password, with a colon between, that stand in the webhook’s address."
    ),
    verify=verify,
    parse=parse,
    hosts=("smtp.postmarkapp.com", "smtp-broadcasts.postmarkapp.com"),
    headers=headers,
)
