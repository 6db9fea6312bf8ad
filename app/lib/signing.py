"""Links that cannot be forged, and the comparison of signatures."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from functools import cache

import orjson
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from app.lib.config import settings


class Forged(Exception):
    """The token was not made by us, or not for this purpose, or is too old."""


def token(purpose: str, payload: object) -> str:
    """Sign a payload for one purpose; the token is URL-safe and never expires by itself.

    It is what the serializer would write, in a third of its time: every mail has two.
    """
    value = _base64(orjson.dumps(payload))
    return (
        value + b"." + _base64(hmac.digest(_key(purpose, settings().keys), value, hashlib.sha256))
    ).decode()


def read_token(purpose: str, signed: str) -> object:
    """Return the payload of a token made with any key still listed; raises Forged."""
    try:
        return _serializer(purpose).loads(signed)
    except BadSignature as error:
        raise Forged from error


def timed_token(purpose: str, payload: object) -> str:
    """Sign a payload for one purpose, together with the present."""
    return str(_timed(purpose).dumps(payload))


def read_timed_token(purpose: str, signed: str, max_age: int) -> object:
    """Return the payload of a token at most `max_age` seconds old; raises Forged."""
    try:
        return _timed(purpose).loads(signed, max_age=max_age)
    except BadSignature as error:
        raise Forged from error


def hmac_base64(secret: str, body: bytes) -> str:
    """Return the base64 HMAC-SHA256 that Shopify and WooCommerce put in a header."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def any_matches(secrets: Iterable[str], body: bytes, signature: str) -> bool:
    """Tell in constant time whether one of the secrets signed these very bytes."""
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(hmac.digest(s.encode(), body, hashlib.sha256), given) for s in secrets)


def _serializer(purpose: str) -> URLSafeSerializer:
    return _serializer_of(purpose, settings().keys)


@cache
def _serializer_of(purpose: str, keys: tuple[str, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(list(reversed(keys)), salt=purpose, signer_kwargs=_SIGNER)


@cache
def _key(purpose: str, keys: tuple[str, ...]) -> bytes:
    signer = _serializer_of(purpose, keys).make_signer()
    return bytes(signer.derive_key())


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _timed(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(reversed(settings().keys)), salt=purpose, signer_kwargs=_SIGNER)


_SIGNER = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
