"""What stands between a store and us: firewalls and caches, known by the traces they leave in answers."""

import re

import requests

from app.lib.words import merchant_sentence

FIREWALLS = (
    ("server", r"^cloudflare", "Cloudflare"),
    ("x-sucuri-id", r".", "Sucuri"),
    ("server", r"^sucuri", "Sucuri"),
    ("server", r"^ddos-guard", "DDoS-Guard"),
    ("server", r"^imunify360", "Imunify360"),
    ("sg-captcha", r".", "SiteGround’s anti-bot system"),
    ("x-wpe-request-id", r".", "WP Engine"),
    ("", r"wordfence", "Wordfence"),
    ("", r"imunify360", "Imunify360"),
    ("", r"sgcaptcha", "SiteGround’s anti-bot system"),
    ("", r"mod_?security", "ModSecurity"),
    ("", r"all[- ]in[- ]one (?:wp )?security", "All-In-One Security"),
    ("", r"solid ?security|ithemes security", "Solid Security"),
    ("", r"cf-browser-verification|challenge-platform|cdn-cgi", "Cloudflare"),
)
"""Header ("": the page itself), what stands in it, whose trace that is."""
CACHES = (
    ("cf-cache-status", r"^hit", "Cloudflare"),
    ("x-litespeed-cache", r"^hit", "LiteSpeed Cache"),
    ("x-kinsta-cache", r"^hit", "Kinsta’s cache"),
    ("x-proxy-cache", r"^hit", merchant_sentence("your host’s cache")),
    ("x-cache", r"hit", merchant_sentence("a page cache")),
    ("x-cache-status", r"^hit", merchant_sentence("a page cache")),
    ("wp-super-cache", r"served", "WP Super Cache"),
    ("x-wp-super-cache", r"served", "WP Super Cache"),
    ("x-rocket-nginx-serving-static", r"^(?:yes|hit)", "WP Rocket"),
    ("age", r"^[1-9]", merchant_sentence("a page cache")),
)
LOOKED_THROUGH = 20_000
"""Bytes of a page; those who stand in the way say so at its beginning."""


def firewall(response: requests.Response) -> str | None:
    """Return who answered in the store's place; None where nothing shows it."""
    return _trace(response, FIREWALLS)


def cache(response: requests.Response) -> str | None:
    """Return who answered from memory; None where the store itself did."""
    return _trace(response, CACHES)


def is_page(response: requests.Response) -> bool:
    """Tell whether a page came where data was due."""
    kind = response.headers.get("Content-Type", "")
    return "html" in kind.lower() or response.content.lstrip()[:1] == b"<"


def _trace(response: requests.Response, known: tuple[tuple[str, str, str], ...]) -> str | None:
    page = response.content[:LOOKED_THROUGH].decode("utf-8", "replace")
    for header, pattern, whose in known:
        if re.search(pattern, response.headers.get(header, "") if header else page, re.IGNORECASE):
            return whose
    return None
