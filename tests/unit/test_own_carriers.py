from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.carriers import directory
from app.tracking.carriers.own_carriers import Refused, read

BIKES = "https://bikes.example/track/{tracking_number}"


def test_a_name_and_an_address_are_kept_without_the_blanks_around_them() -> None:
    assert read("  Bike \t Couriers ", f" {BIKES}\n") == ("Bike Couriers", BIKES)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Bi\u202eke", "\u200b"])
def test_a_name_that_says_nothing_or_deceives_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        read(name, BIKES)


@pytest.mark.parametrize(
    "template",
    [
        "",
        "http://bikes.example/{tracking_number}",
        "javascript:alert('{tracking_number}')",
        "https://bikes.example/track",
        "https://bikes.example/{tracking_number}/{tracking_number}",
        "https://bikes.example/{number}?n={tracking_number}",
        "https://{tracking_number}.bikes.example/",
        "https://{tracking_number}",
        "https://ups.com@bikes.example/{tracking_number}",
        "https://bikes/{tracking_number}",
        "https://10.0.0.1/{tracking_number}",
        "https://[::1]/{tracking_number}",
        "https://bikes.example:99999/{tracking_number}",
        "https://bikes.example/{tracking_number} x",
        'https://bikes.example/"><script>{tracking_number}',
        "https://bikes.example/\\{tracking_number}",
        "https://bikes.example/" + "x" * 500 + "{tracking_number}",
    ],
)
def test_an_address_that_is_no_page_on_the_web_is_refused(template: str) -> None:
    with pytest.raises(Refused):
        read("Bike Couriers", template)


@given(st.text(max_size=30), st.text("https:/.{}tracking_number@?#&=%[]ab1 \\\"'<", max_size=60), st.text())
@example("Bikes", "bikes.example/?n={tracking_number}", "A B/1")
def test_whatever_is_kept_leads_to_one_host_whatever_the_number(name: str, rest: str, number: str) -> None:
    try:
        name, template = read(name, f"https://{rest}")
    except Refused:
        return
    page = directory.fill(template, number or "1")
    assert page is not None
    assert page.isascii()
    assert not set(" \"'<>\\") & (set(page) - {"'"})
    assert urlsplit(page).scheme == "https"
    assert urlsplit(page).hostname == urlsplit(template).hostname
    assert "{" not in page
    assert name.strip() == name != ""
