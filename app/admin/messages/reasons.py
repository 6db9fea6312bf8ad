"""Why a message did not go, or not yet: a sentence for the merchant for each reason."""

from app.admin.tables import Said
from app.lib.words import sentence
from app.vocabulary import Reason

REASONS = Said(
    {
        Reason.FLOW_OFF: sentence("This flow is switched off."),
        Reason.NO_CHANNEL: sentence("Nobody carries messages of this kind for you."),
        Reason.NO_TEMPLATE: sentence(
            "No template that WhatsApp approved says it, and they have not written for a day."
        ),
        Reason.NO_ADDRESS: sentence("The order came without an e-mail address."),
        Reason.BAD_ADDRESS: sentence("Nobody could deliver to the address as it was typed."),
        Reason.SUPPRESSED: sentence("They asked for no more mail, or their mailbox has turned us away."),
        Reason.ERASED: sentence("Their personal data was erased."),
        Reason.NO_CONSENT: sentence("They have not agreed to messages of this kind."),
        Reason.NOT_CONFIRMED: sentence("They agreed, but have not confirmed it from their own address yet."),
        Reason.COUNTRY_RULE: sentence("Messages of this kind do not go to their country."),
        Reason.TOO_OFTEN: sentence(
            "They have had as many offers as may go to one person in a day, or in a week."
        ),
        Reason.ALREADY_TOLD: sentence("Another message has told them the same."),
        Reason.MERGED: sentence("One mail about their newer cart went instead."),
        Reason.OUTRANKED: sentence("Another offer goes to them first, for one a day is enough."),
        Reason.AFTER_NEWS: sentence(
            "They have just heard of their order: offers wait an hour, after bad news a day."
        ),
        Reason.STORE_TELLS: sentence("Your store’s own mail asks for it, too. Switch one of the two off."),
        Reason.QUIET_HOURS: sentence("It is night, or Sunday morning, where they live: it waits."),
        Reason.PAUSED: sentence(
            "Offers are paused: too many readers called them spam. It waits for you to resume them."
        ),
        Reason.BUDGET_SPENT: sentence(
            "Your mail server has carried as many mails as it may in a day: it goes tomorrow."
        ),
        Reason.OPEN_CASE: sentence("It waits until you have dealt with the problem they reported."),
        Reason.CATCHING_UP: sentence(
            "It waits for a moment, until all that your store told of orders is read."
        ),
        Reason.AWAITS_CODE: sentence("It waits until its discount code is made in your store."),
        Reason.SHOP_GONE: sentence("The store was disconnected before it could go out."),
        Reason.TOO_OLD: sentence("Your store told us long after it happened; by then it was no news."),
        Reason.ALREADY_BOUGHT: sentence("They have bought it, or emptied the cart."),
        Reason.SUPERSEDED: sentence("By then the parcel was further along, or the order was cancelled."),
        Reason.SOLD_OUT: sentence(
            "By then it was sold out. Who asked to hear when it is back goes on waiting."
        ),
        Reason.LET_GO: sentence("By then it no longer fitted: its flow had let go of them."),
        Reason.WITHDRAWN: sentence("This address no longer gets the updates of the order."),
        Reason.ONLY_IF_LATE: sentence("They asked to hear of this parcel only if it is late."),
        Reason.TEST_ORDER: sentence("It was a test order."),
        Reason.REFUSED: sentence("Their mail server refused it for good."),
        Reason.UNRENDERABLE: sentence(
            "The message could not be put together. Mend its text, and it is tried again."
        ),
        Reason.CUT_OFF: sentence(
            "Our program broke off each time over this one. Change its text, and it is tried again."
        ),
        Reason.DROPPED: sentence("Your mail provider took it, and then did not send it on."),
        Reason.GAVE_UP: sentence("Their mail server could not be reached for two days."),
        Reason.FATE_UNKNOWN: sentence("We were cut off while it went out. It may or may not have arrived."),
    }
)

WOULD_HAVE_GONE = sentence("Would have gone %(when)s.")
HELD_BACK = {
    Reason.TOO_OFTEN: sentence(
        "Would have gone %(when)s, but they had had as many offers as may go in a day, or in a week."
    ),
    Reason.OUTRANKED: sentence("Would have gone %(when)s, but another offer went to them first."),
    Reason.AFTER_NEWS: sentence("Would have gone %(when)s, but they had just heard of their order."),
    Reason.MERGED: sentence("Would have gone %(when)s, but one mail about their newer cart went instead."),
}
"""What came between a message and its moment, of one that has gone since, or does not go."""
