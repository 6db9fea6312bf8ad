"""The words of one message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """The words of one message."""

    subject: str = ""
    preview: str
    headline: str
    then: str
    """The day and hour under the headline."""
    hello: str
    lead: str
    """What has happened, and whether there is anything to do."""
    follow: str
    """Leads to the tracking page."""
    inside: str
    """Stands over the items."""
    why: str
    """Why one gets it."""
    way_out: str
    """Leads to what ends it."""
    question: str = ""
    answer: str = ""
    """Stand at the end of an offer that can be answered."""
