"""Links that cannot be forged, and the comparison of signatures."""

import base64
import binascii
import hashlib
import hmac
import string
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


def short_token(purpose: str, number: int) -> str:
    """Sign a number for one purpose in as few letters as a text message wants; it never expires by itself.

    48 bits of signature: whoever guesses must be kept from guessing often.
    """
    return _in_letters(number) + _in_letters(_short(_key(purpose, settings().keys), number)).rjust(SHORT, "0")


def read_short_token(purpose: str, signed: str) -> int:
    """Return the number of a short token made with any key still listed; raises Forged."""
    number = _of_letters(signed[:-SHORT])
    given = signed[-SHORT:].encode()
    made = (
        _in_letters(_short(_key(purpose, (key,)), number)).rjust(SHORT, "0").encode()
        for key in settings().keys
    )
    if not any([hmac.compare_digest(one, given) for one in made]):  # noqa: C419 - each takes its time
        raise Forged
    return number


SHORT = 8
"""Letters of a short token's signature."""
LETTERS = string.digits + string.ascii_letters
LARGEST = 2**63
"""What no row's number reaches."""


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


def _short(key: bytes, number: int) -> int:
    digest = hmac.digest(key, b"short %d" % number, hashlib.sha256)
    whole: int = len(LETTERS) ** SHORT
    return int.from_bytes(digest[:8]) % whole


def _in_letters(number: int) -> str:
    found = ""
    while number or not found:
        number, place = divmod(number, len(LETTERS))
        found = LETTERS[place] + found
    return found


def _of_letters(written: str) -> int:
    """Return the number that letters write in one way only; raises Forged."""
    number = 0
    for letter in written:
        if letter not in LETTERS:
            raise Forged
        number = number * len(LETTERS) + LETTERS.index(letter)
    if number >= LARGEST or _in_letters(number) != written:
        raise Forged
    return number


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
