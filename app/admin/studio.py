"""What the two editors have in common."""

import hashlib
import json

from flask import Response, after_this_request, request

BOTH = "both"
"""Said where somebody wrote what another had written in the meantime."""


def mark(part: object) -> str:
    """Return what names a part of a draft as it is: a form carries it as `was`, of what it was made."""
    written = json.dumps(part, sort_keys=True, default=str)
    return hashlib.blake2b(written.encode(), digest_size=8).hexdigest()


def is_overtaken(before: object, after: object) -> bool:
    """Tell whether a part is another than its form was made of, and would be changed once more."""
    was = request.form.get("was")
    return was is not None and was != mark(before) and mark(after) != mark(before)


def was(part: object) -> str:
    """Return what the next form of a part carries; what could not be kept is still made of what it was."""
    return request.form.get("was") or mark(part)


def what_was_said(*, overtaken: bool) -> str | None:
    """Return what a form's next page says: that two wrote, as long as somebody goes on typing there."""
    return BOTH if overtaken or request.form.get("said") == BOTH else None


def stays_at(there: str) -> None:
    """Have a script that puts the answer to a form into the page say where that page is."""
    if request.method != "POST":
        return

    @after_this_request
    def tell(response: Response) -> Response:
        response.headers["HX-Replace-Url"] = there
        return response
