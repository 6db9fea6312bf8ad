"""How WhatsApp writes telephone numbers: where countries have changed theirs, it keeps the old ones; pure."""

import re

OLD_AND_NEW = (
    (re.compile(r"\+521(\d{10})"), "+52{}"),
    (re.compile(r"\+55([1-9]\d)([6-9]\d{7})"), "+55{}9{}"),
    (re.compile(r"\+549([1-8]\d{9})"), "+54{}"),
)
"""Mexico dropped a 1, Brazil put a 9 before mobile numbers, Argentina writes one for calls from abroad."""
NEW_AND_OLD = (
    (re.compile(r"\+52(\d{10})"), "+521{}"),
    (re.compile(r"\+55([1-9]\d)9([6-9]\d{7})"), "+55{}{}"),
    (re.compile(r"\+54([1-8]\d{9})"), "+549{}"),
)


def number_of(wa_id: str) -> str:
    """Return a WhatsApp id, which is a number without its plus, as E.164."""
    return f"+{wa_id.removeprefix('+')}"


def spellings(number: str) -> tuple[str, ...]:
    """Return every way in which the owner of a number may have written it, today's first."""
    newer, older = (
        [form.format(*found.groups()) for pattern, form in forms if (found := pattern.fullmatch(number))]
        for forms in (OLD_AND_NEW, NEW_AND_OLD)
    )
    return (*newer, number, *older)
