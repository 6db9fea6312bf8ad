"""What every answer says of itself, whatever it is, and which ways to ask there are not."""

import pytest
from flask import Flask

from tests.journeys.doors import walking

IN_A_THEME = "/proxy/"
"""Shown below the shop's own address, by Shopify: of that we say nothing."""


@pytest.mark.usefixtures("mine")
def test_every_answer_is_guarded(app: Flask) -> None:
    for route in walking.of_nobody(app):
        answer = walking.browser(app)(route.method, route.anywhere(app, filename="admin/admin.css"), {})
        answer.close()
        assert "Access-Control-Allow-Origin" not in answer.headers
        if not route.rule.rule.startswith(IN_A_THEME):
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", route
            assert answer.headers["X-Content-Type-Options"] == "nosniff", route
            is_script = answer.mimetype == "text/javascript"
            assert is_script or "frame-ancestors" in answer.headers["Content-Security-Policy"], route


def test_no_answer_repeats_what_it_was_asked(app: Flask) -> None:
    for path in ("/admin", "/track", "/healthz"):
        assert walking.browser(app)("TRACE", path, {}).status_code == 405


def test_where_we_are_not_reached_by_https_nobody_is_kept_from_coming(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.lib.config import settings
    from app.storefront import look

    monkeypatch.setattr(
        look, "settings", lambda: settings().model_copy(update={"url": "http://127.0.0.1:8000"})
    )
    assert "Strict-Transport-Security" not in walking.browser(app)("GET", "/healthz", {}).headers
