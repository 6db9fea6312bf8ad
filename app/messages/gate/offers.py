"""Which messages sell, and so need a yes to offers."""

from app.vocabulary import Category, Trigger

TRIGGERS = (
    Trigger.ABANDONED_CHECKOUT,
    Trigger.REVIEW_REQUEST,
    Trigger.WIN_BACK,
    Trigger.CHECK_IN,
    Trigger.LAPSED_SURVEY,
    Trigger.WELCOME,
    Trigger.REPLENISHMENT,
)


def category(trigger: Trigger) -> Category:
    """Return whether what a trigger sends is about the shopper's own purchase, or an offer."""
    return Category.MARKETING if trigger in TRIGGERS else Category.TRANSACTIONAL
