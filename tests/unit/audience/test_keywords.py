"""STOP, HELP and START, as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.audience import profiles, suppression
from app.audience.consent import last_said
from app.audience.keywords import HELP, MISTYPED, START, STOP, Keyword, hear, keyword
from app.lib import clock, crypto
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.vocabulary import Category, ConsentSource, ConsentState, Medium
from tests import sold

NUMBER = "+13035550142"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "STOP",
            " stop. ",
            "Stop!!",
            "stop please",
            "Please stop",
            "STOP ALL",
            "Unsubscribe",
            "quit",
            "End",
        ),
        *("opt-out", "Opt out", "revoke", "cancel", "stpo", "Stopp", "Don't text me", "don’t text me"),
        *("stop texting me", "Stop sending me these messages now", "remove me from this list"),
        *(
            "ARRÊT",
            "arret",
            "Arrêtez s'il vous plaît",
            "Désabonner",
            "no más",
            "NO MAS",
            "baja",
            "por favor parar",
        ),
        *("Bitte abmelden", "afmelden", "Ferma", "sair", "rezygnuję", "avregistrera", "停止", "配信停止"),
        *("توقف", "إلغاء الاشتراك", "הסר", "הפסק"),
    ],
)
def test_an_end_in_any_wording_is_an_end(text: str) -> None:
    assert keyword(text) is Keyword.STOP


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("HELP", Keyword.HELP), ("Hilfe?", Keyword.HELP), ("ヘルプ", Keyword.HELP), ("aide", Keyword.HELP)),
        *(
            ("Start", Keyword.START),
            ("unstop", Keyword.START),
            ("再開", Keyword.START),
            ("Alta", Keyword.START),
        ),
        ("When does my parcel come? I am not home and the door is shut.", None),
        ("It is at the bus stop, thank you", None),
        ("Stop worrying, it came this morning and all of it is fine, thanks", None),
        *(("shop", None), ("Step", None), ("", None), ("👍", None), ("yes", None), ("Danke!", None)),
    ],
)
def test_the_rest_means_what_it_says(text: str, meant: Keyword | None) -> None:
    assert keyword(text) is meant


def test_no_word_means_two_things() -> None:
    assert not STOP & START
    assert not STOP & HELP
    assert not START & HELP
    assert not MISTYPED & (START | HELP)
    assert "" not in STOP | HELP | START


@given(
    st.sampled_from(sorted(STOP | START | HELP)), st.sampled_from(["", ".", " !", "?", "  \n"]), st.booleans()
)
def test_case_and_marks_change_nothing(phrase: str, mark: str, upper: bool) -> None:  # noqa: FBT001 - theirs
    assert keyword((phrase.upper() if upper else phrase) + mark) is keyword(phrase)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert keyword(text) in (None, *Keyword)


def test_stop_ends_all_texts_and_start_brings_back_what_was_agreed_to(session: Session) -> None:
    shop = sold.shop(session)
    texts = session, shop.id, Medium.SMS, NUMBER

    def said(category: Category) -> tuple[str, str] | None:
        last = last_said(session, (shop.id, None, crypto.fingerprint(NUMBER)), Medium.SMS, category)
        return (last.state, last.source) if last else None

    def heard(text: str) -> Keyword | None:
        return hear(*texts, text, at=clock.now())

    assert heard("When?") is None
    assert said(Category.TRANSACTIONAL) is None
    assert heard("stop") is Keyword.STOP
    for category in Category:
        assert suppression.is_suppressed(*texts, category) == "unsubscribed"
    assert said(Category.MARKETING) is None, "they had never agreed to offers"
    assert heard("start") is Keyword.START
    assert suppression.is_suppressed(*texts, Category.TRANSACTIONAL) is None
    assert said(Category.TRANSACTIONAL) == ("subscribed", "keyword")
    assert said(Category.MARKETING) is None

    offers = Consent(
        person=Person(phone=NUMBER),
        medium=Medium.SMS,
        state=ConsentState.SUBSCRIBED,
        source=ConsentSource.CHECKOUT,
        at=clock.now() - timedelta(seconds=1),
    )
    profiles.keep_consent(session, shop.id, offers, heard_at=clock.now())
    for _ in range(2):
        heard("STOP")
        assert said(Category.MARKETING) == ("unsubscribed", "keyword")
    heard("START")
    assert said(Category.MARKETING) == ("subscribed", "keyword")


def test_start_does_not_revive_a_dead_number(session: Session) -> None:
    shop = sold.shop(session)
    texts = session, shop.id, Medium.SMS, NUMBER
    suppression.suppress(*texts, None, reason="bounced")
    hear(*texts, "START", at=clock.now())
    assert suppression.is_suppressed(*texts, Category.TRANSACTIONAL) == "bounced"
