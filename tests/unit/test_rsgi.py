import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from wsgiref.validate import validator

import pytest

from app.lib import rsgi
from app.lib.rsgi import Pages, Unread, Upload
from tests.door import Request, Sent, ask


def test_a_page_is_told_what_the_wsgi_standard_asks_for() -> None:
    seen: dict[str, Any] = {}

    def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("201 Created", [("Content-Type", "text/plain")])
        return [environ["wsgi.input"].read(5), b"!"]

    request = request_for("/t/é b", query_string="x=%C3%A9", body=b"hello", client="[::1]:50000")
    request.headers.pairs += [("host", "a.example"), ("cookie", "a=1"), ("cookie", "b=2")]
    status, headers, body = ask(Pages(validator(page)), request)
    assert (status, headers, body) == (201, [("Content-Type", "text/plain")], b"hello!")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/t/é b"
    assert (seen["QUERY_STRING"], seen["REMOTE_ADDR"]) == ("x=%C3%A9", "::1")
    assert (seen["HTTP_COOKIE"], seen["HTTP_HOST"]) == ("a=1; b=2", "a.example")
    assert (seen["CONTENT_LENGTH"], seen["SERVER_PORT"]) == ("5", "80")


def test_no_visitor_passes_for_a_proxy_by_writing_its_header_with_underscores() -> None:
    seen: dict[str, Any] = {}

    def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("200 OK", [])
        return []

    request = request_for("/")
    request.headers.pairs += [("x-forwarded-for", "192.0.2.1"), ("x_forwarded_for", "192.0.2.99")]
    ask(Pages(page), request)
    assert seen["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"


def test_a_page_that_breaks_is_closed_all_the_same() -> None:
    closed = []

    class Parts:
        def __iter__(self) -> Any:
            yield b"half"
            raise ZeroDivisionError

        def close(self) -> None:
            closed.append(True)

    def page(_: dict[str, Any], start_response: Any) -> Parts:
        start_response("200 OK", [])
        return Parts()

    with pytest.raises(ZeroDivisionError):
        ask(Pages(page), request_for("/"))
    assert closed == [True]


@pytest.mark.parametrize("takes", [None, 2], ids=["to its end", "hung up"])
def test_an_answer_is_handed_out_as_it_is_made_while_somebody_takes_it(takes: int | None) -> None:
    made, closed = list[bytes](), list[bool]()

    class Parts:
        def __iter__(self) -> Any:
            for part in (b"a", b"", b"b", b"c", b"d"):
                made.append(part)
                yield part

        def close(self) -> None:
            closed.append(True)

    def page(_: dict[str, Any], start_response: Any) -> Parts:
        start_response("200 OK", [("X-Accel-Buffering", "no")])
        return Parts()

    request = request_for("/")
    request.takes = takes
    _, _, body = ask(Pages(page), request)
    assert (body, closed) == (b"abcd" if takes is None else b"ab", [True])
    assert made[-1] == (b"d" if takes is None else b"c"), "nobody makes what nobody takes"


def test_whoever_takes_nothing_any_more_holds_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stalled(Request):
        async def send_bytes(self, _: bytes, /) -> None:
            await asyncio.Event().wait()

    def page(_: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Accel-Buffering", "no")])
        return [b"a"]

    monkeypatch.setattr(rsgi, "STALLS_AT_MOST", 0.05)
    request = Stalled(method="GET", path="/", query_string="", headers=Sent(), body=b"")
    assert ask(Pages(page), request)[2] == b""


@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "in chunks"])
def test_a_body_that_is_too_large_is_refused(*, is_announced: bool) -> None:
    request = request_for("/", body=b"x" * 3000, is_announced=is_announced)
    with pytest.raises(Unread, match="too large"):
        asyncio.run(rsgi.read(request, request, 2999))
    assert asyncio.run(rsgi.read(request, request, 3000)) == b"x" * 3000


@pytest.mark.parametrize("is_announced", [True, False], ids=["announced", "in chunks"])
def test_a_page_that_takes_files_takes_longer_ones_and_says_how_long(*, is_announced: bool) -> None:
    def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [str(len(environ["wsgi.input"].read())).encode()]

    pages = Pages(page, Upload(re.compile("/lists"), limit=rsgi.BODY_LIMIT + 10, why="Too long."))
    many = rsgi.BODY_LIMIT + 10
    request = request_for("/lists", body=b"x" * many, is_announced=is_announced)
    assert ask(pages, request)[2] == str(many).encode()
    request = request_for("/lists", body=b"x" * (many + 1), is_announced=is_announced)
    status, _, body = ask(pages, request)
    assert (status, body) == (413, b"Too long.")
    assert ask(pages, request_for("/other", body=b"x" * many, is_announced=is_announced))[0] == 413


def test_a_file_that_drips_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsgi, "UPLOAD_WITHIN", 0.1)
    pages = Pages(lambda *_: [], Upload(re.compile("/lists"), limit=10**6, why="Too long."))
    request = Dripping(method="POST", path="/lists", query_string="", headers=Sent(), body=b"")
    assert ask(pages, request)[0] == 408


def test_whoever_drips_is_answered_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rsgi, "READ_WITHIN", 0.1)
    request = Dripping(method="POST", path="/", query_string="", headers=Sent(), body=b"")
    assert ask(Pages(lambda *_: []), request)[0] == 408


class Dripping(Request):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.01)


def request_for(path: str, *, body: bytes = b"", is_announced: bool = True, **parts: str) -> Request:
    length = [("content-length", str(len(body)))] if is_announced else []
    return Request(
        method="POST",
        path=path,
        query_string=parts.pop("query_string", ""),
        headers=Sent(length),
        body=body,
        **parts,  # type: ignore[arg-type] # only strings are given
    )
