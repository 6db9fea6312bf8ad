import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.lib.days import Calendar
from app.lib.words import CATALOGS, ENGLISH
from app.messages.documents import compose
from app.messages.documents.document import Document
from app.messages.letters.letter import Told
from app.shops.brand import Brand
from app.tracking.story.journey import NOTHING_TO_DO
from app.vocabulary import ShipmentStatus as S
from app.vocabulary import Trigger
from tests.unit.letters import MUGS, NOW, SHIRT, TUESDAY, letter

MILESTONES = {
    Trigger.LABEL_CREATED: S.LABEL_CREATED,
    Trigger.IN_TRANSIT: S.IN_TRANSIT,
    Trigger.RUNNING_LATE: S.DELAYED,
    Trigger.SHIPPED: S.IN_TRANSIT,
    Trigger.OUT_FOR_DELIVERY: S.OUT_FOR_DELIVERY,
    Trigger.DELIVERED: S.DELIVERED,
}


def test_a_shipped_mail_says_when_it_comes() -> None:
    mail = compose.render(letter(expected_at=TUESDAY))
    assert mail.subject == "Arriving Tuesday, November\N{NO-BREAK SPACE}17: order #1042"
    assert headline(mail.html) == "Arriving Tuesday"
    for part in (mail.html, mail.text):
        assert "Hello Ana," in part
        assert "UPS has it. Nothing for you to do." in part
        assert "Merino Overshirt" in part
        assert "Pine · 2 pieces" in part
        assert "$36.00" in part
        assert "https://post.ridge.example/t/abc.def" in part
        assert "https://post.ridge.example/u/abc.def" in part
        assert "1720 Pearl Street, Apt 4" in part
        assert "214 NW 9th Avenue" in part


def test_a_number_leads_to_the_carrier_s_page_where_there_is_one() -> None:
    page = "https://ups.example/?n=1&x=<1Z1>"
    told = (Told(place=1, carrier="UPS", number="1Z1", page=page), Told(place=2, carrier="UPS", number="1Z2"))
    mail = compose.render(letter(places=(1, 2), parcels=told))
    assert re.search(
        r'<a href="https://ups.example/\?n=1&amp;x=&lt;1Z1&gt;"[^>]*>1Z1</a><br />1Z2<br />', mail.html
    )
    assert f"Carrier\nUPS\n1Z1: {page}\n1Z2\n" in mail.text


def test_a_mail_can_be_answered_and_stopped_by_one_click() -> None:
    mail = compose.render(letter())
    assert mail.sender.startswith("Ridge & Pine <")
    assert mail.reply_to == "help@ridge.example"
    assert mail.headers == {
        "List-Unsubscribe": "<https://post.ridge.example/u/abc.def>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_a_shop_that_cannot_be_answered_does_not_ask_for_answers() -> None:
    silent = Brand(name="Quiet", url="https://quiet.example", legal_name="Quiet")
    for trigger, status in MILESTONES.items():
        mail = compose.render(letter(trigger, status, brand=silent))
        assert mail.reply_to is None
        assert "answer" not in mail.text.lower()


def test_a_first_and_a_later_order_are_thanked_differently() -> None:
    first = compose.render(letter(Trigger.THANK_YOU))
    again = compose.render(letter(Trigger.THANK_YOU, is_first=False))
    assert first.subject == "Thank you for order #1042"
    assert again.subject == "Thank you for coming back: order #1042"
    assert headline(first.html) == headline(again.html) == "Thank you, Ana"
    assert "good to see you again" in again.text
    assert "good to see you again" not in first.text
    assert "Total: $164.00" in first.text


def test_what_is_not_known_is_not_said() -> None:
    bare = letter(
        Trigger.THANK_YOU,
        first_name=None,
        order_name=None,
        delivering_to=(),
        items=(),
        total=0,
        currency="JPY",
    )
    mail = compose.render(bare)
    assert mail.subject == "Thank you for your order"
    assert headline(mail.html) == "Thank you"
    for part in (mail.html, mail.text):
        assert "None" not in part
        assert "Delivering to" not in part


def test_no_two_mails_of_one_order_have_the_same_subject() -> None:
    subjects = [compose.render(letter(Trigger.THANK_YOU)).subject]
    for trigger, status in MILESTONES.items():
        subjects += [
            compose.render(letter(trigger, status, places=places, is_whole=not i)).subject
            for i, places in enumerate([(1,), (2,), (3, 4), (5,)])
        ]
    assert len(set(subjects)) == len(subjects)
    assert "On their way: parcels 3 and 4 of order #1042" in subjects
    assert "Delivered: parcel 5 of order #1042" in subjects


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("trigger", MILESTONES)
@pytest.mark.parametrize("count", [1, 2])
def test_every_mail_is_filled_from_what_there_is(trigger: Trigger, status: S, count: int) -> None:
    told = letter(trigger, status, places=range(1, count + 1), carrier=None if count == 2 else "UPS")
    mail = compose.render(told)
    assert mail.subject
    assert headline(mail.html) == told.story.headline
    assert not re.search(r"\{[{%]|%\(|None|var\(--", mail.html + mail.text)
    assert not re.search(r"  |\n\n\n| [.,:]| \n", mail.text)
    assert mail.text.count(NOTHING_TO_DO) <= 1


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("language", [ENGLISH, *CATALOGS])
def test_every_message_speaks_the_shopper_s_language(language: str, trigger: Trigger) -> None:
    told = letter(trigger, MILESTONES.get(trigger, S.PENDING), language=language, answer="Ja.")
    mail = compose.render(told)
    assert f'<html lang="{language}" dir="{told.calendar.words.direction}"' in mail.html
    assert mail.subject
    leads_to = told.cart_url if trigger is Trigger.ABANDONED_CHECKOUT else told.track_url
    assert leads_to in compose.text_message(told)
    if language != ENGLISH:
        english = compose.render(letter(trigger, MILESTONES.get(trigger, S.PENDING), answer="Ja."))
        spoken = set(mail.text.splitlines()) & set(english.text.splitlines()) - {""}
        assert {line for line in spoken if re.search("order|mail|parcel|you ", line)} == set()


def test_in_arabic_everything_stands_the_other_way_round() -> None:
    html = compose.render(letter(language="ar")).html
    body = html[html.index("<body") :]
    assert 'dir="rtl"' in body
    assert "direction:ltr" not in body
    assert "padding-right:4px" not in body
    assert '<td class="row" align="left"' in body


def test_a_text_message_is_the_heading_the_day_and_the_link() -> None:
    assert compose.text_message(letter(expected_at=TUESDAY)) == (
        "Ridge & Pine: Arriving Tuesday. November\N{NO-BREAK SPACE}17 https://post.ridge.example/t/abc.def"
    )
    assert compose.text_message(letter(Trigger.THANK_YOU)) == (
        "Ridge & Pine: Thank you, Ana https://post.ridge.example/t/abc.def"
    )


def test_an_answer_keeps_its_lines() -> None:
    mail = compose.render(letter(Trigger.CASE_REPLY, answer="One <moment>.\n\nIt is on its way."))
    assert "One &lt;moment&gt;.<br />\n<br />\nIt is on its way." in mail.html
    assert "One <moment>.\n\nIt is on its way." in mail.text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.text(min_size=1, max_size=60))
def test_no_words_of_a_shopper_or_product_become_markup(words: str) -> None:
    nasty = f"<img src=x onerror=alert(1)>{{{{ shop.name }}}}\"'{words}"
    told = letter(
        Trigger.THANK_YOU,
        first_name=nasty,
        order_name=nasty,
        items=(SHIRT.__class__(title=nasty, options=nasty, quantity=2, total=100, image_url=None),),
        delivering_to=(nasty, nasty),
    )
    mail = compose.render(told)
    assert elements(mail.html) == elements(compose.render(letter(**told_like(told))).html)
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


@pytest.mark.parametrize(
    "text",
    [
        "{{ profile.first_name | money }}",
        "{{ profile.frist_name }}",
        "{{ nobody }}",
        "{% if nobody %}",
        "{{ 'a' | b }}",
    ],
)
def test_a_broken_template_says_where_and_nothing_of_the_shopper(text: str) -> None:
    broken = Document.of({"subject": "Hello", "blocks": [{"kind": "text", "text": text}]})
    with pytest.raises(compose.Unrenderable) as raised:
        compose.render(letter(Trigger.THANK_YOU, document=broken))
    assert "block “text”, text, line 1: " in str(raised.value)
    assert "Ana" not in str(raised.value)


@pytest.mark.parametrize("broken", [{"items": None}, {"story": None}, {"trigger": "nothing"}])
def test_what_cannot_be_told_is_this_messages_own_fault(broken: dict[str, Any]) -> None:
    unfit = replace(letter(Trigger.THANK_YOU), **broken)
    for write in (compose.render, compose.text_message):
        with pytest.raises(compose.Unrenderable, match=r"^\w+: \w+Error$"):
            write(unfit)


def test_money_and_days_are_written_as_the_reader_writes_them() -> None:
    british = Calendar.of(NOW, "Europe/London", "en-GB", is_for_later=True)
    mail = compose.render(letter(expected_at=TUESDAY, calendar=british, currency="GBP"))
    assert "£36.00" in mail.text
    assert '<html lang="en-GB"' in mail.html


def test_pictures_come_only_over_https_and_nothing_else_is_fetched() -> None:
    html = compose.render(letter()).html
    assert set(re.findall(r"""(?:src|url\()=?["']?(\w+:[^"')\s]+)""", html)) == {MUGS.image_url}
    assert "<link" not in html
    assert "@import" not in html


def test_a_mail_is_small_enough_to_be_shown_whole() -> None:
    mail = compose.render(letter(items=(SHIRT,) * 60))
    assert len(mail.html.encode()) < 102_000


def headline(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert found
    return found[1]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(f"{tag} {sorted(name for name, _ in attrs)}")


def elements(html: str) -> list[str]:
    parser = _Elements()
    parser.feed(html)
    return parser.seen


def told_like(nasty: Any) -> dict[str, Any]:
    """The same letter in harmless words."""
    calm = SHIRT.__class__(title="a", options="b", quantity=2, total=100, image_url=None)
    return {
        "trigger": nasty.trigger,
        "items": (calm,),
        "delivering_to": ("a", "b"),
    }
