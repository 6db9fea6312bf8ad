"""The ID token that Shopify puts into every request of the embedded admin: who is asking, in which store."""

from dataclasses import dataclass

from shopify import session_token

from app.lib.config import settings
from app.platforms.shopify.domain import shop_domain


class BadToken(Exception):
    """The token was not made by Shopify for this app, or is too old; App Bridge may fetch a fresh one."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A member of the store's staff, in their store."""

    domain: str
    user_id: str
    token: str
    """As it came, to be exchanged for a token of ours."""


def verify(token: str) -> Asker:
    """Return who made a request; raises BadToken.

    Signature (HS256), audience, expiry with 10 s of leeway and the equality of both hosts are checked by
    Shopify's own library; a rotated secret is good for as long as it is configured.
    """
    for secret in settings().shopify_secrets:
        try:
            claims = session_token.decode_from_header(f"Bearer {token}", settings().shopify_client_id, secret)
        except (session_token.SessionTokenError, ValueError, TypeError, AttributeError):
            continue
        domain = shop_domain(str(claims["dest"]).removeprefix("https://"))
        if domain and {"exp", "nbf"} <= claims.keys() and claims["dest"] == f"https://{domain}":
            return Asker(domain, str(claims["sub"]), token)
    raise BadToken
