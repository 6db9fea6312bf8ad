"""A statement with a seal: whoever holds one can have us say later whether it is ours, word for word."""

import json
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from app.lib import crypto


def sealed(statement: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement with its seal."""
    return {**statement, "seal": crypto.seal_of(_written(statement)).hex()}


def is_genuine(certificate: Mapping[str, Any]) -> bool:
    """Tell whether we made a certificate, and nobody changed it since."""
    statement = {name: value for name, value in certificate.items() if name != "seal"}
    return compare_digest(str(certificate.get("seal", "")), crypto.seal_of(_written(statement)).hex())


def _written(statement: Mapping[str, Any]) -> str:
    return json.dumps(statement, sort_keys=True, ensure_ascii=False)
