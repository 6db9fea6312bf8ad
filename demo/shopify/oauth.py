"""Ridge & Pine's token office: exchange, refresh with rotation, and the code grant's two steps."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from urllib.parse import urlencode, urlsplit

import jwt

from app.lib import clock
from app.lib.config import settings
from app.platforms.shopify import oauth
from demo.shopify.wire import HOST
from demo.stores import Json, Shelf

SCOPES = oauth.SCOPES
"""This merchant lets the app do everything that it asks for."""
ACCESS_FOR = 3600
REFRESH_FOR = 90 * 86_400
LEEWAY = 10
"""Seconds that a session token may be off."""
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


class Denied(Exception):
    """The office says no; `code` is OAuth's word for it."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def grant(shelf: Shelf, asked: Json) -> Json:
    """Answer POST /admin/oauth/access_token; raises Denied."""
    app = (settings().shopify_client_id, settings().shopify_secrets)
    if asked.get("client_id") != app[0] or asked.get("client_secret") not in app[1]:
        raise Denied("application_cannot_be_found", "The application could not be found")
    kind = asked.get("grant_type")
    if kind == EXCHANGE:
        _check_session_token(str(asked.get("subject_token")))
        return issue(shelf, expiring=str(asked.get("expiring", "")) == "1")
    if kind == "refresh_token":
        return _refresh(shelf, str(asked.get("refresh_token")))
    return _redeem(shelf, asked)


def issue(shelf: Shelf, *, expiring: bool = True, before: str | None = None) -> Json:
    """Return a new access token, and how to renew it; `before` is the refresh token that it replaces."""
    access = f"shpat_{secrets.token_hex(16)}"
    now = clock.now().timestamp()
    shelf.put("access", access, {"until": now + ACCESS_FOR if expiring else None})
    if not expiring:
        return {"access_token": access, "scope": SCOPES}
    refresh = f"shprt_{secrets.token_hex(16)}"
    shelf.put("refresh", refresh, {"until": now + REFRESH_FOR, "before": before})
    return {
        "access_token": access,
        "scope": SCOPES,
        "expires_in": ACCESS_FOR,
        "refresh_token": refresh,
        "refresh_token_expires_in": REFRESH_FOR,
    }


def is_valid(shelf: Shelf, token: str) -> bool:
    """Tell whether an access token opens the store."""
    found = shelf.get("access", token)
    return found is not None and (found["until"] is None or found["until"] > clock.now().timestamp())


def back_to_app(shelf: Shelf, redirect_uri: str, state: str) -> str:
    """Return where the merchant's browser goes after they said yes."""
    code = secrets.token_hex(16)
    shelf.put("code", code, {})
    query = {
        "code": code,
        "host": b64encode(f"admin.shopify.com/store/{HOST.partition('.')[0]}".encode()).decode().rstrip("="),
        "shop": HOST,
        "state": state,
        "timestamp": str(int(clock.now().timestamp())),
    }
    message = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    signed = hmac.new(settings().shopify_client_secret.encode(), message.encode(), hashlib.sha256)
    return f"{redirect_uri}?{urlencode({**query, 'hmac': signed.hexdigest()})}"


def session_token(user: int = 1) -> str:
    """Return what App Bridge would hand to the app: a session token of this store, good for a minute."""
    now = int(clock.now().timestamp())
    claims = {
        "iss": f"https://{HOST}/admin",
        "dest": f"https://{HOST}",
        "aud": settings().shopify_client_id,
        "sub": str(user),
        "exp": now + 60,
        "nbf": now,
        "iat": now,
        "jti": secrets.token_hex(8),
        "sid": secrets.token_hex(16),
    }
    return jwt.encode(claims, settings().shopify_client_secret, algorithm="HS256")


def _check_session_token(token: str) -> None:
    try:
        claims = jwt.decode(
            token,
            settings().shopify_client_secret,
            algorithms=["HS256"],
            audience=settings().shopify_client_id,
            leeway=LEEWAY,
        )
    except jwt.InvalidTokenError as error:
        raise Denied("invalid_subject_token", "The subject token is invalid") from error
    if urlsplit(claims.get("dest", "")).hostname != HOST:
        raise Denied("invalid_subject_token", "The subject token is of another shop")


def _refresh(shelf: Shelf, token: str) -> Json:
    """Renew: the token before this one dies now, this one lives until its own replacement is used."""
    found = shelf.get("refresh", token)
    if found is None or found["until"] < clock.now().timestamp():
        raise Denied("invalid_grant", "The refresh token is invalid or has expired")
    if found["before"]:
        shelf.drop("refresh", found["before"])
    return issue(shelf, before=token)


def _redeem(shelf: Shelf, asked: Json) -> Json:
    code = str(asked.get("code"))
    if shelf.get("code", code) is None:
        raise Denied("invalid_request", "The authorization code was not found or was already used")
    shelf.drop("code", code)
    return issue(shelf, expiring=str(asked.get("expiring", "")) == "1")
