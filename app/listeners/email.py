"""A mail to the merchant's own people."""

from email_validator import EmailNotValidError, validate_email

from app.lib.words import merchant_sentence
from app.listeners import alarms
from app.listeners.base import ALARMS, Field, Keys, Letter, Listener, ListenerKind, Occasion, Unfit


def check(keys: Keys) -> None:
    """Take one address."""
    to = keys["to"]
    try:
        validate_email(to, check_deliverability=False, test_environment=True, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Unfit(merchant_sentence("That is no e-mail address.")) from error


def letter(keys: Keys, occasion: Occasion) -> Letter:
    """Return the mail."""
    told = occasion.told
    return Letter(to=keys["to"], subject=alarms.headline(told), text=alarms.text(told))


PLUGIN = Listener(
    key="email",
    label=merchant_sentence("E-mail"),
    kind=ListenerKind.ALERT,
    fields=(
        Field(
            name="to",
            label=merchant_sentence("Address"),
            help=merchant_sentence("Of whoever looks after parcels."),
            is_secret=False,
        ),
    ),
    manual=merchant_sentence(
        "What happens within minutes comes in one mail, and no more often than every ten minutes."
    ),
    hears=ALARMS,
    starts_with=alarms.USUAL,
    check=check,
    letter=letter,
    was_tried=True,
)
