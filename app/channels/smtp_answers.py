"""What an SMTP server's answers mean: which of them concern one message, and which all of them."""

import re

from app.channels.base import SendError

TAKEN, GO_ON, LATER, NEVER = 2, 3, 4, 5
"""First digits of answers."""
CLOSING = 421
SIGN_IN_FIRST = (530, 534, 535, 538)
TOO_LARGE = 552
NOT_AUTHENTIC = "5.7.515"
"""Outlook.com: our own domain fails SPF, DKIM or DMARC; the merchant has DNS to mend."""
NO_MAILBOX = ("550", "551", "553")
NO_MAILBOX_ENHANCED = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")
"""What tells that an address is dead, where other refusals are about our reputation, or a full mailbox."""
QUOTA = re.compile(
    rb"throttling|credits exceeded|(daily|hourly|sending|message) [a-z ]{0,24}?(limit|quota)", re.IGNORECASE
)
"""What providers say when they take no more of anybody's mail for now, under codes of every kind."""
FULL_MAILBOX = ("4.2.2", "5.2.2")
ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


def refusal(what: str, code: int, answer: bytes) -> SendError:
    """Return what a refusal means; `what` was refused: MAIL, RCPT, DATA, or the message itself."""
    told = brief(code, answer)
    is_final = code // 100 == NEVER
    is_spent = QUOTA.search(answer) is not None and told[4:] not in FULL_MAILBOX
    is_ours = code == CLOSING or code in SIGN_IN_FIRST or NOT_AUTHENTIC in told or is_spent
    if what == "MAIL" and is_final and code != TOO_LARGE:
        is_ours = True  # it refuses the sender, who is the same for all
    is_theirs = what == "RCPT" and (told in NO_MAILBOX or told[4:] in NO_MAILBOX_ENHANCED)
    return SendError(
        f"{what}: {told}", permanent=is_final and not is_ours, everyone=is_ours, bad_address=is_theirs
    )


def brief(code: int, answer: bytes) -> str:
    """Return an answer without its words, which often repeat the address."""
    enhanced = ENHANCED.match(answer)
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)
