"""What the demo's web process serves: the app, the mail viewer, and the fakes of the outside world."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from app.lib.config import settings
from app.main import web as product
from demo import fakes
from demo.viewer import viewer


def web(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request of the demo."""
    host = environ.get("HTTP_HOST", "").partition(":")[0]
    path = environ.get("PATH_INFO", "")
    if host in settings().stand_ins or path.startswith("/pictures/"):
        return fakes.application(environ, start_response)
    if path in ("/mail", "/mail.json") or path.startswith("/mail/"):
        return viewer(environ, start_response)
    return product(environ, start_response)
