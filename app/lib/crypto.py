"""Secrets at rest: encrypted with a key from the environment, which may be rotated."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.lib.config import settings


def seal(secret: str) -> bytes:
    """Encrypt a secret with the newest master key."""
    return _fernet(settings().keys).encrypt(secret.encode())


def unseal(sealed: bytes) -> str:
    """Decrypt a secret sealed with any master key still listed; raises InvalidToken for any other."""
    return _fernet(settings().keys).decrypt(sealed).decode()


def opened(sealed: bytes | None) -> str | None:
    """Decrypt a secret; None where there is none, or its master key is no longer listed."""
    try:
        return unseal(sealed) if sealed else None
    except InvalidToken:
        return None


def fingerprint(value: str) -> bytes:
    """Return a keyed hash of an address, for looking it up without keeping it.

    Keyed with the *last* master key listed, so append new keys in front and never drop the last while
    suppressions must hold.
    """
    return hashlib.blake2b(
        value.strip().lower().encode(), key=_derive(settings().keys[-1]), digest_size=16
    ).digest()


def seal_of(text: str) -> bytes:
    """Return a keyed hash of a text, which shows later whether it was changed.

    Keyed with the *last* master key listed, like `fingerprint`.
    """
    return hashlib.blake2b(text.encode(), key=_derive(settings().keys[-1]), digest_size=32).digest()


def _derive(master: str) -> bytes:
    return hashlib.blake2b(master.encode(), person=b"doorstep.seal", digest_size=32).digest()


@cache
def _fernet(masters: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(master))) for master in masters])
