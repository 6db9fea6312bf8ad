"""The carriers of the sample shops, as each platform names them."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from demo import numbers


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carrier: its name in Shopify, its slug in WooCommerce, its page for a number."""

    name: str
    slug: str
    page: str
    number: Callable[[Random], str]

    def url(self, number: str) -> str:
        """Return the carrier's own page of a parcel."""
        return self.page.format(number)


CARRIERS = {
    carrier.slug: carrier
    for carrier in (
        Carrier("UPS", "ups", "https://www.ups.com/track?tracknum={}", numbers.ups),
        Carrier("USPS", "usps", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}", numbers.usps),
        Carrier("FedEx", "fedex", "https://www.fedex.com/fedextrack/?trknbr={}", numbers.fedex),
        Carrier("DHL Express", "dhl", "https://www.dhl.com/en/express/tracking.html?AWB={}", numbers.dhl),
        Carrier("DPD", "dpd", "https://tracking.dpd.de/parcelstatus?query={}", numbers.dpd),
        Carrier(
            "An Post", "an-post", "https://www.anpost.com/Post-Parcels/Track/History?item={}", numbers.an_post
        ),
    )
}
