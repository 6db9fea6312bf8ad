"""Who buys in the sample shops; all live at example.org."""

import unicodedata
from dataclasses import dataclass

Place = tuple[str, str, str]
"""City, region's short code or "", country."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """Somebody who buys, and the towns that a parcel passes on its way to them."""

    id: int
    first: str
    last: str
    street: str
    town: Place
    postcode: str
    locale: str
    phone: str
    way: tuple[Place, ...] = ()

    @property
    def email(self) -> str:
        """The shopper's address."""
        plain = unicodedata.normalize("NFKD", f"{self.first}.{self.last}".replace("ø", "o"))
        return "".join(c for c in plain.lower() if c.isascii() and (c.isalnum() or c == ".")) + "@example.org"


PORTLAND: Place = ("Portland", "OR", "US")
BOISE: Place = ("Boise", "ID", "US")
SALT_LAKE: Place = ("Salt Lake City", "UT", "US")
DENVER: Place = ("Denver", "CO", "US")
CHICAGO: Place = ("Chicago", "IL", "US")
LOUISVILLE: Place = ("Louisville", "KY", "US")
SEATTLE: Place = ("Seattle", "WA", "US")
CORK: Place = ("Cork", "CO", "IE")
DUBLIN: Place = ("Dublin", "D", "IE")

_EAST = (PORTLAND, SALT_LAKE, CHICAGO)
_ABROAD = (PORTLAND, LOUISVILLE)
_IRISH = (CORK, DUBLIN)
_EUROPEAN = (CORK, DUBLIN, ("Köln", "", "DE"))

RIDGE = (
    Shopper(1, "Ana", "Moreno", "1720 Pearl Street, Apt 4", ("Boulder", "CO", "US"), "80302", "en-US",
            "+13035550142", (PORTLAND, BOISE, SALT_LAKE, DENVER)),
    Shopper(2, "Lee", "Park", "88 Rainey Street", ("Austin", "TX", "US"), "78701", "en-US",
            "+15125550117", (PORTLAND, SALT_LAKE, ("Albuquerque", "NM", "US"))),
    Shopper(3, "Priya", "Nair", "12 Elm Avenue", ("Portland", "ME", "US"), "04101", "en-US",
            "+12075550163", (*_EAST, ("Boston", "MA", "US"))),
    Shopper(4, "Tom", "Vandermeer", "61 Wall Street", ("Bend", "OR", "US"), "97701", "en-US",
            "+15415550129", (PORTLAND, ("Redmond", "OR", "US"))),
    Shopper(5, "Hélène", "Tremblay", "300 rue Saint-Paul Est", ("Montréal", "QC", "CA"), "H2Y 1H2", "fr-CA",
            "+15145550188", (*_EAST, ("Mississauga", "ON", "CA"))),
    Shopper(6, "Maximiliane", "Oberhofer", "Lindenstraße 12", ("Freiburg", "", "DE"), "79098", "de",
            "+4976155500123", (*_ABROAD, ("Köln", "", "DE"))),
    Shopper(7, "Jo", "Lindqvist", "Storgatan 9", ("Umeå", "", "SE"), "903 26", "sv",
            "+46905550104", (*_ABROAD, ("Copenhagen", "", "DK"), ("Stockholm", "", "SE"))),
    Shopper(8, "Keiko", "Tanaka", "1-8-3 Marunouchi", ("Chiyoda-ku", "JP-13", "JP"), "100-0005", "ja",
            "+81355550177", (PORTLAND, ("Anchorage", "AK", "US"), ("Narita", "", "JP"))),
    Shopper(9, "Marcus", "Okafor", "405 Ponce de Leon Avenue", ("Atlanta", "GA", "US"), "30308", "en-US",
            "+14045550150", (*_EAST, LOUISVILLE)),
    Shopper(10, "Ruth", "Abramson", "219 Court Street", ("Brooklyn", "NY", "US"), "11201", "en-US",
            "+17185550136", (*_EAST, ("Newark", "NJ", "US"))),
    Shopper(11, "Dustin", "Whitehorse", "740 Cerrillos Road", ("Santa Fe", "NM", "US"), "87505", "en-US",
            "+15055550191", (PORTLAND, SALT_LAKE, ("Albuquerque", "NM", "US"))),
    Shopper(12, "Camila", "Duarte", "2450 Valencia Street", ("San Francisco", "CA", "US"), "94110", "es-US",
            "+14155550175", (PORTLAND, ("Sacramento", "CA", "US"))),
    Shopper(13, "Owen", "Gallagher", "17 Wharf Road", ("Islington", "", "GB"), "N1 7SR", "en-GB",
            "+442079460958", (*_ABROAD, ("East Midlands", "", "GB"))),
    Shopper(14, "Noor", "Haddad", "530 Pike Street", ("Seattle", "WA", "US"), "98101", "ar",
            "+12065550148", (PORTLAND, SEATTLE)),
)  # fmt: skip

HARBOR = (
    Shopper(100_001, "Saoirse", "Byrne", "4 Harbour Row", ("Cobh", "CO", "IE"), "P24 X567", "en-IE",
            "+353215550101", _IRISH),
    Shopper(100_002, "Cillian", "Murray", "31 Shop Street", ("Galway", "G", "IE"), "H91 Y2A4", "en-IE",
            "+353915550132", _IRISH),
    Shopper(100_003, "Emily", "Hart", "9 Corn Street", ("Bristol", "", "GB"), "BS1 1HT", "en-GB",
            "+441174960127", (CORK, DUBLIN, ("East Midlands", "", "GB"))),
    Shopper(100_004, "Clémence", "Roussel", "14 rue de la Monnaie", ("Lille", "", "FR"), "59800", "fr",
            "+33355500145", _EUROPEAN),
    Shopper(100_005, "Jonas", "Petersen", "Große Bergstraße 160", ("Hamburg", "", "DE"), "22767", "de",
            "+494055501208", _EUROPEAN),
    Shopper(100_006, "Anouk", "de Vries", "Prinsengracht 263", ("Amsterdam", "", "NL"), "1016 GV", "nl",
            "+31205550183", _EUROPEAN),
    Shopper(100_007, "Giulia", "Ferrari", "Via Garibaldi 22", ("Torino", "TO", "IT"), "10122", "it",
            "+390115550164", _EUROPEAN),
    Shopper(100_008, "Søren", "Kjær", "Vestergade 41", ("Aarhus", "", "DK"), "8000", "da",
            "+4587555019", _EUROPEAN),
    Shopper(100_009, "Inés", "Navarro", "Calle del Mar 8", ("València", "V", "ES"), "46003", "es",
            "+34965550156", _EUROPEAN),
    Shopper(100_010, "Grace", "O'Malley", "77 Dorset Avenue", ("Boston", "MA", "US"), "02116", "en-US",
            "+16175550139", (CORK, DUBLIN, LOUISVILLE)),
)  # fmt: skip
