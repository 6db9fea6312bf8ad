"""Amazon SES, by way of SNS: notifications signed with a certificate that SNS names, of one topic."""

import hmac
import re
from base64 import b64decode
from binascii import Error
from urllib.parse import urlsplit

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from app.channels.receipts.base import NOT_AUTHENTIC, Fetch, Receipt, ReceiptKind, Teller, Told, ref_of
from app.lib import reading
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

HOST = re.compile(r"sns\.[a-z]{2,4}(-[a-z]+)+-\d{1,2}\.amazonaws\.com(\.cn)?")
"""SNS in a region: "sns.s3-eu-west-1.amazonaws.com" would be a bucket of whoever took the name "sns"."""
CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]+\.pem")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
"""What a signature covers, in this order, of each kind of delivery; what is not there is left out."""
TAG = "doorstep"
TIMES = {"Delivery": "delivery", "Bounce": "bounce", "Complaint": "complaint"}


def verify(told: Told, secret: str, fetch: Fetch) -> bool:
    """Believe what SNS signed (version 2, SHA-256) for the topic whose ARN is the secret."""
    try:
        delivery = orjson.loads(told.body)
        names = SIGNED[reading.required(delivery, "Type")]
        topic = reading.text(delivery, "TopicArn") or ""
        is_ours = hmac.compare_digest(topic.encode(), secret.encode())
        if not is_ours or reading.text(delivery, "SignatureVersion") != "2":
            return False
        certificate = x509.load_pem_x509_certificate(fetch(_certificate(delivery)))
        key = certificate.public_key()
        signature = b64decode(reading.required(delivery, "Signature"), validate=True)
        lines = "".join(f"{name}\n{delivery[name]}\n" for name in names if name in delivery)
        if isinstance(key, RSAPublicKey):
            key.verify(signature, lines.encode(), PKCS1v15(), SHA256())
            return True
    except (InvalidSignature, Error, KeyError, ValueError, TypeError, AttributeError, Unreadable):
        pass
    return False


def confirms(body: Json) -> str | None:
    """Return the address that subscribes us to the topic, which is SNS's own."""
    is_asked = reading.text(body, "Type") == "SubscriptionConfirmation"
    return _of_sns(body, "SubscribeURL") if is_asked else None


def parse(body: object) -> tuple[Receipt, ...]:
    """Return what a notification says of the mail that it is about."""
    if not isinstance(body, dict):
        raise Unreadable("it is no notification")
    if reading.text(body, "Type") != "Notification":
        return ()
    event = orjson.loads(reading.required(body, "Message"))
    what = reading.text(event, "eventType") or reading.text(event, "notificationType") or ""
    tags = reading.object_(reading.object_(event, "mail"), "tags").get(TAG)
    if what not in TIMES or not isinstance(tags, list) or not tags:
        return ()
    told = reading.object_(event, TIMES[what])
    return (
        Receipt(
            ref=ref_of(str(tags[0])),
            kind=_kind(what, told),
            at=reading.required_moment(told, "timestamp"),
            event_id=reading.required(body, "MessageId"),
            detail=_code(told),
        ),
    )


def headers(rfc_id: str) -> dict[str, str]:
    """Return what makes SES name our Message-ID, in place of which it puts its own; a tag holds no @."""
    return {"X-SES-MESSAGE-TAGS": f"{TAG}={ref_of(rfc_id)}"}


def _kind(what: str, told: Json) -> ReceiptKind:
    if what == "Delivery":
        return ReceiptKind.DELIVERED
    if what == "Complaint":
        return ReceiptKind.COMPLAINED
    is_final = reading.text(told, "bounceType") == "Permanent" and _code(told) != NOT_AUTHENTIC
    return ReceiptKind.BOUNCED if is_final else ReceiptKind.DELAYED


def _code(told: Json) -> str | None:
    recipients = reading.objects(told, "bouncedRecipients")
    return reading.text(recipients[0], "status") if recipients else None


def _certificate(delivery: Json) -> str:
    """Return where SNS says that its certificate is; nothing else of SNS's would do."""
    address = _of_sns(delivery, "SigningCertURL")
    parts = urlsplit(address)
    if parts.query or parts.fragment or not CERTIFICATE.fullmatch(parts.path):
        raise Unreadable("it is no certificate of SNS")
    return address


def _of_sns(body: Json, name: str) -> str:
    address = reading.required(body, name)
    parts = urlsplit(address)
    if parts.scheme != "https" or not HOST.fullmatch(parts.netloc):
        raise Unreadable("it leads to somebody else than SNS")
    return address


PLUGIN = Teller(
    key="ses",
    label="Amazon SES",
    secret=merchant_sentence("The ARN of the SNS topic."),
    verify=verify,
    parse=parse,
    confirms=confirms,
    hosts=(".amazonaws.com",),
    headers=headers,
)
