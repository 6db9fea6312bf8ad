"""What providers of text messages put on the wire, recorded and signed as they sign it.

The recordings are composed after the providers' documentation (tests/recordings/sms/SOURCES.md).
"""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from app.channels.base import Text
from app.channels.receipts.base import ReceiptKind
from app.channels.sms.base import Letterhead, Provider, Told
from app.lib import http, plugins
from tests.unit.shopify.store import respond

K = ReceiptKind
FOLDER = Path(__file__).parents[2] / "recordings" / "sms"
PROVIDERS: dict[str, Provider] = plugins.discover("app.channels.sms")
HOSTS = {"twilio": "api.twilio.com", "vonage": "api.nexmo.com"}
RSA = rsa.generate_private_key(65537, 2048)
PEM = RSA.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
KEYS = {
    "twilio": {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "12345"},
    "vonage": {"application_id": "78d335fa", "private_key": PEM, "signature_secret": "s3cret"},
}
HOOK = "https://doorstep.test/webhooks/texts/{}/key"
HEAD = Letterhead(sender="+15005550006", report_to=HOOK.format("twilio"))
TEXT = Text(to="+13035550142", words="Ridge & Pine: Arriving Tuesday", ref="9f3c2b")
SAID = {"taken": K.TAKEN, "delivered": K.DELIVERED, "bounced": K.BOUNCED, "failed": K.DROPPED}


class failing(BaseAdapter):  # noqa: N801 - a context manager
    """A host at which the line breaks, or that answers with something else than data."""

    def __init__(self, host: str, broken: Exception | None, *, status: int = 200, body: bytes = b"") -> None:
        super().__init__()
        self.host, self.broken, self.status, self.body = host, broken, status, body

    def __enter__(self) -> None:
        http.play(self.host, self)
        http._breakers.reset()

    def __exit__(self, *_: object) -> None:
        http.play(self.host, None)
        http._breakers.reset()

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        if self.broken is not None:
            raise self.broken
        return respond(request, self.status, self.body, {})

    def close(self) -> None:
        pass


def recorded(key: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / key / f"{name}.COMPOSED.answer.json").read_bytes())
    return found


def by_twilio(url: str, body: bytes) -> dict[str, str]:
    written = "".join(
        name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True))
    )
    digest = hmac.digest(b"12345", f"{url}{written}".encode(), hashlib.sha1)
    return {"x-twilio-signature": b64encode(digest).decode()}


def by_vonage(_: str, body: bytes) -> dict[str, str]:
    return {"authorization": f"Bearer {jwt({'alg': 'HS256', 'typ': 'JWT'}, body, 's3cret')}"}


def jwt(head: dict[str, str], body: bytes | None, secret: str) -> str:
    claims: dict[str, object] = {"iat": 1732471622, "iss": "Vonage", "api_key": "abcd1234"}
    if body is not None:
        claims["payload_hash"] = hashlib.sha256(body).hexdigest()
    said = ".".join(urlsafe_b64encode(json.dumps(it).encode()).decode().rstrip("=") for it in (head, claims))
    digest = hmac.digest(secret.encode(), said.encode(), hashlib.sha256)
    return f"{said}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


SIGN: dict[str, Callable[[str, bytes], dict[str, str]]] = {"twilio": by_twilio, "vonage": by_vonage}
SECRETS = {"twilio": ("auth_token",), "vonage": ("signature_secret",)}
REFS = {"twilio": "?ref=9f3c2b", "vonage": ""}


def signed(key: str, what: str) -> Told:
    suffix = "form" if key == "twilio" else "json"
    body = (FOLDER / key / f"{what}.COMPOSED.{suffix}").read_bytes()
    url = HOOK.format(key) + ("" if what == "heard" else REFS[key])
    return Told(url=url, headers=SIGN[key](url, body), body=body)


def changed(told: Told, *, headers: dict[str, str] | None = None, body: bytes | None = None) -> Told:
    return Told(
        url=told.url,
        headers=told.headers if headers is None else headers,
        body=told.body if body is None else body,
    )


def part(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))
