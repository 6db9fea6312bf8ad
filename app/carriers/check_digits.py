"""The check digits of tracking numbers, by the names that tracking_number_data gives them."""

from collections.abc import Callable, Mapping
from typing import Any

Rule = Mapping[str, Any]
"""The parameters of a check as the data have them."""


def holds(rule: Rule, serial: str, check: str) -> bool:
    """Tell whether a serial number's check digit is what its rule makes of it."""
    return CHECKS[rule["name"]](serial, rule) == _value(check)


def _mod10(serial: str, rule: Rule) -> int:
    digits = [_digit(c) for c in (reversed(serial) if rule.get("reverse") else serial)]
    weights = (rule.get("evens_multiplier", 1), rule.get("odds_multiplier", 1))
    return int(-sum(digit * weights[i % 2] for i, digit in enumerate(digits)) % 10)


def _mod7(serial: str, _: Rule) -> int:
    return int(serial) % 7


def _weighted(serial: str, rule: Rule) -> int:
    total = sum(int(digit) * weight for digit, weight in zip(serial, rule["weightings"], strict=True))
    return int(total % rule["modulo1"] % rule["modulo2"])


def _s10(serial: str, rule: Rule) -> int:
    total = sum(int(digit) * weight for digit, weight in zip(serial, rule["weightings"], strict=True))
    check = rule["modulo"] - total % rule["modulo"]
    return {10: 0, 11: 5}.get(check, int(check))


def _luhn(serial: str, _: Rule) -> int:
    doubled = [int(digit) * (2 - i % 2) for i, digit in enumerate(reversed(serial))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def _mod37_36(serial: str, rule: Rule) -> int:
    modulo = rule["modulo"]
    carry = modulo
    for character in serial:
        carry = (carry + _value(character)) % modulo or modulo
        carry = carry * 2 % (modulo + 1)
    return int((modulo + 1 - carry) % modulo)


CHECKS: dict[str, Callable[[str, Rule], int]] = {
    "mod10": _mod10,
    "mod7": _mod7,
    "sum_product_with_weightings_and_modulo": _weighted,
    "s10": _s10,
    "luhn": _luhn,
    "mod_37_36": _mod37_36,
}


def _digit(character: str) -> int:
    """Return the value of a digit, or the one that UPS and its like give a letter: A is 2, B is 3."""
    return int(character) if character.isdigit() else (ord(character) - 3) % 10


def _value(character: str) -> int:
    """Return a digit's or letter's place in 0-9A-Z."""
    return int(character, 36)
