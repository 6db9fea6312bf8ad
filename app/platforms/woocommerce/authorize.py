"""Meeting a store: whether it is one, what it is called, and whether these are its keys."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import requests
from requests import codes

from app.lib import reading
from app.lib.http import Outside, PrivateAddress, Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.platforms.woocommerce.api import KeysRefused, NoRoute, Refused, Store, json_of

APP_NAME = "Doorstep"
SCOPE = "read_write"
ROOT = "/wp-json/"
BACK_OFFICE = re.compile(r"/(wp-admin|wp-login\.php|wp-json|shop|cart|checkout|my-account)(/.*)?$")
"""What merchants copy out of their address bar along with the store's address."""
PLAIN = merchant_sentence("Your store uses plain permalinks, which switch its API off.")
NOT_PLAIN = merchant_sentence(
    "In WordPress, open Settings → Permalinks, choose any other structure, and save."
)
ODD_HOURS = {
    "5.5": "Asia/Kolkata",
    "5.75": "Asia/Kathmandu",
    "3.5": "Asia/Tehran",
    "4.5": "Asia/Kabul",
    "6.5": "Asia/Yangon",
    "9.5": "Australia/Darwin",
    "8.75": "Australia/Eucla",
    "-9.5": "Pacific/Marquesas",
    "-3.5": "America/St_Johns",
}
"""Zones for stores that have set an offset in place of a city, where it is no whole number of hours."""


class NoStore(Exception):
    """There is no store at this address that we could work with; the sentence tells the merchant why."""


class WrongKeys(Exception):
    """These keys do not let us do our work; the sentence tells the merchant why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A store as anybody sees it; `url` is the address that itself answered, never one that it claims."""

    url: str
    name: str
    timezone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What only the keys' holder may know of a store."""

    currency: str | None = None
    country: str | None = None
    locale: str | None = None


def find(typed: str, *, outside: Outside | None = None) -> Found:
    """Return the store at an address that a merchant typed; raises NoStore."""
    outside = outside or Outside()
    found, home = _ask(outside, _base(typed))
    if home and home != found.url and home.startswith("https://"):
        try:
            return _ask(outside, home)[0]
        except NoStore:
            return found
    return found


def ask_for_keys(store_url: str, *, state: str, back_to: str, hand_to: str) -> str:
    """Return the store's own page on which the merchant lets us in; `hand_to` gets the keys."""
    asked = {
        "app_name": APP_NAME,
        "scope": SCOPE,
        "user_id": state,
        "return_url": back_to,
        "callback_url": hand_to,
    }
    return f"{store_url}/wc-auth/v1/authorize?{urlencode(asked)}"


def verify(url: str, keys: str, *, outside: Outside | None = None) -> About:
    """Return what the store tells the holder of these keys, who may read and write; raises WrongKeys.

    Raises Unreachable where the store does not answer.
    """
    store = Store(url, keys, outside=outside)
    try:
        store.read("orders", per_page=1, _fields="id")
    except KeysRefused as error:
        raise WrongKeys(
            merchant_sentence("Your store does not know these keys, or they may not see orders.")
        ) from error
    try:  # a webhook without a topic is made by nobody, but only asked for by those who may write
        store.write("POST", "webhooks", {"topic": "none", "delivery_url": "https://doorstep.invalid/"})
    except KeysRefused as error:
        sentence = "These keys may read but not write. Doorstep needs Read/Write to be told of new orders."
        raise WrongKeys(sentence) from error
    except Refused:
        pass
    place = (_setting(store, "woocommerce_default_country") or "").partition(":")[0]
    return About(
        currency=_setting(store, "woocommerce_currency"), country=place or None, locale=_locale(store)
    )


def _ask(outside: Outside, base: str) -> tuple[Found, str | None]:
    """Return the store at this very address, and the address that it calls its home."""
    host = urlsplit(base).hostname
    try:
        response = outside.get(base + ROOT)
        plain = response.status_code == codes.not_found and has_plain_permalinks(outside, base)
    except PrivateAddress as error:
        raise NoStore(
            merchant_sentence("%(host)s is inside a private network, where we cannot reach it.", host=host)
        ) from error
    except Unreachable as error:
        raise NoStore(
            merchant_sentence(
                "%(host)s does not answer. Check the address, and that the store is online.", host=host
            )
        ) from error
    if plain:
        raise NoStore(
            merchant_sentence("%(plain)s %(not_plain)s Then try again.", plain=PLAIN, not_plain=NOT_PLAIN)
        )
    root = root_in(response)
    if root is None:
        raise NoStore(
            merchant_sentence(
                "%(host)s answers, but not as a WordPress store. Check the address; if it is right, a "
                "security plug-in or firewall may be blocking /wp-json/.",
                host=host,
            )
        )
    if "wc/v3" not in reading.texts(root, "namespaces"):
        raise NoStore(
            merchant_sentence("%(host)s runs WordPress, but WooCommerce is not active on it.", host=host)
        )
    url = response.url.partition("?")[0].rstrip("/").removesuffix(ROOT.rstrip("/"))
    if not url.startswith("https://"):
        raise NoStore(
            merchant_sentence(
                "%(host)s is not served over https. Add a certificate, then connect it.", host=host
            )
        )
    name = reading.plain(root, "name") or str(urlsplit(url).hostname)
    return Found(url=url, name=name, timezone=_zone(root)), (reading.text(root, "home") or "").rstrip("/")


def _base(typed: str) -> str:
    """Return the https address of what was typed, without what belongs to a single page; raises NoStore."""
    parts = urlsplit(re.sub(r"^(?:https?:/*)?", "https://", typed.strip(), flags=re.IGNORECASE))
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise NoStore(merchant_sentence("This is not an address. It looks like www.example.com.")) from error
    host = parts.hostname or ""
    if "." not in host or parts.username or not re.fullmatch(r"[^\s/\\@<>\"']+", host):
        raise NoStore(merchant_sentence("This is not an address. It looks like www.example.com."))
    return f"https://{host}{port}{BACK_OFFICE.sub('', parts.path).rstrip('/')}"


def root_in(response: requests.Response) -> Json | None:
    """Return what WordPress says at the root of its API; None where it is not WordPress that answers."""
    if response.status_code != codes.ok:
        return None
    try:
        root = json_of(response)
    except Unreachable:
        return None
    return root if isinstance(root, dict) and isinstance(root.get("namespaces"), list) else None


def has_plain_permalinks(outside: Outside, base: str) -> bool:
    """Tell whether the API answers only where a store with plain permalinks has it."""
    return root_in(outside.get(f"{base}/?rest_route=/")) is not None


def _zone(root: Json) -> str | None:
    city = reading.text(root, "timezone_string")
    if city:
        return city
    offset = reading.text(root, "gmt_offset") or "0"
    if re.fullmatch(r"-?\d{1,2}(\.0)?", offset):
        hours = int(offset.partition(".")[0])
        return f"Etc/GMT{-hours:+d}" if hours else "UTC"
    return ODD_HOURS.get(offset)


def _setting(store: Store, name: str) -> str | None:
    try:
        answer = store.read(f"settings/general/{name}")
    except (KeysRefused, NoRoute, Refused):
        return None
    return reading.text(answer, "value") if isinstance(answer, dict) else None


def _locale(store: Store) -> str | None:
    """Return the store's language: its orders do not say their shopper's."""
    try:
        answer = store.read("system_status", _fields="environment.language")
    except Unreachable:
        return None
    words = reading.text(reading.object_(answer or {}, "environment"), "language") or ""
    return words.replace("_", "-") if re.fullmatch(r"[a-z]{2,3}([_-]\w+)?", words) else None
