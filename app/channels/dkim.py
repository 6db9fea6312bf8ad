"""DKIM (RFC 6376): a mail is signed for its sender's domain, so that whoever gets it knows whose it is.

RSA with 2,048 bits and SHA-256, relaxed on both sides: what every mailbox provider verifies.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

BITS = 2048
LEAST_BITS = 1024
"""A key with fewer is ignored by who verifies (RFC 8301)."""
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
)
"""Headers that are signed; RFC 8058 wants both of those that unsubscribe among them."""
ONLY_ONE = ("from", "subject")
"""Signed once more as absent: nobody may add a second."""
GAPS = re.compile(rb"[ \t]+")
ENDS = re.compile(rb"[ \t]+\r\n")
FOLDS = re.compile(rb"\r\n(?=[ \t])")


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for a domain with the key that its DNS shows under a selector."""

    domain: str
    selector: str
    secret: str = field(repr=False)
    """The private key, as `make` gave it."""

    def sign(self, mail: bytes, at: int) -> bytes:
        """Return a mail with its signature in front; `at` in seconds since 1970."""
        head, _, body = mail.partition(b"\r\n\r\n")
        lines = FOLDS.sub(b"", head).split(b"\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(b":") for line in lines)}
        present = [name for name in SIGNED if name.encode() in headers]
        names = ":".join([*present, *(name for name in ONLY_ONE if name in present)])
        digest = b64encode(sha256(_relaxed_body(body)).digest()).decode()
        unsigned = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector}; t={at};\r\n"
            f" h={names};\r\n bh={digest};\r\n b="
        )
        told = b"".join(_relaxed(name.encode(), headers[name.encode()]) + b"\r\n" for name in present)
        told += _relaxed(b"dkim-signature", FOLDS.sub(b"", unsigned.encode()))
        signature = b64encode(_key(self.secret).sign(told, PKCS1v15(), SHA256())).decode()
        folded = "\r\n ".join(signature[start : start + 72] for start in range(0, len(signature), 72))
        return f"DKIM-Signature: {unsigned}{folded}\r\n".encode() + mail


def make() -> str:
    """Return a new private key."""
    made = generate_private_key(65537, BITS)
    return b64encode(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def new_selector() -> str:
    """Return a name for a key that no other key of the domain has."""
    return f"doorstep{token_hex(3)}"


def record(secret: str) -> str:
    """Return what DNS must show so that a key's signatures can be verified."""
    public = _key(secret).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={b64encode(public).decode()}"


def public_key(shown: str) -> str | None:
    """Return the key in a TXT record; "" where it was revoked, None where there is none."""
    tags = tags_of(shown)
    return None if "p" not in tags or tags.get("v", "DKIM1") != "DKIM1" else re.sub(r"\s", "", tags["p"])


def is_strong(public: str) -> bool | None:
    """Tell whether a public key is one that whoever verifies accepts; None where it cannot be read."""
    try:
        key = load_der_public_key(b64decode(public, validate=True))
    except ValueError:
        return None
    return key.key_size >= LEAST_BITS if isinstance(key, RSAPublicKey) else None


def tags_of(shown: str) -> dict[str, str]:
    """Read "v=DKIM1; k=rsa; p=…": the form of DKIM's and DMARC's records."""
    parts = (part.partition("=") for part in shown.split(";"))
    return {name.strip(): value.strip() for name, equals, value in parts if equals}


@lru_cache(maxsize=256)
def _key(secret: str) -> RSAPrivateKey:
    key = load_der_private_key(b64decode(secret), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _relaxed(name: bytes, value: bytes) -> bytes:
    return name + b":" + GAPS.sub(b" ", value).strip(b" \t")


def _relaxed_body(body: bytes) -> bytes:
    """Return a body as both sides hash it: without spaces at line ends, nor empty lines at its own."""
    plain = ENDS.sub(b"\r\n", GAPS.sub(b" ", body)).rstrip(b"\r\n")
    return plain + b"\r\n" if plain else b""
