"""An OpenID provider as the network shows it: discovery, keys, a token for a code (RFC 6749, 7636, OIDC)."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from app.lib import clock
from tests.unit.shopify.store import respond

HOST = "id.example"
ISSUER = f"https://{HOST}/realms/ridge"
CLIENT_ID, CLIENT_SECRET = "doorstep", "a-secret-of-both"
KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})

Said = tuple[int, dict[str, Any]]


@dataclass
class Provider(BaseAdapter):
    """Lets in whoever `email` says, and can be told to lie."""

    email: str = "ana@agency.example"
    claims: dict[str, Any] = field(default_factory=dict)
    """What its ID tokens say otherwise; None: nothing of it."""
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    key: Any = field(default_factory=lambda: KEY)
    told: dict[str, Any] = field(default_factory=dict)
    """What its discovery document says otherwise."""
    is_down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each code was given out for; used up by its first use."""

    def authorize(self, url: str) -> str:
        """Return where a browser is sent back to that came to the authorization endpoint and signed in."""
        there = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(there.query).items()}
        assert f"{there.scheme}://{there.netloc}{there.path}" == f"{ISSUER}/auth"
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        assert set(asked["scope"].split()) == {"openid", "email"}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': ISSUER})}"

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        if self.is_down:
            raise requests.ConnectionError
        there = urlsplit(str(request.url)).path.removeprefix("/realms/ridge")
        answers: dict[tuple[str, str], Callable[[], Said]] = {
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/keys"): self._keys,
            ("POST", "/token"): lambda: self._token(request),
        }
        status, body = answers[str(request.method), there]()
        return respond(request, status, json.dumps(body).encode(), {})

    def close(self) -> None:
        pass

    def _discovery(self) -> tuple[int, dict[str, Any]]:
        return 200, {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.told,
        }

    def _keys(self) -> tuple[int, dict[str, Any]]:
        return 200, {"keys": [KEY.as_dict(private=False)]}

    def _token(self, request: PreparedRequest) -> tuple[int, dict[str, Any]]:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {basic}":
            return 401, {"error": "invalid_client"}
        raw = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        form = dict(parse_qsl(raw))
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (challenge, form.get("redirect_uri")) != (
            asked["code_challenge"],
            asked["redirect_uri"],
        ):
            return 400, {"error": "invalid_grant"}
        token = {"access_token": secrets.token_urlsafe(8), "token_type": "Bearer", "expires_in": 300}
        return 200, token | {"id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(clock.now().timestamp())
        says = {
            "iss": ISSUER,
            "sub": "f:1:ana",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "email": self.email,
            "email_verified": True,
            **self.claims,
        }
        written = {name: value for name, value in says.items() if value is not None}
        return str(jwt.encode(self.header, written, self.key, algorithms=[self.header["alg"]]))
