"""E-mail addresses as stores hand them to us."""

from email_validator import EmailNotValidError, EmailSyntaxError, validate_email

from app.lib import addresses


def readable_email(raw: str) -> str | None:
    """Return an address in normal form; None for what no mail server could deliver.

    Special-use domains such as example.com are let through: a store sent the address, and it is the
    channel's to refuse. `site.invalid` is what WooCommerce leaves of an erased shopper.
    """
    if addresses.is_plain(raw) and not raw.endswith(".invalid"):
        return raw
    try:
        found = validate_email(
            raw, check_deliverability=False, test_environment=True, globally_deliverable=False
        )
    except (EmailNotValidError, EmailSyntaxError):
        return None
    return None if found.domain.endswith(".invalid") else found.normalized
