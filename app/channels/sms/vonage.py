"""Vonage: texts by its Messages API in an application's name; its webhooks bring a token over the body."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from textwrap import wrap
from uuid import uuid4

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from app.channels.base import SendError, Text
from app.channels.receipts.base import Receipt, ReceiptKind
from app.channels.sms.base import Field, Heard, Keys, Letterhead, Provider, Told
from app.channels.sms.calls import post
from app.lib import clock, reading
from app.lib.http import Outside
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence

API = "https://api.nexmo.com/v1/messages"
LASTS = 300
"""Seconds that a token of ours opens the API."""
NOT_A_NUMBER = ("1170", "1190", "1240")
"""Missing or no number, a subscriber that is gone for good, an illegal number."""
OURS = ("1000", "1060", "1070", "1080", "1120")
"""Throttled, barred, out of money, not enabled, an illegal sender: every text is concerned."""
KINDS = {
    "submitted": ReceiptKind.TAKEN,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.DELIVERED,
    "rejected": ReceiptKind.DROPPED,
    "undeliverable": ReceiptKind.DROPPED,
}
PEM_LINE = 64
BEGIN, END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"


def send(outside: Outside, keys: Keys, head: Letterhead, text: Text) -> str:
    """Hand over a text; returns its UUID."""
    message = {
        "channel": "sms",
        "message_type": "text",
        "to": text.to.removeprefix("+"),
        "from": head.sender.removeprefix("+"),
        "text": text.words,
        "client_ref": text.ref,
        "webhook_url": head.report_to,
        "webhook_version": "v1",
    }
    headers = {"Authorization": f"Bearer {token(keys)}"}
    is_taken, answer = post(outside, API, json=message, headers=headers)
    if is_taken:
        return str(answer.get("message_uuid") or "")
    code = _code(answer)
    is_ours = code in OURS or str(answer.get("title", "")).startswith("Low balance")
    raise SendError(
        f"Vonage {code or 'refuses it'}",
        permanent=not is_ours,
        everyone=is_ours,
        bad_address=code in NOT_A_NUMBER,
    )


def token(keys: Keys) -> str:
    """Return what opens the API for a few minutes; raises SendError where the key is none."""
    try:
        key = load_pem_private_key(_pem(keys["private_key"]).encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SendError(merchant_sentence("the private key is none"), everyone=True) from error
    if not isinstance(key, RSAPrivateKey):
        raise SendError(merchant_sentence("the private key is none for RSA"), everyone=True)
    now = int(clock.now().timestamp())
    claims = {"application_id": keys["application_id"], "iat": now, "exp": now + LASTS, "jti": uuid4().hex}
    said = b".".join(_written(orjson.dumps(part)) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    return (said + b"." + _written(key.sign(said, PKCS1v15(), SHA256()))).decode()


def verify(told: Told, keys: Keys) -> bool:
    """Believe what carries a token that is signed with the signature secret, over this very body."""
    scheme, _, given = told.headers.get("authorization", "").partition(" ")
    said, _, signature = given.strip().rpartition(".")
    head, _, claims = said.partition(".")
    expected = hmac.digest(keys["signature_secret"].encode(), said.encode(), hashlib.sha256)
    try:
        is_theirs = hmac.compare_digest(expected, _read(signature))
        is_plain = orjson.loads(_read(head)).get("alg") == "HS256"
        covered = str(orjson.loads(_read(claims)).get("payload_hash") or "")
    except (ValueError, AttributeError):
        return False
    is_whole = hmac.compare_digest(hashlib.sha256(told.body).hexdigest().encode(), covered.lower().encode())
    return scheme.lower() == "bearer" and is_theirs and is_plain and is_whole


def parse(told: Told) -> tuple[Receipt | Heard, ...]:
    """Return what became of a text, or what somebody texted."""
    try:
        body = orjson.loads(told.body)
    except ValueError as error:
        raise Unreadable("it is no JSON") from error
    if not isinstance(body, dict):
        raise Unreadable("it is no object")
    if reading.text(body, "channel") not in ("sms", None):
        return ()
    uuid, at = reading.required(body, "message_uuid"), reading.required_moment(body, "timestamp")
    status = reading.text(body, "status")
    if status is None:
        words = reading.text(body, "text")
        if words is None:
            return ()
        sender = reading.required(body, "from")
        return (Heard(id=uuid, sender=f"+{sender}" if sender.isdecimal() else sender, words=words, at=at),)
    ref, kind = reading.text(body, "client_ref"), KINDS.get(status)
    if ref is None or kind is None:
        return ()
    code = _code(reading.object_(body, "error"))
    if kind is ReceiptKind.DROPPED and code in NOT_A_NUMBER:
        kind = ReceiptKind.BOUNCED
    return (Receipt(ref=ref, kind=kind, at=at, event_id=f"{uuid}:{status}", detail=code or None),)


def _code(error: Json) -> str:
    """Return the number at the end of "https://developer.vonage.com/api-errors/messages#1120"."""
    return str(error.get("type") or "").rpartition("#")[2][:10] if "#" in str(error.get("type")) else ""


def _pem(entered: str) -> str:
    """Return a key with the lines that a form may have joined."""
    bare = "".join(entered.replace(BEGIN, "").replace(END, "").split())
    return "\n".join((BEGIN, *wrap(bare, PEM_LINE), END))


def _written(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")


def _read(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


PLUGIN = Provider(
    key="vonage",
    label="Vonage",
    fields=(
        Field(name="application_id", label=merchant_sentence("Application ID"), is_secret=False),
        Field(name="private_key", label=merchant_sentence("Private key of the application"), is_long=True),
        Field(
            name="signature_secret",
            label=merchant_sentence("Signature secret"),
            help=merchant_sentence(
                "In the dashboard’s settings, under API keys: it signs what Vonage tells us."
            ),
        ),
    ),
    manual=merchant_sentence(
        "In Vonage’s dashboard: make an application with Messages, generate its keys, and link your number "
        "to it. The webhook address belongs there twice: as inbound and as status URL."
    ),
    send=send,
    verify=verify,
    parse=parse,
)
