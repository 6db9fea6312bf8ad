"""What our own documents say as text messages, in every language."""

import re
from typing import Any

import pytest

from app.audience.keywords import ANSWERS, Keyword, keyword
from app.channels.sms.segments import Encoding, measure
from app.lib.words import CATALOGS, ENGLISH, Words
from app.messages.documents import compose
from app.shops.models import Shop
from app.storefront import hearing
from app.vocabulary import Category, Medium, ShipmentStatus, Trigger
from tests.unit.letters import TUESDAY, letter

LANGUAGES = (ENGLISH, *CATALOGS)
IN_GSM = ("en", "de", "fr", "es", "it", "nl", "sv")
"""Whose letters GSM-7 has, as far as our sentences need them."""
TOLD = {
    Trigger.THANK_YOU: ShipmentStatus.PENDING,
    Trigger.SHIPPED: ShipmentStatus.IN_TRANSIT,
    Trigger.OUT_FOR_DELIVERY: ShipmentStatus.OUT_FOR_DELIVERY,
    Trigger.DELIVERED: ShipmentStatus.DELIVERED,
    Trigger.RUNNING_LATE: ShipmentStatus.DELAYED,
}
SHORT: dict[str, Any] = {"track_url": "https://post.ridge.example/s/4C92kq8Zr1wX"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trigger", TOLD)
def test_our_texts_are_short_and_say_how_to_end_them_where_that_is_free(
    trigger: Trigger, language: str
) -> None:
    told = letter(trigger, TOLD[trigger], expected_at=TUESDAY, language=language, **SHORT)
    text = compose.text(told, hears_replies=True)
    bare = measure(compose.text_message(told))
    assert measure(text.words).segments <= min(bare.segments, 2), text.words
    assert SHORT["track_url"] in text.words
    if language in IN_GSM:
        assert measure(text.words).encoding is Encoding.GSM7, text.words
        assert "STOP" in text.words
    assert text.ref == "1042"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_and_a_sender_that_hears_nothing_always_say_how_to_end_them(language: str) -> None:
    offer = letter(language=language, category=Category.MARKETING, **SHORT)
    assert "STOP" in compose.text(offer, hears_replies=True).words
    unheard = compose.text(letter(language=language, **SHORT), hears_replies=False).words
    assert "https://post.ridge.example/u/abc.def" in unheard
    assert "STOP" not in unheard


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_are_agreed_to_are_heard(language: str) -> None:
    for sender, heard in (("+15005550006", [Keyword.STOP, Keyword.HELP]), ("Ridge", [])):
        texts = {"provider": "twilio", "sender": sender, "whom": "asked"}
        said = hearing.consent(Shop(settings={"texts": texts}), Medium.SMS, Words(language))
        assert [keyword(word) for word in re.findall("[A-ZÄÖÅ]{4,}", said)] == heard


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_are_agreed_to_on_whatsapp_are_heard(language: str) -> None:
    chosen = {"provider": "whatsapp", "sender": "106540352242922", "whom": "asked"}
    said = hearing.consent(Shop(settings={"whatsapp": chosen}), Medium.WHATSAPP, Words(language))
    assert [keyword(word) for word in re.findall("[A-ZÄÖÅ]{4,}", said)] == [Keyword.STOP, Keyword.HELP]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("medium", ANSWERS)
def test_every_answer_is_said_in_every_language_and_names_the_way_out_or_back(
    medium: Medium, language: str
) -> None:
    for said, back in ((Keyword.STOP, "START"), (Keyword.HELP, "STOP"), (Keyword.START, "STOP")):
        text = Words(language).say(ANSWERS[medium][said], shop="Ridge", contact="help@ridge.example")
        assert "Ridge" in text
        assert back in text
