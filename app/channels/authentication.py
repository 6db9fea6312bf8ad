"""What a domain's DNS says of mail that is sent in its name: SPF, DKIM, DMARC, and whether they go together.

A mail passes where SPF or DKIM passes for the very domain in its From (alignment); DMARC asks for no more.
What is missing is said in plain words, with the record to copy.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from app.channels import dkim, spf
from app.channels.mailboxes import FREE
from app.channels.presets import Preset
from app.channels.spf import Verdict
from app.lib import dns
from app.lib.words import merchant_sentence


class State(StrEnum):
    """How one thing stands."""

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    """Nobody answered."""


@dataclass(frozen=True, slots=True)
class Record:
    """What to enter where the domain is managed."""

    kind: str
    name: str
    """The whole name; most providers want it without the domain at its end."""
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in plain words, which the admin says again in its reader's language."""

    what: str
    state: State
    said: str
    record: Record | None = None

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Self:
        """Read what `data` wrote."""
        record = Record(**data["record"]) if data["record"] else None
        return cls(data["what"], State(data["state"]), data["said"], record)


@dataclass(frozen=True, slots=True)
class Hand:
    """Who sends for a domain."""

    preset: Preset
    host: str
    selectors: tuple[str, ...] = ()
    """Where its DKIM keys are, as far as the merchant told us."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key that we sign with, or will once it is shown."""

    selector: str
    record: str


def examine(domain: str, hands: Sequence[Hand], own: OwnKey | None, reports_to: str) -> list[Finding]:
    """Look at everything; returns what was found, the verdict first. Never raises."""
    if domain in FREE:
        return [Finding("Passes", State.WRONG, _free(domain))]
    sender = _asked("SPF", lambda: _spf(domain, hands))
    signed = _asked("DKIM", lambda: _dkim(domain, hands, own))
    policy = _asked("DMARC", lambda: _dmarc(domain, reports_to))
    answers = _asked("Answers", lambda: _answers(domain))
    aligned = not all(hand.preset.returns_to_itself for hand in hands)
    return [_verdict(sender, signed, policy, by_spf=aligned), sender, signed, policy, answers]


def is_shown(domain: str, key: OwnKey) -> bool:
    """Tell whether DNS shows a key of ours, so that mails may be signed with it."""
    try:
        return _own_key(domain, key).state is State.GOOD
    except dns.Away:
        return False


def _asked(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except dns.Away as error:
        return Finding(
            what,
            State.UNKNOWN,
            merchant_sentence(
                "Nobody could tell us: %(error)s. We look again by ourselves.", error=str(error)
            ),
        )


def _verdict(sender: Finding, signed: Finding, policy: Finding, *, by_spf: bool) -> Finding:
    passes = [it.what for it in (signed, sender) if it.state is State.GOOD and (it is signed or by_spf)]
    if State.UNKNOWN in (sender.state, signed.state, policy.state) and not passes:
        return Finding(
            "Passes", State.UNKNOWN, merchant_sentence("We do not know yet whether your mail passes.")
        )
    if not passes:
        said = merchant_sentence(
            "Your mail fails: neither DKIM nor SPF speaks for your domain. Gmail, Yahoo and Outlook put "
            "such mail into spam or refuse it."
        )
        return Finding("Passes", State.WRONG, said)
    if policy.state is State.GOOD:
        said = merchant_sentence("Your mail passes: %(what)s speaks for your domain.", what=passes[0])
        if len(passes) > 1:
            said = merchant_sentence("Your mail passes: DKIM and SPF speak for your domain.")
        return Finding("Passes", State.GOOD, said)
    said = merchant_sentence("Your mail is signed as yours. One record is missing: DMARC.")
    return Finding("Passes", State.MISSING, said)


def _spf(domain: str, hands: Sequence[Hand]) -> Finding:
    try:
        text = spf.record(domain)
        missing = [term for hand in hands if (term := _term(domain, hand)) is not None]
    except spf.Broken as error:
        return Finding(
            "SPF", State.WRONG, merchant_sentence("The SPF record cannot be read. %(why)s", why=str(error))
        )
    optional = all(hand.preset.returns_to_itself for hand in hands)
    if not missing:
        return Finding(
            "SPF", State.GOOD, merchant_sentence("SPF lets your mail server send for your domain.")
        )
    rest = (text or spf.VERSION + " ~all").split()[1:]
    record = Record("TXT", domain, " ".join([spf.VERSION, *missing, *rest]))
    if optional:
        said = merchant_sentence(
            "%(provider)s sends with a return address of its own, so DKIM must speak for you. This does no "
            "harm.",
            provider=" and ".join(dict.fromkeys(hand.preset.label for hand in hands)),
        )
        return Finding("SPF", State.MISSING, said, record)
    if text is None:
        return Finding(
            "SPF",
            State.MISSING,
            merchant_sentence("No record says who may send for your domain. Add this one."),
            record,
        )
    said = merchant_sentence(
        "Your SPF record does not name this mail server. Replace the record by this one."
    )
    return Finding("SPF", State.WRONG, said, record)


def _term(domain: str, hand: Hand) -> str | None:
    """Return what a domain's record lacks for whoever sends; None: nothing."""
    if hand.preset.spf:
        return None if spf.includes(domain, hand.preset.spf) else f"include:{hand.preset.spf}"
    addresses = dns.addresses(hand.host)
    passes = [spf.check(domain, address) is Verdict.PASS for address in addresses]
    return None if passes and all(passes) else f"a:{hand.host}"


def _dkim(domain: str, hands: Sequence[Hand], own: OwnKey | None) -> Finding:
    if own is not None:
        return _own_key(domain, own)
    tried = [name for hand in hands for name in (*hand.selectors, *hand.preset.selectors)]
    for selector in tried:
        shown = _key_at(selector, domain)
        if shown == "":
            said = merchant_sentence("The key “%(name)s” was taken back: its record is empty.", name=selector)
            return Finding("DKIM", State.WRONG, said)
        if shown is not None:
            return _judged(selector, shown)
    where = next((hand.preset.domains for hand in hands if hand.preset.domains), "")
    if where:
        said = merchant_sentence(
            "We found no key of your provider. Copy its records: %(where)s.", where=where
        )
        return Finding("DKIM", State.MISSING, said)
    said = merchant_sentence(
        "We know of no key. Let us sign your mail, or tell us the name of your server’s key (its selector)."
    )
    return Finding("DKIM", State.MISSING, said)


def _own_key(domain: str, own: OwnKey) -> Finding:
    record = Record("TXT", f"{own.selector}._domainkey.{domain}", own.record)
    shown = _key_at(own.selector, domain)
    if shown is None:
        said = merchant_sentence("Add this record; we sign your mail as soon as we see it.")
        return Finding("DKIM", State.MISSING, said, record)
    if shown != dkim.public_key(own.record):
        said = merchant_sentence("The record there holds another key. Replace it by this one.")
        return Finding("DKIM", State.WRONG, said, record)
    return Finding(
        "DKIM", State.GOOD, merchant_sentence("Your domain shows the key that we sign your mail with.")
    )


def _judged(selector: str, shown: str) -> Finding:
    is_strong = dkim.is_strong(shown)
    if is_strong is None:
        return Finding(
            "DKIM",
            State.WRONG,
            merchant_sentence("The key “%(name)s” cannot be read. Copy its record once more.", name=selector),
        )
    if not is_strong:
        said = merchant_sentence(
            "The key “%(name)s” has fewer than %(least)s bits and is ignored.",
            name=selector,
            least=dkim.LEAST_BITS,
        )
        return Finding("DKIM", State.WRONG, said)
    said = merchant_sentence(
        "Your domain shows the key “%(name)s” of whoever signs your mail.", name=selector
    )
    return Finding("DKIM", State.GOOD, said)


def _key_at(selector: str, domain: str) -> str | None:
    """Return the key that DNS shows under a selector; "" where it was revoked, None where there is none."""
    shown = [dkim.public_key(text) for text in dns.texts(f"{selector}._domainkey.{domain}")]
    return next((key for key in shown if key is not None), None)


def _dmarc(domain: str, reports_to: str) -> Finding:
    labels = domain.split(".")
    for start in range(len(labels) - 1):  # its own record, else that of what it belongs to
        name = ".".join(labels[start:])
        found = [text for text in dns.texts(f"_dmarc.{name}") if dkim.tags_of(text).get("v") == "DMARC1"]
        if len(found) > 1:
            return Finding(
                "DMARC",
                State.WRONG,
                merchant_sentence(
                    "There are two records at %(place)s: two count as none.", place=f"_dmarc.{name}"
                ),
            )
        if found:
            return _policy(found[0], is_own=start == 0)
    record = Record("TXT", f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:{reports_to}")
    said = merchant_sentence(
        "No record says what others should do with mail that is not yours. Gmail and Yahoo ask for one."
    )
    return Finding("DMARC", State.MISSING, said, record)


def _policy(text: str, *, is_own: bool) -> Finding:
    tags = dkim.tags_of(text)
    policy = (tags.get("p", "") if is_own else tags.get("sp") or tags.get("p", "")).lower()
    match policy:
        case "none":
            said = merchant_sentence(
                "DMARC is there, and asks nobody to refuse what is not yours. That is enough to begin with."
            )
        case "quarantine":
            said = merchant_sentence("DMARC is there: what is not yours goes into spam.")
        case "reject":
            said = merchant_sentence("DMARC is there: what is not yours is refused.")
        case _:
            said = merchant_sentence("The DMARC record says no policy: p=none, quarantine or reject.")
            return Finding("DMARC", State.WRONG, said)
    return Finding("DMARC", State.GOOD, said)


def _answers(domain: str) -> Finding:
    if dns.exchanges(domain) or dns.addresses(domain):
        said = merchant_sentence("Somebody takes mail for your domain, so shoppers can answer.")
        return Finding("Answers", State.GOOD, said)
    said = merchant_sentence("No mail server takes mail for this domain: whoever answers you gets an error.")
    return Finding("Answers", State.WRONG, said)


def _free(domain: str) -> str:
    return merchant_sentence(
        "Nobody else may send in the name of %(domain)s. Use an address of a domain that is yours.",
        domain=domain,
    )
