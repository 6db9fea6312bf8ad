"""An app that listens to a store's webhooks on a real port."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Thread
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response


@dataclass(frozen=True)
class Heard:
    """One request that arrived."""

    headers: dict[str, str]
    body: bytes


class Receiver:
    """Remembers what it was told, and answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.status = 200
        self._server = make_server("127.0.0.1", 0, self._take)
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.port}/hook"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        self.heard.append(Heard(dict(request.headers), request.get_data()))
        return Response(status=self.status)(environ, start_response)
