"""What a carrier usually does after it came in vain: no more than its help pages say (read in November 2026).

UPS, FedEx and DHL Express come again on a working day, two or three times in all; USPS and Canada Post leave
a card; DHL in Germany takes it to a shop, a post office or a locker. Of others nothing is said.
"""

from app.lib.words import Words, sentence
from app.tracking.story.parcel import Parcel

AGAIN = sentence("%(carrier)s usually tries again on the next working day.")
CARD = sentence("%(carrier)s leaves a card that says where to collect it, or how to have it brought again.")
NEARBY = sentence("%(carrier)s usually takes it to a shop or post office nearby, and says where.")
USUALLY = {
    "ups": AGAIN,
    "fedex": AGAIN,
    "dhl_express": AGAIN,
    "usps": CARD,
    "canada_post": CARD,
    "dhl_parcel_de": NEARBY,
}
UNUSUAL = ("address_issue", "reschedule_needed")
"""Why it was not handed over where nobody just comes again."""


def of(parcel: Parcel, words: Words) -> str:
    """Return what happens next."""
    usual = USUALLY.get(parcel.carrier_slug or "")
    if usual is None or parcel.carrier is None or parcel.detail in UNUSUAL:
        return words.say("The carrier can say when it comes again.")
    return words.say(usual, carrier=parcel.carrier)
