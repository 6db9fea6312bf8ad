"""E-mail addresses of the plainest kind, which nearly all are: told apart without a parser."""

import re

LONGEST, LONGEST_NAME = 254, 64
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(rf"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:{_LABEL}\.)+[a-z]{{2,63}}")


def is_plain(address: str) -> bool:
    """Tell whether an address is surely well formed, and already as it should be written.

    Lower case ASCII without quotes, comments or internationalized names; an address that is not plain may
    be right all the same.
    """
    return (
        _PLAIN.fullmatch(address) is not None
        and len(address) <= LONGEST
        and address.find("@") <= LONGEST_NAME
        and "--" not in address
    )
