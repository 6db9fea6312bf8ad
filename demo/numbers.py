"""Tracking numbers whose check digits hold, so that nobody can tell them from real ones by form."""

from random import Random

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def ups(chance: Random) -> str:
    """Return 1Z, 15 digits and their check digit."""
    serial = _digits(chance, 15)
    total = sum(int(c) * (2 if i % 2 else 1) for i, c in enumerate(serial))
    return f"1Z{serial}{-total % 10}"


def usps(chance: Random) -> str:
    """Return 22 digits of USPS Tracking, the last by mod 10."""
    serial = "940011" + _digits(chance, 15)
    total = sum(int(c) * (1 if i % 2 else 3) for i, c in enumerate(reversed(serial)))
    return f"{serial}{-total % 10}"


def fedex(chance: Random) -> str:
    """Return 12 digits of FedEx Express."""
    serial = str(chance.randrange(4, 9)) + _digits(chance, 10)
    total = sum(int(c) * weight for c, weight in zip(serial, (3, 1, 7) * 4, strict=False))
    return f"{serial}{total % 11 % 10}"


def dhl(chance: Random) -> str:
    """Return 10 digits of DHL Express, the last by mod 7."""
    serial = str(chance.randrange(1, 9)) + _digits(chance, 8)
    return f"{serial}{int(serial) % 7}"


def an_post(chance: Random) -> str:
    """Return a number of the Universal Postal Union's form S10, sent from Ireland."""
    serial = _digits(chance, 8)
    rest = 11 - sum(int(c) * weight for c, weight in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"CE{serial}{ {10: 0, 11: 5}.get(rest, rest) }IE"


def dpd(chance: Random) -> str:
    """Return DPD's 14 digits and their check character by ISO 7064 mod 37, 36."""
    serial = "0998" + _digits(chance, 10)
    rest = 36
    for c in serial:
        rest = (rest + int(c)) % 36 or 36
        rest = rest * 2 % 37
    return f"{serial}{ALPHABET[(37 - rest) % 36]}"


def _digits(chance: Random, count: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(count))
