"""What the two editors have in common."""

from flask import Response, after_this_request, request


def stays_at(there: str) -> None:
    """Have a script that puts the answer to a form into the page say where that page is."""
    if request.method != "POST":
        return

    @after_this_request
    def tell(response: Response) -> Response:
        response.headers["HX-Replace-Url"] = there
        return response
