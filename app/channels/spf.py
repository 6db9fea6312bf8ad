"""SPF (RFC 7208): may a server send mail in a domain's name, as who gets it would find out."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network

from app.lib import dns
from app.lib.words import merchant_sentence

LOOKUPS_AT_MOST = 10
"""How many questions a record may cost; whoever checks gives up after that."""
VERSION = "v=spf1"


class Verdict(StrEnum):
    """What SPF says."""

    PASS = "pass"  # noqa: S105 - its word in the standard
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    """There is no record."""
    BROKEN = "permerror"
    """There are two records, one that cannot be read, or one that costs too many questions."""


SIGNS = {"+": Verdict.PASS, "-": Verdict.FAIL, "~": Verdict.SOFTFAIL, "?": Verdict.NEUTRAL}


class Broken(Exception):
    """The record is not one; the sentence says why."""


@dataclass
class Look:
    """What one check has cost so far, and what it came through."""

    lookups: int = 0
    passed: tuple[str, ...] = ()
    """Names of records that were included, in the order they were read."""

    def count(self) -> None:
        """Count a question; raises Broken where there were too many."""
        self.lookups += 1
        if self.lookups > LOOKUPS_AT_MOST:
            raise Broken(
                merchant_sentence(
                    "It asks for more than %(most)s other records, and nobody follows it so far.",
                    most=LOOKUPS_AT_MOST,
                )
            )


def record(domain: str) -> str | None:
    """Return a domain's SPF record, None where there is none; raises Broken where there are two, and Away."""
    found = [text for text in dns.texts(domain) if text.lower().split(" ")[0] == VERSION]
    if len(found) > 1:
        raise Broken(
            merchant_sentence("There are two records. Put them together into one: two count as none.")
        )
    return found[0] if found else None


def check(domain: str, address: str, look: Look | None = None) -> Verdict:
    """Return whether a server may send for a domain; raises Broken and dns.Away."""
    look = look or Look()
    text = record(domain)
    if text is None:
        return Verdict.NONE
    redirect = ""
    for term in text.split()[1:]:
        if term.lower().startswith("redirect="):
            redirect = term.partition("=")[2]
        elif "=" in term.partition(":")[0].partition("/")[0]:
            continue  # another modifier, which decides nothing
        else:
            sign, mechanism = (term[0], term[1:]) if term[0] in SIGNS else ("+", term)
            if _matches(mechanism, domain, address, look):
                return SIGNS[sign]
    if redirect:
        look.count()
        look.passed += (redirect.lower(),)
        found = check(redirect, address, look)
        return Verdict.BROKEN if found is Verdict.NONE else found
    return Verdict.NEUTRAL


def includes(domain: str, wanted: str) -> bool:
    """Tell whether a domain's record includes another, be it by way of others; raises Broken and dns.Away."""
    look = Look()
    check(domain, "192.0.2.1", look)  # of nobody: every record that is included is read
    return wanted.lower() in look.passed


def _matches(mechanism: str, domain: str, address: str, look: Look) -> bool:
    name, _, rest = mechanism.partition(":")
    name, slash, short = name.partition("/")
    target, _, prefix = rest.partition("/") if rest else (domain, "", short if slash else "")
    match name.lower():
        case "all":
            return True
        case "ip4" | "ip6":
            return _within(address, rest)
        case "include":
            look.count()
            look.passed += (rest.lower(),)
            return check(rest, address, look) is Verdict.PASS
        case "a":
            look.count()
            return any(_within(address, _network(found, prefix)) for found in dns.addresses(target))
        case "mx":
            look.count()
            hosts = dns.exchanges(target)[:LOOKUPS_AT_MOST]
            found = [one for host in hosts for one in dns.addresses(host)]
            return any(_within(address, _network(one, prefix)) for one in found)
        case "exists" | "ptr":  # depends on who asks for whom: it lets in nobody whom we could name
            look.count()
            return False
    raise Broken(merchant_sentence("“%(word)s” means nothing.", word=mechanism))


def _network(address: str, prefix: str) -> str:
    """Return the network of an address: "24" counts for IPv4, "/64" (of "24//64") for IPv6."""
    four, _, six = prefix.partition("/")
    length = six.lstrip("/") if ":" in address else four
    return f"{address}/{length}" if length else address


def _within(address: str, network: str) -> bool:
    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError as error:
        raise Broken(merchant_sentence("“%(word)s” is no address.", word=network)) from error
