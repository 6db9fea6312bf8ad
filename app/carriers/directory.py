"""Who the carriers are: their names as shoppers know them, and where each shows a parcel.

The table is `data/carriers.csv`; a carrier is known everywhere by the slug of its row.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

DATA = Path(__file__).parent / "data"
PLACE = "{tracking_number}"
"""Where a link takes the number."""
EVERYWHERE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One row of the table."""

    slug: str
    name: str
    country: str
    """Its home."""
    ships_from: tuple[str, ...]
    """Where its parcels begin; "*" is everywhere."""
    posts: tuple[str, ...]
    """The countries whose post it is."""
    template: str
    """The address of its page; empty where we know none. Without a place for the number it asks for it."""
    names: tuple[str, ...]
    """What Shopify, WooCommerce and AfterShip call it."""
    other_names: tuple[str, ...]
    aftership: str = ""
    """AfterShip's name for it; other aggregators have taken many of these over."""

    def url(self, number: str | None) -> str | None:
        """Return the page that shows a parcel, or asks for its number; None where we know of none."""
        return fill(self.template, number)

    def serves(self, country: str) -> bool:
        """Tell whether a parcel may begin its way with it in a country."""
        return country in self.ships_from or EVERYWHERE in self.ships_from

    def distance(self, country: str) -> int:
        """Return 0 for a carrier of this country, 1 for one of its region, 2 for one of the world."""
        return 2 if EVERYWHERE in self.ships_from else int(self.country != country)


def fill(template: str, number: str | None) -> str | None:
    """Return a link with its number in place; None where it needs one and there is none."""
    if not template or (PLACE in template and not number):
        return None
    return template.replace(PLACE, quote(number or "", safe=""))


@cache
def everyone() -> Mapping[str, Carrier]:
    """Return every carrier by its slug: those of the table in its order, then the other countries' posts."""
    return {carrier.slug: carrier for carrier in (*table(), *_other_posts())}


def find(declared: str | None, country: str | None = None) -> Carrier | None:
    """Return the carrier that a store calls so, where parcels begin in a country; None rather than a guess.

    A name that several carriers go by belongs to the country's own, then to one that serves it; where
    nobody knows the country, to the first that a platform calls so.
    """
    those = called(declared)
    if len(those) <= 1 or not country:
        return those[0] if those else None
    serving = [carrier for carrier in those if carrier.serves(country)]
    return min(serving, key=lambda carrier: carrier.distance(country), default=None)


def called(declared: str | None) -> tuple[Carrier, ...]:
    """Return every carrier that goes by a name, or has it for its slug."""
    by_slug = everyone().get(declared or "")
    return _claims().get(_key(declared or "")) or ((by_slug,) if by_slug else ())


def post_of(country: str) -> Carrier | None:
    """Return the post of a country."""
    return next((carrier for carrier in everyone().values() if country in carrier.posts), None)


@cache
def table() -> tuple[Carrier, ...]:
    """Return the carriers that stores have names for, in the order of the file."""
    with (DATA / "carriers.csv").open(newline="", encoding="utf-8") as file:
        return tuple(_carrier(row) for row in csv.DictReader(file))


def _other_posts() -> list[Carrier]:
    """Return the posts that only their numbers tell of; stores have no names for them."""
    known = {country for carrier in table() for country in carrier.posts}
    s10 = json.loads((DATA / "tracking_number_data" / "couriers" / "s10.json").read_text(encoding="utf-8"))
    countries = next(
        more["lookup"]
        for more in s10["tracking_numbers"][0]["additional"]
        if more["regex_group_name"] == "CountryCode"
    )
    return [_post(it["matches"], it["courier"]) for it in countries if it["matches"] not in known]


def _post(country: str, name: str) -> Carrier:
    return Carrier(
        slug=f"post_{country.lower()}",
        name=name,
        country=country,
        ships_from=(country,),
        posts=(country,),
        template="",
        names=(),
        other_names=(),
    )


@cache
def _claims() -> Mapping[str, tuple[Carrier, ...]]:
    """Return who goes by each name; those whom a platform calls so come before the others."""
    claims: dict[str, dict[str, Carrier]] = {}
    for carrier in table():
        for name in (carrier.name, *carrier.names):
            claims.setdefault(_key(name), {})[carrier.slug] = carrier
    for carrier in table():
        for name in carrier.other_names:
            claims.setdefault(_key(name), {}).setdefault(carrier.slug, carrier)
    return {name: tuple(those.values()) for name, those in claims.items()}


def _key(name: str) -> str:
    """Return a name without case, accents, blanks and signs: "Česká pošta" is "ceska-posta"."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in letters if not unicodedata.combining(c)))


def _carrier(row: Mapping[str, str]) -> Carrier:
    names = (row["shopify_name"], row["woo_slug"], row["aftership_slug"])
    return Carrier(
        slug=row["slug"],
        name=row["name"],
        country=row["country"],
        ships_from=tuple(row["ships_from"].split() or [row["country"]]),
        posts=tuple(row["posts"].split()),
        template=row["tracking_url_template"],
        names=tuple(filter(None, names)),
        other_names=tuple(filter(None, row["other_names"].split("|"))),
        aftership=row["aftership_slug"],
    )
