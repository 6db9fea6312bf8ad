"""A WSGI application as a host of the outside world, for app.lib.http.play."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from werkzeug.test import Client


class Wsgi(BaseAdapter):
    """Sends requests to an application in this process."""

    def __init__(self, application: WSGIApplication) -> None:
        super().__init__()
        self.client = Client(application)

    def send(  # noqa: PLR0917
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - requests' own
        timeout: Any = None,  # noqa: ARG002
        verify: Any = True,  # noqa: ARG002, FBT002
        cert: Any = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        url = urlsplit(str(request.url))
        answer = self.client.open(
            f"{url.path}?{url.query}",
            base_url=f"{url.scheme}://{url.netloc}",
            method=str(request.method),
            headers=dict(request.headers),
            data=request.body,
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response.raw = HTTPResponse(
            body=BytesIO(answer.data), preload_content=False, status=answer.status_code
        )
        response.request, response.url = request, str(request.url)
        return response

    def close(self) -> None:
        """Have nothing to close."""
