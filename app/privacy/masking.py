"""What a store or a carrier told us, word for word but without the shopper: to be shown to whoever helps.

Only what is on the list is shown; a field that nobody has thought of is masked. Numbers and yes or no are
shown except where they say who or where somebody is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

MASK = "•••"
SHOWN = frozenset(
    (
        *(
            "id",
            "order_id",
            "fulfillment_id",
            "location_id",
            "line_item_id",
            "admin_graphql_api_id",
            "parent_id",
        ),
        *("product_id", "variant_id", "variation_id", "sku", "object", "type", "kind", "event", "event_type"),
        *("status", "state", "tag", "subtag", "detail_code", "code", "topic", "mode", "version", "via"),
        *(
            "fulfillment_status",
            "financial_status",
            "shipment_status",
            "status_code",
            "status_detail",
            "substatus",
        ),
        *(
            "tracking_number",
            "tracking_numbers",
            "tracking_code",
            "tracking_company",
            "carrier",
            "carrier_code",
        ),
        *("slug", "service", "service_code", "courier_code", "tracking_provider", "custom_tracking_provider"),
        *("currency", "currency_code", "presentment_currency", "country_code", "country", "province_code"),
        *(
            "state_code",
            "cancel_reason",
            "customer_locale",
            "created_via",
            "origin_country",
            "destination_country",
        ),
    )
)
"""Names of fields whose words are nobody's."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
TELLS_MORE = re.compile(
    r"phone|zip|postcode|postal|lat|lng|lon|ip$|ip_|number_of_house|tax|vat|birth", re.IGNORECASE
)
"""Fields whose very numbers say who or where somebody is."""
BORN = re.compile(r"birth|dob", re.IGNORECASE)
"""Fields whose moments do."""
WITHIN = frozenset(
    ("billing", "shipping", "billing_address", "shipping_address", "customer", "default_address")
)
"""Objects about a person: nothing of them is shown but that they are there."""


def masked(body: bytes) -> str:
    """Return a body as indented JSON without a word about its shopper; of other bytes only how many."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return f"{len(body):,} bytes that are no JSON"
    return json.dumps(mask(content), indent=2, ensure_ascii=False)


def mask(value: Any, name: str = "", *, of_person: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """Return any JSON with every word masked that is not on the list."""
    if isinstance(value, Mapping):
        return {
            str(key): mask(it, str(key), of_person=of_person or key in WITHIN) for key, it in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [mask(it, name, of_person=of_person) for it in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        is_moment = MOMENT.fullmatch(value) is not None and not BORN.search(name)
        is_known = not of_person and (name in SHOWN or is_moment)
        return value if is_known or not value else f"{MASK} ({len(value)})"
    return MASK if of_person or TELLS_MORE.search(name) else value
