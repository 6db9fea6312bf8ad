"""Which role is needed for what: everybody may look at every page, and editors change what is not listed."""

from app.shops.team import Role

SUPPORT = frozenset(
    (
        *("exceptions.put_off", "exceptions.resolve", "exceptions.bring_back", "notes.write", "notes.remove"),
        *("case.answer", "case.decide", "case.close", "carriage.choose", "carriage.undo"),
        *("customer.withdraw", "customer.copy", "privacy.copy", "privacy.certificate"),
        *("overrides.declare", "overrides.take_back", "overrides.ask", "again.send"),
        *("customer.receipts", "shipments_file.download", "overview.look"),
    )
)
"""What somebody does who answers shoppers, and what leaves the house as a file."""
OWNER = frozenset(
    ("team.index", "team.invite", "team.change", "team.let_go", "disconnect.leave", "customer.erase")
)
"""What cannot be undone, and who may come in."""


def needed(endpoint: str, method: str) -> Role:
    """Return the role that a page or a button needs."""
    name = endpoint.removeprefix("admin.")
    if name in OWNER:
        return Role.OWNER
    if name in SUPPORT:
        return Role.SUPPORT
    return Role.READER if method in ("GET", "HEAD", "OPTIONS") else Role.EDITOR
