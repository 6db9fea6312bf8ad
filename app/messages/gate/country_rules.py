"""What is not done in a country whatever the shopper agreed to, as data with source and date."""

from datetime import date
from typing import NamedTuple

from app.lib.words import merchant_sentence
from app.vocabulary import Category, Medium


class CountryRule(NamedTuple):
    """Messages of a kind that do not go to a country."""

    countries: tuple[str, ...]
    medium: Medium
    category: Category
    why: str
    said_by: str
    checked: date


RULES = (
    CountryRule(
        ("US",),
        Medium.WHATSAPP,
        Category.MARKETING,
        merchant_sentence("WhatsApp delivers no offers to numbers in the United States"),
        "developers.facebook.com, marketing templates to +1, as of 2026-10",
        date(2026, 11, 26),
    ),
)
"""How long a consent lasts and whether it must be confirmed is in app/audience/grants.py; hours of the day
are in quiet_hours.py."""


def objection(medium: Medium, category: Category, country: str | None) -> CountryRule | None:
    """Return the rule that forbids a message; None where none does."""
    for rule in RULES:
        if rule.medium is medium and rule.category is category and country in rule.countries:
            return rule
    return None
