"""A pass for a carrier's API: OAuth client credentials, through Authlib and out of our own door."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client.oauth2_session import OAuth2ClientAuth
from authlib.oauth2.client import OAuth2Client

from app.carriers.base import TOKEN, KeyRefused, Keys, NoAnswer, NotData, Pass, SourceError
from app.carriers.calls import check
from app.lib.http import Outside, Unreachable
from app.lib.words import merchant_sentence

REFUSED = ("invalid_client", "unauthorized_client", "access_denied")
SHORTEST = timedelta(minutes=1)
USUAL = timedelta(minutes=30)
"""How long a pass is taken to last where its carrier does not say."""
LONGEST = timedelta(hours=24)


class _Client(OAuth2Client):  # type: ignore[misc]  # Authlib has no types
    client_auth_class = OAuth2ClientAuth
    SESSION_REQUEST_PARAMS = ("allow_redirects",)
    oauth_error_class = OAuthError


def get(outside: Outside, url: str, keys: Keys, *, method: str, **asked: str) -> Pass:
    """Return a pass for the merchant's `client_id` and `client_secret`; raises SourceError, KeyRefused."""
    client = _Client(
        outside,
        client_id=keys["client_id"],
        client_secret=keys["client_secret"],
        token_endpoint_auth_method=method,
        **asked,
    )
    client.register_compliance_hook("access_token_response", check)
    try:
        answer = client.fetch_token(url, grant_type="client_credentials", allow_redirects=False)
    except Unreachable as error:
        raise NoAnswer(str(error), permanent=error.permanent) from error
    except OAuthError as error:
        if error.error in REFUSED:
            raise KeyRefused(
                merchant_sentence("it refuses the keys (%(status)s)", status=error.error)
            ) from error
        raise SourceError(f"it gives no pass: {error.error}"[:100]) from error
    except (ValueError, TypeError) as error:
        raise NotData("it answers with a page instead of a pass") from error
    return _read(answer)


def bearer(keys: Keys) -> dict[str, str]:
    """Return the header that shows a pass."""
    return {"Authorization": f"Bearer {keys[TOKEN]}"}


def _read(answer: Mapping[str, Any]) -> Pass:
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        if answer.get("response") or answer.get("errors"):  # saying no in a form of their own
            raise KeyRefused(merchant_sentence("it refuses the keys"))
        raise NotData("it answers no pass")
    return Pass(token=token, lasts=_lasting(answer.get("expires_in")))


def _lasting(seconds: object) -> timedelta:
    written = str(seconds) if isinstance(seconds, int | str) and not isinstance(seconds, bool) else ""
    told = timedelta(seconds=int(written)) if re.fullmatch("[0-9]{1,8}", written) else USUAL
    return min(max(told, SHORTEST), LONGEST)
