"""Web push: what a browser is told through its maker's push service (RFC 8030, 8188, 8291, 8292).

The service sees whom to wake and when, and nothing of what is said: it is encrypted for the browser alone.
"""

import base64
import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Self
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from requests import codes

from app.channels.base import Browser, Outcome, Push, SendError
from app.lib import clock
from app.lib.config import settings
from app.lib.http import Outside, Unreachable

SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
"""The push services of the browsers there are, by host or by the end of one; nobody else is ever asked."""
CURVE = ec.SECP256R1()
AUTH = 16
"""Bytes of a browser's secret."""
RECORD = 4096
MOST_BYTES = 3993
"""Of what can be said in the one record that services take."""
LIVES = 12 * 60 * 60
"""Seconds that a service keeps it for a browser that is away: after that it is no news."""
SIGNED_FOR = 12 * 60 * 60
"""Seconds that our signature is good for; RFC 8292 allows a day."""
GONE = (codes.not_found, codes.gone)
TIMEOUT, ENDS_AFTER = (5.0, 15.0), 30.0
"""Seconds; a whole call is shorter than what a lease keeps back for it (outbox.LAST_START)."""


class Unfit(ValueError):
    """It is no subscription that we can use; the sentence says why."""


def browser(endpoint: str, key: str, auth: str) -> Browser:
    """Return where a browser says that it is reached; raises Unfit."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unfit("no address") from error
    is_known = any(host == name or (name[0] == "." and host.endswith(name)) for name in SERVICES)
    is_plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if parts.scheme != "https" or not is_known or port not in (None, 443) or not is_plain:
        raise Unfit("no push service that we know")
    try:
        keys = Browser(endpoint=endpoint, key=_bytes(key), auth=_bytes(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, keys.key)
    except ValueError as error:
        raise Unfit("its keys are none") from error
    if len(keys.auth) != AUTH:
        raise Unfit("its secret is none")
    return keys


def public_key() -> str:
    """Return the key that browsers subscribe with: the same as long as the last of our secret keys is."""
    return _text(_point(_ours(settings().keys[-1]).public_key()))


def encrypt(
    said: bytes, to: Browser, *, salt: bytes | None = None, own: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """Return what only one browser can read (RFC 8291); salt and own key are new every time."""
    salt, own = salt or os.urandom(16), own or ec.generate_private_key(CURVE)
    mine = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, to.key))
    secret = _derived(to.auth, shared, b"WebPush: info\0" + to.key + mine, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, said + b"\x02", None)
    return salt + RECORD.to_bytes(4) + bytes([len(mine)]) + mine + sealed


def authorization(endpoint: str, now: float) -> str:
    """Return the header by which a service knows who sends (RFC 8292)."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(now) + SIGNED_FOR, "sub": settings().url}
    signed = ".".join(_text(orjson.dumps(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(_ours(settings().keys[-1]).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = _text(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={signed}.{signature}, k={public_key()}"


class Pushes:
    """A line to whatever service a browser is reached through."""

    def __init__(self, outside: Outside | None = None) -> None:
        self._outside = outside or Outside(timeout=TIMEOUT, ends_after=ENDS_AFTER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def send_all(
        self, pushes: Iterable[tuple[int, Push]], begin: Callable[[int], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Hand over one after the other: there are few, and each has its own key."""
        for ident, push in pushes:
            if not begin(ident):
                return
            yield ident, self._sent(push)

    def _sent(self, push: Push) -> Outcome:
        said = orjson.dumps({"title": push.title, "body": push.words, "url": push.url, "tag": push.ref})
        if len(said) > MOST_BYTES:
            return SendError("it is too long for a notification", permanent=True)
        headers = {
            "Authorization": authorization(push.to.endpoint, clock.now().timestamp()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(LIVES),
            "Urgency": "normal",
            "Topic": push.ref,
        }
        try:
            answer = self._outside.request(
                method="POST",
                url=push.to.endpoint,
                data=encrypt(said, push.to),
                headers=headers,
                allow_redirects=False,
            )
        except Unreachable as error:
            return SendError(str(error))
        status = answer.status_code
        if status in (codes.ok, codes.created, codes.accepted):
            return str(status)
        reason = f"its push service answers {status}"
        if status in GONE:
            return SendError(reason, permanent=True, bad_address=True)
        passes = status == codes.too_many_requests or status >= codes.server_error
        return SendError(reason, permanent=not passes)


@cache
def _ours(secret: str) -> ec.EllipticCurvePrivateKey:
    """Return our key, made of a secret: every process has the same, and nobody has to keep it."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    number = int.from_bytes(_derived(b"", secret.encode(), b"doorstep web push", 48))
    return ec.derive_private_key(number % (order - 1) + 1, CURVE)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
