"""Every teller of receipts: whom it believes, and what it says.

The bodies are composed after the services' own documentation; none was recorded from the real service.
"""

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from app.channels.receipts import ses
from app.channels.receipts.base import ReceiptKind, Teller, Told
from app.lib import clock, plugins
from app.lib.reading import Unreadable

K = ReceiptKind
REF = "9f3c2b"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:doorstep"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
EC, RSA = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
TELLERS: dict[str, Teller] = plugins.discover("app.channels.receipts")
AT = "2026-11-24T12:00:00.000Z"


def test_all_tellers_are_tried() -> None:
    assert set(TELLERS) == set(SIGN) == set(SAID)


@pytest.mark.parametrize("key", sorted(TELLERS))
def test_a_delivery_is_believed_as_it_was_signed_and_no_other(key: str) -> None:
    teller = TELLERS[key]
    body, _ = SAID[key][0]
    signed, secret = SIGN[key](body)
    assert teller.verify(signed, secret, fetched)
    assert not teller.verify(signed, "x" + secret, fetched)
    assert not teller.verify(signed, "", fetched)
    assert not teller.verify(Told(headers={}, body=b"{}"), secret, fetched)
    assert not teller.verify(Told(headers={}, body=b"not json"), secret, fetched)


@pytest.mark.parametrize("key", sorted(TELLERS))
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b"\xff",
        rb'{"signature": {"timestamp": "1764000000", "token": "\ud800", "signature": "\udfff"}}',
        rb'{"Type": "Notification", "TopicArn": "\ud800"}',
    ],
    ids=["deep", "no UTF-8", "half a letter", "half a topic"],
)
def test_whatever_a_stranger_sends_is_not_believed(key: str, body: bytes) -> None:
    _, secret = SIGN[key](SAID[key][0][0])
    assert not TELLERS[key].verify(Told(headers={}, body=body), secret, fetched)


@pytest.mark.parametrize("key", ["sendgrid", "ses"])
def test_where_the_body_is_signed_a_changed_letter_is_noticed(key: str) -> None:
    signed, secret = SIGN[key](SAID[key][0][0])
    changed = signed.body.replace(REF.encode(), b"9f3c2c")
    assert changed != signed.body
    assert not TELLERS[key].verify(Told(headers=signed.headers, body=changed), secret, fetched)


@pytest.mark.parametrize("key", sorted(TELLERS))
def test_what_is_told_is_understood(key: str) -> None:
    for body, kind in SAID[key]:
        signed, _ = SIGN[key](body)
        told = TELLERS[key].parse(json.loads(signed.body))
        assert [receipt.kind for receipt in told] == ([] if kind is None else [kind]), body
        assert all(receipt.ref == REF and receipt.event_id for receipt in told)
        assert all("@" not in (receipt.detail or "") for receipt in told)


@pytest.mark.parametrize("key", sorted(TELLERS))
@pytest.mark.parametrize("body", ["x", 3, None])
def test_something_else_is_unreadable(key: str, body: object) -> None:
    with pytest.raises(Unreadable):
        TELLERS[key].parse(body)


@pytest.mark.parametrize(
    "address",
    [
        "https://sns.eu-west-1.amazonaws.com.evil.example/c.pem",
        "http://sns.eu-west-1.amazonaws.com/c.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/c.pem",
        "https://user@evil.example",
        "https://sns.s3.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.s3-eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/",
        "https://sns.eu-west-1.amazonaws.com/somebody/elses.pem",
        f"{CERTIFICATE}?Action=Publish",
        f"{CERTIFICATE}/../x.pem",
        "https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-1.pem",
    ],
)
def test_a_certificate_of_somebody_else_is_not_even_fetched(address: str) -> None:
    signed, secret = SIGN["ses"](SAID["ses"][0][0], SigningCertURL=address)
    assert not ses.verify(signed, secret, refuse)


def test_an_old_signature_of_mailgun_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    signed, secret = SIGN["mailgun"](SAID["mailgun"][0][0])
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert not TELLERS["mailgun"].verify(signed, secret, fetched)


def test_a_subscription_is_confirmed_with_sns_and_nobody_else() -> None:
    asked = {"Type": "SubscriptionConfirmation", "SubscribeURL": f"{CERTIFICATE}?Token=1"}
    assert ses.confirms(asked) == asked["SubscribeURL"]
    assert ses.confirms({"Type": "Notification"}) is None
    with pytest.raises(Unreadable):
        ses.confirms({**asked, "SubscribeURL": "https://evil.example/"})


def fetched(address: str) -> bytes:
    assert address == CERTIFICATE
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(RSA.public_key())
    made = made.serial_number(1).not_valid_before(clock.now()).not_valid_after(clock.now() + timedelta(1))
    return made.sign(RSA, SHA256()).public_bytes(serialization.Encoding.PEM)


def refuse(address: str) -> bytes:
    raise AssertionError(address)


def by_sendgrid(event: dict[str, Any]) -> tuple[Told, str]:
    body = json.dumps([event]).encode() + b"\r\n"
    signature = EC.sign(b"1600112502" + body, ec.ECDSA(SHA256()))
    public = EC.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    headers = {
        "x-twilio-email-event-webhook-signature": b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": "1600112502",
    }
    return Told(headers=headers, body=body), b64encode(public).decode()


def by_mailgun(event: dict[str, Any]) -> tuple[Told, str]:
    at = str(int(clock.now().timestamp()))
    signature = hmac.new(b"key", f"{at}token".encode(), hashlib.sha256).hexdigest()
    body = {"signature": {"timestamp": at, "token": "token", "signature": signature}, "event-data": event}
    return Told(headers={}, body=json.dumps(body).encode()), "key"


def by_postmark(event: dict[str, Any]) -> tuple[Told, str]:
    headers = {"authorization": "Basic " + b64encode(b"us:secret").decode()}
    return Told(headers=headers, body=json.dumps(event).encode()), "us:secret"


def by_sns(event: dict[str, Any], **changed: str) -> tuple[Told, str]:
    delivery = {
        "Type": "Notification",
        "MessageId": "22b80b92",
        "TopicArn": TOPIC,
        "Message": json.dumps(event),
        "Timestamp": AT,
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
        **changed,
    }
    names = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    lines = "".join(f"{name}\n{delivery[name]}\n" for name in names if name in delivery)
    delivery["Signature"] = b64encode(RSA.sign(lines.encode(), PKCS1v15(), SHA256())).decode()
    return Told(headers={}, body=json.dumps(delivery).encode()), TOPIC


SIGN: dict[str, Callable[..., tuple[Told, str]]] = {
    "sendgrid": by_sendgrid,
    "mailgun": by_mailgun,
    "postmark": by_postmark,
    "ses": by_sns,
}


def grid(event: str, **more: str) -> dict[str, Any]:
    return {
        "email": "ana@example.org",
        "timestamp": 1600112492,
        "smtp-id": f"<{REF}@shop.example>",
        "event": event,
        "sg_event_id": "ZGVsaXZlcmVk",
        **more,
    }


def gun(event: str, severity: str = "", reason: str = "", **status: str) -> dict[str, Any]:
    return {
        "event": event,
        "id": "CPgfbmQMTCKtHW6uIWtuVe",
        "timestamp": 1521472262.908181,
        "severity": severity,
        "reason": reason,
        "delivery-status": {"code": 550, **status},
        "message": {"headers": {"message-id": f"{REF}@shop.example", "to": "ana@example.org"}},
    }


def mark(record: str, kind: str = "", **more: str) -> dict[str, Any]:
    at = "DeliveredAt" if record == "Delivery" else "BouncedAt"
    body = {"RecordType": record, "Type": kind, "ID": 42, "MessageID": "883953f4", at: AT}
    return {**body, "Metadata": {"doorstep": REF}, "Email": "ana@example.org", **more}


def aws(event: str, **told: Any) -> dict[str, Any]:
    mail = {"messageId": "EXAMPLE7c191be45", "tags": {"doorstep": [REF]}}
    return {"eventType": event, "mail": mail, event.lower(): {"timestamp": AT, **told}}


GONE = [{"emailAddress": "ana@example.org", "status": "5.1.1", "diagnosticCode": "smtp; 550 ana unknown"}]
DNS = [{"emailAddress": "ana@example.org", "status": "5.7.515"}]
SAID: dict[str, list[tuple[dict[str, Any], ReceiptKind | None]]] = {
    "sendgrid": [
        (grid("delivered"), K.DELIVERED),
        (grid("deferred"), K.DELAYED),
        (grid("bounce", type="bounce", status="5.1.1"), K.BOUNCED),
        (grid("bounce", type="blocked", status="5.7.1"), K.DELAYED),
        (grid("bounce", type="bounce", status="5.7.515"), K.DELAYED),
        (grid("spamreport"), K.COMPLAINED),
        (grid("dropped", reason="Bounced Address"), K.BOUNCED),
        (grid("dropped", reason="Unsubscribed Address"), K.BOUNCED),
        (grid("dropped", reason="Recipient List over Package Quota"), K.DROPPED),
        (grid("dropped"), K.DROPPED),
        (grid("open"), None),
    ],
    "mailgun": [
        (gun("delivered"), K.DELIVERED),
        (gun("failed", "temporary"), K.DELAYED),
        (gun("failed", "permanent", "bounce"), K.BOUNCED),
        (gun("failed", "permanent", "espblock"), K.DELAYED),
        (gun("failed", "permanent", "bounce", **{"enhanced-code": "5.7.515"}), K.DELAYED),
        (gun("complained"), K.COMPLAINED),
        (gun("opened"), None),
    ],
    "postmark": [
        (mark("Delivery"), K.DELIVERED),
        (mark("Bounce", "HardBounce"), K.BOUNCED),
        (mark("Bounce", "HardBounce", Details="550 5.7.515 access denied"), K.DELAYED),
        (mark("Bounce", "SoftBounce"), K.DELAYED),
        (mark("SpamComplaint", "SpamComplaint"), K.COMPLAINED),
        (mark("Open"), None),
    ],
    "ses": [
        (aws("Delivery"), K.DELIVERED),
        (aws("Bounce", bounceType="Permanent", bouncedRecipients=GONE), K.BOUNCED),
        (aws("Bounce", bounceType="Permanent", bouncedRecipients=DNS), K.DELAYED),
        (aws("Bounce", bounceType="Transient", bouncedRecipients=GONE), K.DELAYED),
        (aws("Complaint"), K.COMPLAINED),
        (aws("Open"), None),
    ],
}
