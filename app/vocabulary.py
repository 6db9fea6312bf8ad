"""The words that everyone shares; enum values are stored as they read."""

from enum import StrEnum


class PlatformKey(StrEnum):
    """Where a shop's orders come from."""

    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"


class ShipmentStatus(StrEnum):
    """Where a parcel is, in the words of data/carriers/taxonomy.json."""

    PENDING = "pending"
    LABEL_CREATED = "label_created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DELAYED = "delayed"
    EXCEPTION = "exception"
    ATTEMPT_FAILED = "attempt_failed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    RETURN_TO_SENDER = "return_to_sender"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"

    @property
    def rank(self) -> int:
        """How far along the way this is; between scans of the same moment the higher rank holds."""
        return _RANKS[self]


_RANKS = dict(zip(ShipmentStatus, (0, 1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 7), strict=True))
"""In the order in which they stand above."""


class ExceptionKind(StrEnum):
    """What is wrong with a parcel or an order; the gravest first."""

    REPORTED = "reported"
    PRESUMED_LOST = "presumed_lost"
    RETURNED = "returned"
    RETURNING = "returning"
    HELD_UP = "held_up"
    """The carrier reports a problem: customs, damage, an address that it cannot find."""
    INVALID_NUMBER = "invalid_number"
    FAILED_ATTEMPT = "failed_attempt"
    STALLED = "stalled"
    LATE = "late"
    LABEL_NOT_MOVING = "label_not_moving"
    NO_UPDATE = "no_update"
    PICKUP_WAITING = "pickup_waiting"
    UNFULFILLED = "unfulfilled"
    """Of an order: nothing of it has left."""


class CaseKind(StrEnum):
    """What a shopper reports from the tracking page."""

    NOT_RECEIVED = "not_received"
    PROBLEM = "problem"


class CaseWish(StrEnum):
    """What a shopper would like to be done about it."""

    ANSWER = "answer"
    REFUND = "refund"
    RESEND = "resend"


class Medium(StrEnum):
    """What consent is for."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"


class Category(StrEnum):
    """Whether the shopper's own purchase asks for the message, or the merchant does."""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"


class Trigger(StrEnum):
    """What starts a flow; the name of its file in app/flows/triggers and of its template folder."""

    THANK_YOU = "thank_you"
    SHIPPED = "shipped"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    READY_TO_COLLECT = "ready_to_collect"
    PICKUP_REMINDER = "pickup_reminder"
    ATTEMPT_FAILED = "attempt_failed"
    LABEL_CREATED = "label_created"
    IN_TRANSIT = "in_transit"
    RUNNING_LATE = "running_late"
    ABANDONED_CHECKOUT = "abandoned_checkout"
    BACK_IN_STOCK = "back_in_stock"
    REVIEW_REQUEST = "review_request"
    WIN_BACK = "win_back"
    CHECK_IN = "check_in"
    LAPSED_SURVEY = "lapsed_survey"
    WELCOME = "welcome"
    REPLENISHMENT = "replenishment"
    CASE_REPLY = "case_reply"
    """The merchant answers what a shopper reported; no flow, and never switched off."""
    REVIEW_REPLY = "review_reply"
    """The merchant answers a review; no flow either."""
    BULLETIN = "bulletin"  # the merchant writes to the shoppers of many parcels; no flow either
    OWN_ORDERS = "own_orders"
    """The link that a shopper asked for; no flow either."""
    CONFIRM_WAITING = "confirm_waiting"
    CONFIRM_RECIPIENT = "confirm_recipient"
    """Asks an address that a shopper named whether it wants an order's updates."""
    CONFIRM_OFFERS = "confirm_offers"
    """The second yes to offers, where the law wants it; no flow either."""


class MessageState(StrEnum):
    """What has become of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    """Its server says that it reached the recipient's."""
    BOUNCED = "bounced"
    """It was taken, and came back: nobody is there."""
    COMPLAINED = "complained"
    """The recipient called it spam."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """A crash left its fate unknown, and it was not, or not again, sent blindly."""
    HELD = "held"
    SKIPPED = "skipped"


WENT_OUT = (MessageState.SENT, MessageState.DELIVERED, MessageState.BOUNCED, MessageState.COMPLAINED)
"""States of a message that was surely handed over."""


class Reason(StrEnum):
    """Why a message was not sent, or not yet; app/admin/messages/reasons.py has a sentence for each."""

    FLOW_OFF = "flow_off"
    NO_CHANNEL = "no_channel"
    """The shop has nobody (any more) who carries messages of this medium."""
    NO_TEMPLATE = "no_template"
    """WhatsApp has approved no template that says it, and the shopper has not written for a day."""
    NO_ADDRESS = "no_address"
    BAD_ADDRESS = "bad_address"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    NO_CONSENT = "no_consent"
    NOT_CONFIRMED = "not_confirmed"
    """They said yes where anybody could, and have not said it from the address itself."""
    COUNTRY_RULE = "country_rule"
    TOO_OFTEN = "too_often"
    ALREADY_TOLD = "already_told"
    MERGED = "merged"
    """One message spoke for several."""
    OUTRANKED = "outranked"
    """An offer that matters more goes first."""
    AFTER_NEWS = "after_news"
    """Offers wait a while after news of an order."""
    STORE_TELLS = "store_tells"
    """The store's own mail, which is on, asks the same."""
    QUIET_HOURS = "quiet_hours"
    """It waits for a decent hour on the recipient's clock."""
    PAUSED = "paused"
    BUDGET_SPENT = "budget_spent"
    OPEN_CASE = "open_case"
    """Offers wait until what the shopper reported is dealt with."""
    CATCHING_UP = "catching_up"  # what the store has told of orders is being read first
    AWAITS_CODE = "awaits_code"  # the discount that it offers is being made in the store
    SHOP_GONE = "shop_gone"
    TOO_OLD = "too_old"
    """The store told us of it long after it happened."""
    ALREADY_BOUGHT = "already_bought"
    """What was left in the cart has been bought, or taken out of it."""
    SUPERSEDED = "superseded"
    """By the time it could be sent, the parcel was further along, or the order was cancelled."""
    SOLD_OUT = "sold_out"  # what it speaks of cannot be bought any more
    LET_GO = "let_go"
    WITHDRAWN = "withdrawn"
    """The address was taken off the order's updates."""
    ONLY_IF_LATE = "only_if_late"
    TEST_ORDER = "test_order"
    REFUSED = "refused"
    """The receiving side said no for good."""
    UNRENDERABLE = "unrenderable"
    """The template cannot be filled."""
    CUT_OFF = "cut_off"
    """Each time it was in hand, whoever sent it was cut off."""
    DROPPED = "dropped"
    """The provider took it, and did not send it on."""
    GAVE_UP = "gave_up"  # temporary failures went on for too long
    FATE_UNKNOWN = "fate_unknown"


class ConsentState(StrEnum):
    """What a shopper has said about one category on one medium."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    PENDING = "pending"
    NOT_SUBSCRIBED = "not_subscribed"


class ConsentSource(StrEnum):
    """Where a shopper said it; what each is worth is in app/audience/grants.py."""

    ORDER = "order"
    """Nothing was said: the address was typed to buy something."""
    CHECKOUT = "checkout"
    """A box for offers at the checkout was ticked."""
    SHOPIFY = "shopify"
    """Shopify's record of the shopper says so."""
    TRACKING_PAGE = "tracking page"
    PREFERENCES = "preferences page"
    """Reached by the link in a message to this very address."""
    ONE_CLICK = "one click"
    """The mailbox's own button to unsubscribe (RFC 8058)."""
    CONFIRMATION = "confirmation link"
    KEYWORD = "keyword"
    """STOP or START, sent from this very number."""
    IMPORT = "import"
    """A list that the merchant brought."""
    MERCHANT = "merchant"
    RECORD_DELETED = "store record deleted"


class ConsentBasis(StrEnum):
    """What a permission stands on."""

    EXPRESS = "express"
    """They said yes."""
    CONFIRMED = "confirmed"
    """They said yes, and again from the address itself."""
    PURCHASE = "purchase"
    """They bought something, and this is about it."""
    CUSTOMER = "customer"
    """They bought something, and the law lets shops write to customers who have not declined."""


class ShopState(StrEnum):
    """Whether we still work for a shop."""

    INSTALLED = "installed"
    UNINSTALLED = "uninstalled"
    CLOSING = "closing"
    """Its rows are being removed, its own row last; what its store connects next is another shop."""


class InboxState(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DONE = "done"
    IGNORED = "ignored"
    """Genuine, but of a topic that we do not know, or a repetition: kept and counted."""
    PARKED = "parked"
    """It failed several times; the merchant sees why and may replay it."""


class CallState(StrEnum):
    """What has become of an effect on the outside."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    """When its time came there was nothing to do (any more)."""
    PARKED = "parked"
    """It failed several times, or for good; the merchant sees why and may have it tried again."""


class CallReason(StrEnum):
    """Why there was nothing to do."""

    SHOP_GONE = "shop_gone"
    ERASED = "erased"
    KNOWN = "known"
    """The other side knew by itself."""
    SUPERSEDED = "superseded"
    """Something newer is so by now, or what it was about is gone."""
    SWITCHED_OFF = "switched_off"
    DECLINED = "declined"
    """Whom it is about has said no to being written to."""
    USELESS = "useless"
    """Whoever was to be told has no use for it."""
    NOT_OURS = "not_ours"
    """Somebody else keeps it there, and what they wrote is left alone."""
