"""Sign-in with the operator's own OpenID provider: the code flow with state, nonce and PKCE, by Authlib.

The provider is asked for nothing but who somebody is; its tokens are read once and kept nowhere.
"""

import secrets
from dataclasses import dataclass
from typing import Any, cast

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from app.lib import clock
from app.lib.config import settings
from app.lib.http import Outside, Unreachable
from app.lib.words import merchant_sentence

SCOPE = "openid email"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""What an ID token may be signed with; never nothing, and never the secret that both sides know."""
LEEWAY = 60
"""Seconds that the provider's clock may be off."""


class Refused(Exception):
    """The provider does not vouch for who came back; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser was sent to the provider with, and must come back with."""

    state: str
    nonce: str
    verifier: str


class _Client(OAuth2Client):  # type: ignore[misc]  # Authlib has no types
    client_auth_class = OAuth2ClientAuth
    SESSION_REQUEST_PARAMS = ("allow_redirects",)
    oauth_error_class = OAuthError


def is_offered() -> bool:
    """Tell whether the operator named a provider."""
    return bool(settings().oidc_issuer and settings().oidc_client_id)


def begin(back_to: str) -> tuple[str, Asked]:
    """Return where to send a browser, and what it must come back with; raises Unreachable."""
    asked = Asked(*(secrets.token_urlsafe(32) for _ in range(3)))
    url, _ = _client(back_to).create_authorization_url(
        _provider()["authorization_endpoint"],
        state=asked.state,
        nonce=asked.nonce,
        code_verifier=asked.verifier,
    )
    return str(url), asked


def finish(back_to: str, code: str | None, asked: Asked) -> str:
    """Return the e-mail address, in small letters, that is vouched for; raises Refused, Unreachable."""
    if not code:
        raise Refused(merchant_sentence("Your provider did not let you in."))
    provider = _provider()
    try:
        token = _client(back_to).fetch_token(
            provider["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=asked.verifier,
            allow_redirects=False,
        )
        claims = _claims(provider, token, asked.nonce)
    except OAuthError as error:
        raise Refused(merchant_sentence("Your provider says: %(words)s", words=error.error)[:100]) from error
    except (JoseError, KeyError, ValueError) as error:
        raise Refused(merchant_sentence("What your provider said could not be believed.")) from error
    except requests.HTTPError as error:
        raise Unreachable(
            merchant_sentence("it answers %(status)s", status=error.response.status_code)
        ) from error
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise Refused(merchant_sentence("Your provider does not vouch for your e-mail address."))
    return email.strip().lower()


def _claims(provider: dict[str, Any], token: dict[str, Any], nonce: str) -> dict[str, Any]:
    """Return what an ID token says that was signed by the provider, for us, now, and for this very visit."""
    keys = KeySet.import_key_set(cast(KeySetSerialization, _fetched(provider["jwks_uri"])))
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    signed = jwt.decode(token["id_token"], key=keys, registry=registry)
    claims = CodeIDToken(
        signed.claims,
        signed.header,
        {
            "iss": {"essential": True, "value": provider["issuer"]},
            "aud": {"essential": True, "value": settings().oidc_client_id},
        },
        {"nonce": nonce, "client_id": settings().oidc_client_id, "access_token": token.get("access_token")},
    )
    claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY)
    return dict(claims)


def _provider() -> dict[str, Any]:
    """Return the provider's addresses as it tells them; raises Unreachable."""
    issuer = settings().oidc_issuer
    told = OpenIDProviderMetadata(_fetched(get_well_known_url(issuer, external=True)))
    if told.get("issuer") != issuer:
        raise Unreachable(
            merchant_sentence("it calls itself by another name than DOORSTEP_OIDC_ISSUER"), permanent=True
        )
    missing = [it for it in ("authorization_endpoint", "token_endpoint", "jwks_uri") if not told.get(it)]
    if missing:
        raise Unreachable(merchant_sentence("it names no %(name)s", name=missing[0]), permanent=True)
    return dict(told)


def _fetched(url: str) -> dict[str, Any]:
    answer = Outside().get(url, headers={"Accept": "application/json"}, allow_redirects=False)
    if answer.status_code != requests.codes.ok:
        raise Unreachable(merchant_sentence("it answers %(status)s", status=answer.status_code))
    try:
        found = answer.json()
    except ValueError as error:
        raise Unreachable(merchant_sentence("it answers something else than JSON")) from error
    if not isinstance(found, dict):
        raise Unreachable(merchant_sentence("it answers something else than JSON"))
    return found


def _client(back_to: str) -> _Client:
    return _Client(
        Outside(),
        client_id=settings().oidc_client_id,
        client_secret=settings().oidc_client_secret or None,
        redirect_uri=back_to,
        scope=SCOPE,
        code_challenge_method="S256",
    )
