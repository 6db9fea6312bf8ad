import re
from contextlib import suppress
from datetime import date
from html import unescape
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from app.lib.catalogs import SAID as FIELDS_OF_SENTENCES
from app.lib.words import Words
from app.messages.documents import compose, templates
from app.messages.documents.blocks import KINDS, SAID
from app.messages.documents.document import NAMES, Document, Misfit
from app.messages.letters import links
from app.messages.letters.links import Clicks
from app.vocabulary import Trigger
from tests.unit.blocks import EVERY_BLOCK
from tests.unit.letters import letter


def test_there_is_an_example_of_every_kind_of_block() -> None:
    assert {block["kind"] for block in EVERY_BLOCK} == set(KINDS)


def test_one_source_gives_html_and_text() -> None:
    document = Document.of({"subject": "Hi {{ profile.first_name }}", "blocks": EVERY_BLOCK})
    mail = compose.render(letter(document=document))
    assert mail.subject == "Hi Ana"
    assert "A &amp; B" in mail.html
    assert "One<br>\nTwo &lt;three&gt; Ana" in mail.html
    assert 'alt="A &quot;tent&quot;"' in mail.html
    assert "<b>Ridge &amp; Pine yes</b>" in mail.html
    assert "https://photos.example/?a=1&amp;b=2" in mail.html
    assert mail.html.count("?stars=") == mail.text.count("?stars=") == 5
    for words in ("A & B", "One\nTwo <three> Ana", "Total: $164.00", "PINE10", "Ridge & Pine\n"):
        assert words in mail.text
    assert "\n\n\n" not in mail.text


def test_stars_lead_to_an_address_that_has_a_query_already() -> None:
    stars = {"kind": "review_stars", "url": "https://ridge.example/review?id=7&lang=en#form"}
    mail = compose.render(letter(document=Document.of({"subject": "S", "blocks": [stars]})))
    assert 'href="https://ridge.example/review?id=7&amp;lang=en&amp;stars=3#form"' in mail.html
    assert "https://ridge.example/review?id=7&lang=en&stars=3#form" in mail.text


def test_links_that_lead_away_are_counted_in_offers_and_ours_never() -> None:
    blocks = [
        {"kind": "button", "text": "Mine"},
        {"kind": "button", "text": "Away", "url": "https://ridge.example/a?b=1&c={{ order.name }}"},
        {"kind": "image", "url": "https://ridge.example/a.png", "alt": "A", "link": "{{ preferences_url }}"},
        {"kind": "button", "text": "Write", "url": "mailto:help@ridge.example"},
    ]
    document = Document.of({"subject": "S", "blocks": blocks})

    def hrefs(clicks: Clicks | None) -> list[str]:
        html = compose.render(letter(document=document, clicks=clicks)).html
        return [unescape(href) for href in re.findall(r'href="([^"]+)"', html)]

    plain = hrefs(None)
    assert hrefs(Clicks(1, 2, is_offer=False)) == plain
    counted = hrefs(Clicks(1, 2, is_offer=True))
    changed = [(before, after) for before, after in zip(plain, counted, strict=True) if before != after]
    assert [before for before, _ in changed] == ["https://ridge.example/a?b=1&c=#1042"]
    assert links.followed(changed[0][1].rpartition("/r/")[2]).target == "https://ridge.example/a?b=1&c=#1042"


def test_yes_is_no_number() -> None:
    with pytest.raises(Misfit, match="height"):
        Document.of({"subject": "S", "blocks": [{"kind": "spacer", "height": True}]})


def test_a_document_comes_back_from_its_own_data() -> None:
    data = {"subject": "S", "sms": "T", "blocks": EVERY_BLOCK, "languages": {"de": {"subject": "Betreff"}}}
    document = Document.of(data)
    again = Document.of(yaml.safe_load(yaml.safe_dump(document.data())))
    assert again.data() == document.data()
    assert again.blocks == document.blocks


def test_other_languages_say_our_sentences_and_the_merchant_s_own() -> None:
    document = Document.of(
        {
            "subject": "News",
            "blocks": [
                {"kind": "button", "text": "Follow my order"},
                {"kind": "text", "id": "greeting", "text": "Howdy"},
            ],
            "languages": {"de": {"subject": "Neues", "blocks": {"greeting": {"text": "Servus"}}}},
        }
    )
    german, french = document.said_in(Words("de_AT")), document.said_in(Words("fr"))
    assert (german.subject, french.subject) == ("Neues", "News")
    assert [block.fields["text"] for block in german.blocks] == ["Meine Bestellung verfolgen", "Servus"]
    assert [block.fields["text"] for block in french.blocks] == ["Suivre ma commande", "Howdy"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ([], "table"),
        ({"subject": "S"}, "blocks"),
        ({"blocks": [{"kind": "spacer"}]}, "subject"),
        ({"subject": "S", "blocks": [{"kind": "marquee"}]}, "kind"),
        ({"subject": "S", "blocks": [{"kind": "text"}]}, "'text'"),
        ({"subject": "S", "blocks": [{"kind": "text", "text": "x", "size": 3}]}, "'size'"),
        ({"subject": "S", "blocks": [{"kind": "spacer", "height": -1}]}, "'height'"),
        ({"subject": "S", "blocks": [{"kind": "button", "text": "x", "color": "red"}]}, "'color'"),
        ({"subject": "S", "blocks": [{"kind": "spacer", "id": "a"}, {"kind": "spacer", "id": "a"}]}, "Two"),
        ({"subject": "S", "blocks": [{"kind": "spacer"}] * 99}, "at most"),
        ({"subject": "S", "blocks": [{"kind": "raw", "html": "x" * 200_000}]}, "at most"),
        ({"subject": "S", "blocks": [{"kind": "spacer"}], "languages": {"de": {"blocks": {"q": {}}}}}, "'q'"),
        ({"subject": "S", "blocks": [{"kind": "spacer"}], "languages": {"klingon": {}}}, "do not speak"),
        ({"subject": "a\0b", "blocks": [{"kind": "spacer"}]}, "a character in it that is none"),
        ({"subject": "S", "blocks": [{"kind": "text", "text": "\ud83d"}]}, "a character in it that is none"),
        (
            {"subject": "S", "blocks": [{"kind": "social", "links": [{"name": "A", "url": date.max}]}]},
            "'links'",
        ),
    ],
)
def test_what_is_no_message_is_refused_in_a_sentence(data: Any, complaint: str) -> None:
    with pytest.raises(Misfit, match=complaint):
        Document.of(data)


KEYS = st.sampled_from(
    [
        "subject",
        "preview",
        "blocks",
        "languages",
        "kind",
        "id",
        "text",
        "url",
        "height",
        "links",
        "total",
        "color",
        "name",
        "de",
        "en",
        "xx",
    ]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from([*KINDS, "a"])
)
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(KEYS, LEAVES), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.one_of(
        JUNK, st.fixed_dictionaries({"subject": JUNK, "blocks": st.lists(JUNK)}, optional={"languages": JUNK})
    )
)
def test_whatever_it_is_it_is_a_message_or_a_misfit(data: Any) -> None:
    with suppress(Misfit):
        document = Document.of(data)
        assert Document.of(document.data()).data() == document.data()


@given(blocks=st.lists(st.sampled_from(EVERY_BLOCK), min_size=1), part=JUNK, own=JUNK)
def test_other_languages_are_words_or_a_misfit(blocks: list[dict[str, Any]], part: Any, own: Any) -> None:
    with suppress(Misfit):
        said = {"de": {"subject": part, "blocks": {blocks[0]["kind"]: own, "text": {"text": part}}}}
        Document.of({"subject": "S", "blocks": blocks, "languages": said}).said_in(Words("de"))


@pytest.mark.parametrize("trigger", Trigger)
def test_every_trigger_has_a_message(trigger: Trigger) -> None:
    assert templates.default(trigger).blocks


def test_translators_are_shown_every_field_that_is_said() -> None:
    said = {name for kind in KINDS.values() for name, rule in kind.fields.items() if rule.holds in SAID}
    assert said - {"code"} | set(NAMES) == set(FIELDS_OF_SENTENCES)
