import re
from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest
from liquid.exceptions import LiquidError

from app.lib.days import Calendar
from app.messages.liquid.dialect import sandbox

BOMBS = [
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..9999) %}{{ 'a long enough word that its copies would fill any buffer' }}{% endfor %}",
    "{% assign a = 'xxxxxxxx' %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}",
    "{% assign a = 'x' %}{% for i in (1..99) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}",
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_no_template_is_slow_or_large(bomb: str) -> None:
    template = sandbox(autoescape=True).from_string(bomb)
    began = process_time()
    with pytest.raises(LiquidError):
        template.render()
    assert process_time() - began < 2


def test_no_template_sees_python() -> None:
    for secret in ("calendar.zone", "calendar.__class__", "word.__len__"):
        with pytest.raises(LiquidError):
            shown(f"{{{{ {secret} }}}}", word="x")


def test_html_cannot_be_let_through() -> None:
    assert shown("{{ word }}", word="<b>") == "&lt;b&gt;"
    with pytest.raises(LiquidError):
        shown("{{ word | safe }}", word="<b>")
    assert "<b>" not in shown("{{ word | lines }}", word="<b>")
    assert "<" not in shown("{% capture x %}{{ word }}{% endcapture %}{{ x }}", word="<b>")


def test_the_filters_that_merchants_know() -> None:
    assert shown("{{ 12800 | money }}") == "$128.00"
    assert shown("{{ at | date_local }}", at=MORNING) == "November 16, 2026"
    assert re.fullmatch(r"9:00.pm", shown("{{ at | date_local: 'time' }}", at=MORNING), re.IGNORECASE)
    assert shown("{{ 1 | pluralize: 'parcel', 'parcels' }}") == "1 parcel"
    assert shown("{{ 2 | pluralize: 'parcel', 'parcels' }}") == "2 parcels"
    assert shown("{{ nobody | default: 'there' }}") == "there"
    assert shown("{{ nobody.first_name | default: 'there' }}") == "there"
    assert shown("{{ 12800 | money_with_currency }}") == "$128.00 USD"
    assert shown("{{ word | json }}", word=[1, "a"]) == "[1, &#34;a&#34;]"


def test_a_picture_is_asked_for_at_a_width_where_its_host_makes_one() -> None:
    shopify = {"image_url": "https://cdn.shopify.com/s/mug.png?v=1"}
    assert shown("{{ item | image_url: width: 128 }}", item=shopify) == (
        "https://cdn.shopify.com/s/mug.png?v=1&amp;width=128"
    )
    assert shown("{{ item | image_url: width: 128 }}", item={"image_url": "https://a.example/m.png"}) == (
        "https://a.example/m.png"
    )
    assert shown("{{ item | image_url }}", item={"image_url": None}) == ""


def test_a_parcel_is_followed_at_its_carrier_s_or_with_us() -> None:
    ours = "https://post.example/t/a"
    assert (
        shown("{{ p | track_url }}", p={"page": "https://ups.example/1"}, track_url=ours)
        == "https://ups.example/1"
    )
    assert shown("{{ p | track_url }}", p={"page": None}, track_url=ours) == ours


@pytest.mark.parametrize(
    "source", ["{{ 'x' | money }}", "{{ 1 | date_local }}", "{{ at | date_local: 'q' }}"]
)
def test_a_filter_says_when_it_is_given_the_wrong_thing(source: str) -> None:
    with pytest.raises(LiquidError):
        shown(source, at=MORNING)


MORNING = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)


def shown(source: str, **data: Any) -> str:
    calendar = Calendar.of(MORNING, "America/Los_Angeles", "en")
    known = {"calendar": calendar, "currency": "USD", **data}
    return sandbox(autoescape=True).from_string(source).render(known)
