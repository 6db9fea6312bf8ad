"""A browser with its push service, as the network shows them: it checks who sends, and reads its own."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from app.lib import clock, http
from tests.unit.shopify.store import respond

HOST = "updates.push.services.mozilla.com"


@dataclass
class Firefox(BaseAdapter):
    """One browser; what its service answers is the test's."""

    path: str = "/wpush/v2/gAAAAAB"
    status: int = 201
    shown: list[dict[str, Any]] = field(default_factory=list)
    own: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"0123456789abcdef"
    trusted: str = ""
    """The key that it subscribed with; a push that is signed with another is refused."""

    @property
    def endpoint(self) -> str:
        return f"https://{HOST}{self.path}"

    @property
    def subscription(self) -> dict[str, str]:
        """What its page sends when its shopper agrees."""
        return {"endpoint": self.endpoint, "key": text(self.point), "auth": text(self.auth), "on": "yes"}

    @property
    def point(self) -> bytes:
        return self.own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        if urlsplit(str(request.url)).path != self.path or self.status in (404, 410):
            return respond(request, 410, b"", {})
        if not self.is_signed(request.headers["Authorization"]):
            return respond(request, 403, b"", {})
        if self.status == 201:
            assert isinstance(request.body, bytes)
            assert request.headers["Content-Encoding"] == "aes128gcm"
            assert len(request.headers["Topic"]) <= 32
            assert int(request.headers["TTL"]) > 0
            self.shown.append(json.loads(self.read(request.body)))
        return respond(request, self.status, b"", {})

    def is_signed(self, header: str) -> bool:
        """Check a signature as RFC 8292 says."""
        scheme, _, rest = header.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        signed, _, signature = parts["t"].rpartition(".")
        claims = json.loads(raw(signed.partition(".")[2]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw(parts["k"]))
        r, s = raw(signature)[:32], raw(signature)[32:]
        numbers = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        key.verify(numbers, signed.encode(), ec.ECDSA(hashes.SHA256()))
        lives = claims["exp"] - clock.now().timestamp()
        is_ours = scheme == "vapid" and claims["aud"] == f"https://{HOST}" and 0 < lives <= 86_400
        return is_ours and claims["sub"].startswith("https://") and parts["k"] == self.trusted

    def read(self, body: bytes) -> bytes:
        """Read what only this browser can, as RFC 8188 and 8291 say."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(body) <= size
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        info = b"WebPush: info\0" + self.point + theirs
        secret = derived(self.auth, self.own.exchange(ec.ECDH(), sender), info, 32)
        key = derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derived(salt, secret, b"Content-Encoding: nonce\0", 12)
        said = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert said[-1:] == b"\x02"
        return said[:-1]

    def close(self) -> None:
        pass


@contextmanager
def playing(browser: Firefox) -> Iterator[Firefox]:
    """Let a browser's service be on the network."""
    http.play(HOST, browser)
    http._breakers.reset()
    try:
        yield browser
    finally:
        http.play(HOST, None)
        http._breakers.reset()


def derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(data: str) -> bytes:
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
