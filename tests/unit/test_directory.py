import csv
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.carriers import directory
from app.carriers.directory import Carrier

with (directory.DATA / "carriers.csv").open(newline="", encoding="utf-8") as table:
    ROWS = list(csv.DictReader(table))
TWINS = {"lasership": "ontrac", "la_poste": "colissimo", "dhl_express": "dhl_parcel_de"}
"""Two of one country under one name of a platform: WooCommerce's "dhl" is in Germany the parcel post."""
CALLED = [
    (row["slug"], name, row["country"])
    for row in ROWS
    for name in (row["shopify_name"], row["woo_slug"], row["aftership_slug"], row["name"])
    if name
]


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 144
    assert len({row["slug"] for row in ROWS}) == len(ROWS)
    assert sum(bool(row["shopify_name"]) for row in ROWS) >= 106
    assert sum(bool(row["woo_slug"]) for row in ROWS) >= 72
    assert sum(bool(row["aftership_slug"]) for row in ROWS) >= 133


@pytest.mark.parametrize(("slug", "called", "country"), CALLED, ids=[f"{s}: {n}" for s, n, _ in CALLED])
def test_every_platform_s_name_leads_to_the_carrier_at_home(slug: str, called: str, country: str) -> None:
    found = directory.find(called, country)
    assert found is not None
    assert found.slug in (slug, TWINS.get(slug))


@pytest.mark.parametrize(("slug", "called", "country"), CALLED, ids=[f"{s}: {n}" for s, n, _ in CALLED])
def test_a_name_is_read_whatever_its_case_accents_and_dashes(slug: str, called: str, country: str) -> None:
    spelled = called.upper().replace(" ", "-")
    assert directory.find(f" {spelled} ", country) == directory.find(called, country), slug


@pytest.mark.parametrize("carrier", directory.everyone().values(), ids=lambda it: str(it.slug))
def test_every_page_is_on_the_web_and_carries_the_number_whole(carrier: Carrier) -> None:
    page = carrier.url("A/B 1&2#3")
    assert (page is None) is (carrier.template == "")
    if page:
        parts = urlsplit(page)
        assert parts.scheme == "https"
        assert "." in parts.netloc
        assert "{" not in page
        assert "A%2FB%201%262%233" in page or directory.PLACE not in carrier.template
    if directory.PLACE in carrier.template:
        assert carrier.url(None) is None


@pytest.mark.parametrize(
    ("called", "country", "slug"),
    [
        ("DPD", "DE", "dpd"),
        ("DPD", "GB", "dpd_uk"),
        ("dpd", "PL", "dpd_pl"),
        ("DPD", None, "dpd"),
        ("DPD", "US", None),
        ("DHL", "DE", "dhl_parcel_de"),
        ("dhl", "US", "dhl_express"),
        ("DHL Parcel", "NL", "dhl_parcel_nl"),
        ("DHL Parcel", "GB", "dhl_parcel_uk"),
        ("Hermes", "DE", "hermes_de"),
        ("Hermes", "GB", "evri"),
        ("Fastway", "AU", "aramex_au"),
        ("Fastway", "IE", "fastway_ie"),
        ("Inpost", "GB", "inpost_uk"),
        ("GLS", "FR", "gls"),
        ("GLS", "IT", "gls_it"),
        ("Royal Mail", "US", "royal_mail"),
        ("Amazon", "GB", "amazon_uk"),
        ("Bob’s Bikes", "US", None),
        ("UPS Bikes", "US", None),
        ("post_cv", None, "post_cv"),
        ("", None, None),
        ("—", None, None),
        (None, None, None),
    ],
)
def test_a_name_that_several_go_by_is_the_one_s_where_the_parcel_begins(
    called: str | None, country: str | None, slug: str | None
) -> None:
    found = directory.find(called, country)
    assert (found.slug if found else None) == slug


@given(st.text(max_size=40), st.sampled_from([None, "US", "DE"]))
def test_no_name_is_too_odd_to_be_looked_up(called: str, country: str | None) -> None:
    found = directory.find(called, country)
    assert found is None or found.slug in directory.everyone()
