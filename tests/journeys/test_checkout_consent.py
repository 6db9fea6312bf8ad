"""A box ticked at the checkout is a yes of that moment, however often the store tells of the checkout."""

from datetime import timedelta

import time_machine

from app.audience import suppression
from app.audience.choices import Choice, Reach, change
from app.audience.consent import last_said
from app.lib import clock, crypto
from app.vocabulary import Category, ConsentSource, ConsentState, Medium
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_unpermitted import typed

ANA = "ana@example.org"


def says_no(store: StoreVoice) -> None:
    """Let the shopper stop offers at the page behind every mail's link."""
    offers = Choice(Reach(Medium.EMAIL, ANA, True, None), Category.MARKETING, True, True, None)
    source = ConsentSource.PREFERENCES
    change(store.session, store.shop.id, None, offers, on=False, source=source, wording=None, proof={})
    store.session.commit()


def stands(store: StoreVoice) -> tuple[ConsentState | None, str | None]:
    """Return what was last said of offers, and whether the address is suppressed for them."""
    about = Medium.EMAIL, Category.MARKETING
    said = last_said(store.session, (store.shop.id, None, crypto.fingerprint(ANA)), *about)
    why_not = suppression.is_suppressed(store.session, store.shop.id, Medium.EMAIL, ANA, Category.MARKETING)
    return said.state if said else None, why_not


def test_a_no_that_was_said_since_is_not_undone_by_a_change_of_the_checkout(
    shopify_store: StoreVoice,
) -> None:
    began = clock.now()
    typed(shopify_store, "a", ANA, buyer_accepts_marketing=True)
    assert stands(shopify_store) == (ConsentState.SUBSCRIBED, None)
    with time_machine.travel(began + timedelta(hours=1)):
        says_no(shopify_store)
    with time_machine.travel(began + timedelta(hours=2)):
        typed(shopify_store, "a", ANA, buyer_accepts_marketing=True, created_at=began.isoformat())
        assert stands(shopify_store) == (ConsentState.UNSUBSCRIBED, "unsubscribed")
    with time_machine.travel(began + timedelta(hours=3)):
        typed(shopify_store, "b", ANA, buyer_accepts_marketing=True)
        assert stands(shopify_store) == (ConsentState.SUBSCRIBED, "unsubscribed"), "the mailbox said no"
