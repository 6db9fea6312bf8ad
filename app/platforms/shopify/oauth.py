"""How a store lets us in: tokens for the Admin API, given, exchanged and refreshed."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
from authlib.oauth2.client import OAuth2Client

from app.lib import clock
from app.lib.config import settings
from app.lib.http import Outside, Unreachable
from app.lib.words import merchant_sentence
from app.platforms.shopify.domain import shop_domain
from app.platforms.shopify.graphql import TokenDead

SCOPES = (
    "read_orders,write_orders,read_fulfillments,write_fulfillments,read_customers,write_customers,"
    "read_customer_merge,read_products,write_products,read_inventory,read_locations,write_discounts,"
    "write_app_proxy"
)
"""What shopify.app.toml asks for, which is what Shopify grants where it manages the install."""
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name, no secret
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a name, too
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
CALLBACK_MAX_AGE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a store gave us: a token that lives for an hour, and what renews it for 90 days."""

    access: str
    scopes: str
    """Space-separated."""
    expires_at: datetime | None
    refresh: str | None
    refresh_expires_at: datetime | None


class _Client(OAuth2Client):  # type: ignore[misc]  # Authlib has no types
    client_auth_class = OAuth2ClientAuth
    SESSION_REQUEST_PARAMS = ("allow_redirects",)
    oauth_error_class = OAuthError


def exchange(domain: str, id_token: str) -> Grant:
    """Exchange a verified ID token of the store for a token of ours; raises Unreachable, TokenDead."""
    return _fetch(
        domain,
        grant_type=TOKEN_EXCHANGE,
        subject_token=id_token,
        subject_token_type=ID_TOKEN,
        requested_token_type=OFFLINE,
        expiring="1",
    )


def redeem(domain: str, code: str) -> Grant:
    """Redeem the code of an authorization callback; raises Unreachable, TokenDead."""
    return _fetch(domain, grant_type="authorization_code", code=code, expiring="1")


def refresh(domain: str, refresh_token: str) -> Grant:
    """Renew a token; the new refresh token takes the place of the old. Raises Unreachable, TokenDead."""
    return _fetch(domain, grant_type="refresh_token", refresh_token=refresh_token)


def permission_url(domain: str, state: str, redirect_uri: str, scopes: str) -> str:
    """Return where the merchant lets us in, where Shopify has not asked them before."""
    client = _client(redirect_uri=redirect_uri, scope=scopes)
    url, _ = client.create_authorization_url(f"https://{domain}/admin/oauth/authorize", state=state)
    return str(url)


def is_genuine(query: Mapping[str, str]) -> bool:
    """Tell whether the query of a callback was signed by Shopify for us, less than 90 seconds ago."""
    signed = "&".join(f"{name}={query[name]}" for name in sorted(query) if name != "hmac")
    given = query.get("hmac", "")
    stamp = query.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdecimal() and given.isascii()):
        return False
    if abs(clock.now().timestamp() - int(stamp)) > CALLBACK_MAX_AGE.total_seconds():
        return False
    return any(
        hmac.compare_digest(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256).hex(), given)
        for secret in settings().shopify_secrets
    )


def _fetch(domain: str, **asked: str) -> Grant:
    if shop_domain(domain) != domain:
        raise Unreachable(merchant_sentence("%(domain)s is no store's name", domain=domain), permanent=True)
    url = f"https://{domain}/admin/oauth/access_token"
    try:
        answer = _client().fetch_token(url, allow_redirects=False, **asked)
    except OAuthError as error:
        if error.error == "invalid_grant":
            raise TokenDead from error
        raise Unreachable(
            merchant_sentence("the store refuses a token: %(why)s", why=error.error)[:100], permanent=True
        ) from error
    except requests.HTTPError as error:
        raise Unreachable(
            merchant_sentence("the store answers %(status)s for a token", status=error.response.status_code)
        ) from error
    except ValueError as error:
        raise Unreachable(merchant_sentence("the store answers no token")) from error
    return _read(answer)


def _client(**options: str) -> _Client:
    return _Client(
        Outside(),
        client_id=settings().shopify_client_id,
        client_secret=settings().shopify_client_secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name
        **options,
    )


def _read(answer: Mapping[str, Any]) -> Grant:
    access = answer.get("access_token")
    if not isinstance(access, str) or not access:
        raise Unreachable(merchant_sentence("the store answers no token"))
    refresh_token = answer.get("refresh_token")
    return Grant(
        access=access,
        scopes=str(answer.get("scope") or "").replace(",", " "),
        expires_at=_after(answer.get("expires_in")),
        refresh=str(refresh_token) if refresh_token else None,
        refresh_expires_at=_after(answer.get("refresh_token_expires_in")),
    )


def _after(seconds: object) -> datetime | None:
    return clock.now() + timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) else None
