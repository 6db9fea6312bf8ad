"""A look at one store on WooCommerce: whether we reach it, may do our work, and are told of everything."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests import codes

from app.lib import clock, reading
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.platforms import findings
from app.platforms.findings import Finding, Grade, Remedy, good, unseen
from app.platforms.woocommerce import READERS, authorize, barriers, webhooks
from app.platforms.woocommerce.api import KeysRefused, Refused, Store, answer_in
from app.platforms.woocommerce.mails import MAILS, Mail, is_on
from app.platforms.woocommerce.webhooks import Address
from app.vocabulary import Trigger

API, KEYS, OWNER = merchant_sentence("API"), merchant_sentence("Keys"), merchant_sentence("Owner")
NOTICES, MAILS_TWICE = merchant_sentence("Notices"), merchant_sentence("Mails")
MISSING = merchant_sentence("%(number)s of %(all)s notices are missing: %(topics)s.")
SWITCHED_OFF = merchant_sentence(
    "%(number)s of %(all)s notices were switched off by your store, after failures: %(topics)s."
)
ELSEWHERE = merchant_sentence(
    "%(number)s of %(all)s notices call an address where we no longer are: %(topics)s."
)
OFF = merchant_sentence("“%(mail)s” is off in your store: you had Doorstep switch it off.")
BOTH_OFF = merchant_sentence("“%(mail)s” is off in your store, and so is Doorstep’s: nobody tells shoppers.")
PLUGIN = "doorstep-for-woocommerce/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A store to be looked at, and what we know of it."""

    store: Store
    url: str
    """Its home, without slash at the end."""
    address: Address
    flows_on: Collection[Trigger]
    switched_off: Collection[str]
    """Those of the store's mails that the merchant had us switch off."""
    outside: Outside


def examine(visit: Visit) -> list[Finding]:
    """Return everything that was found; never raises for what a store does."""
    try:
        api = _api(visit)
    except Unreachable as error:
        return [
            _bad(
                API,
                merchant_sentence("Your store does not answer: %(why)s.", why=error),
                merchant_sentence("Check that it is online."),
            )
        ]
    if api.grade is Grade.BAD:
        return [api]
    found = [api, *_attempt(KEYS, _keys, visit)]
    if any(it.grade in (Grade.BAD, Grade.UNSEEN) for it in found):
        return found
    found += _attempt(OWNER, _owner, visit)
    found += _attempt(NOTICES, _notices, visit)
    return found + list(_attempt(MAILS_TWICE, _mails, visit))


def _attempt(what: str, look: Callable[[Visit], Iterator[Finding]], visit: Visit) -> list[Finding]:
    try:
        return list(look(visit))
    except Unreachable as error:
        return [unseen(what, str(error))]


def _bad(what: str, said: str, mend: str, remedy: Remedy | None = None) -> Finding:
    return Finding(what=what, grade=Grade.BAD, said=said, mend=mend, remedy=remedy)


def _odd(what: str, said: str, mend: str, remedy: Remedy | None = None, subject: str = "") -> Finding:
    return Finding(what=what, grade=Grade.ODD, said=said, mend=mend, remedy=remedy, subject=subject)


def _api(visit: Visit) -> Finding:
    """Say whether WordPress answers where its API should be."""
    response = visit.outside.get(visit.url + authorize.ROOT, allow_redirects=False)
    if response.is_redirect:
        there = urlsplit(response.headers.get("Location", "")).hostname or "another address"
        return _bad(
            API,
            merchant_sentence("Your store has moved to %(there)s.", there=there),
            merchant_sentence("Connect it again by that address."),
            Remedy.RECONNECT,
        )
    root = authorize.root_in(response)
    if root is None:
        return _no_api(visit, response)
    if "wc/v3" not in reading.texts(root, "namespaces"):
        return _bad(
            API,
            merchant_sentence("WooCommerce is not active in your WordPress."),
            merchant_sentence("Activate the plug-in WooCommerce."),
        )
    return good(API, merchant_sentence("Your store’s API answers."))


def _no_api(visit: Visit, response: requests.Response) -> Finding:
    if response.status_code == codes.not_found and authorize.has_plain_permalinks(visit.outside, visit.url):
        return _bad(API, authorize.PLAIN, authorize.NOT_PLAIN)
    return _stopped(response)


def _stopped(response: requests.Response) -> Finding:
    """Say who answers in the store's place."""
    who = barriers.firewall(response) or merchant_sentence("A firewall, security plug-in or cache")
    is_page = barriers.is_page(response)
    what = merchant_sentence("a page where data was due") if is_page else f"{response.status_code}"
    return _bad(
        API,
        merchant_sentence("%(who)s stands before your store’s API and answers %(what)s.", who=who, what=what),
        merchant_sentence(
            "There, allow requests to /wp-json/ and /wp-cron.php whose User-Agent begins with %(name)s.",
            name=Outside.NAME,
        ),
    )


def _keys(visit: Visit) -> Iterator[Finding]:
    """Say whether our keys open the store, as they should, and who answers."""
    response = visit.store.hear("GET", "orders", params={"per_page": 1, "_fields": "id"})
    try:
        answer_in(response)
    except KeysRefused as error:
        yield _bad(
            KEYS,
            merchant_sentence("Your store refuses our keys: %(why)s.", why=error),
            merchant_sentence("Connect it again."),
            Remedy.RECONNECT,
        )
        return
    except Unreachable:
        yield _stopped(response)
        return
    if visit.store.query_string_auth:
        yield _odd(
            KEYS,
            merchant_sentence(
                "Your store’s server takes the Authorization header away, so our keys travel in addresses, "
                "which "
                "servers write into their logs."
            ),
            merchant_sentence(
                'With Apache, add SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1 to .htaccess; '
                "else ask your host."
            ),
        )
    yield from _writing(visit)
    memory = barriers.cache(response)
    if memory is not None:
        yield _odd(
            merchant_sentence("Page cache"),
            merchant_sentence(
                "Data of your store comes from %(memory)s, not from the store: it may be old.", memory=memory
            ),
            merchant_sentence("There, leave /wp-json/ out of what is kept."),
        )
        return
    skew = findings.clock(response.headers.get("Date"), clock.now())
    if skew is not None:
        yield skew


def _writing(visit: Visit) -> Iterator[Finding]:
    """Say whether our keys may change anything: a webhook without a topic is made by nobody."""
    try:
        asked = {"topic": "none", "delivery_url": "https://doorstep.invalid/"}
        visit.store.write("POST", "webhooks", asked)
    except KeysRefused:
        yield _bad(
            KEYS,
            merchant_sentence(
                "Our keys may read, but change nothing, so your store cannot be asked to tell us of orders."
            ),
            merchant_sentence("Connect it again and allow Read/Write."),
            Remedy.RECONNECT,
        )
        return
    except Refused:
        pass
    if not visit.store.query_string_auth:
        yield good(KEYS, merchant_sentence("Our keys may read and write."))


def _owner(visit: Visit) -> Iterator[Finding]:
    """Say whether the user behind our keys may see to the store, and whether its clockwork runs."""
    try:
        status = visit.store.read("system_status", _fields="environment,active_plugins")
    except KeysRefused:
        yield _bad(
            OWNER,
            merchant_sentence(
                "The user who connected Doorstep is no longer administrator or shop manager: your store "
                "tells us "
                "less than there is, or nothing."
            ),
            merchant_sentence("Make them shop manager again, or connect as somebody who is."),
            Remedy.RECONNECT,
        )
        return
    yield good(OWNER, merchant_sentence("The user who connected Doorstep may manage the shop."))
    environment = reading.object_(status or {}, "environment")
    if environment.get("wp_cron") is False:
        yield _odd(
            merchant_sentence("WP-Cron"),
            merchant_sentence(
                "WordPress’s own clockwork is switched off (DISABLE_WP_CRON). Unless your host runs "
                "wp-cron.php "
                "itself, your store tells nobody of new orders; Doorstep calls it every few minutes."
            ),
            merchant_sentence(
                "Let your host call wp-cron.php every minute, or take DISABLE_WP_CRON out of wp-config.php."
            ),
        )


def _notices(visit: Visit) -> Iterator[Finding]:
    """Say which of our webhooks are missing, asleep or call elsewhere."""
    mine = webhooks.ours(visit.store, visit.address)
    by_topic = {str(hook.get("topic")): hook for hook in mine}
    wanted = [topic for topic in READERS if topic not in webhooks.OF_THE_PLUGIN]
    if _has_plugin(visit):
        wanted += webhooks.OF_THE_PLUGIN
    wrong = {
        MISSING: [topic for topic in wanted if topic not in by_topic],
        SWITCHED_OFF: _those(by_topic, "disabled"),
        ELSEWHERE: [
            topic for topic, hook in by_topic.items() if hook.get("delivery_url") != visit.address.url
        ],
    }
    for how, topics in wrong.items():
        if topics:
            values = {"number": len(topics), "all": len(wanted), "topics": ", ".join(sorted(topics))}
            said = how % values
            mend = merchant_sentence("They are made anew by themselves within 15 minutes, or now.")
            yield _bad(NOTICES, said, mend, Remedy.WEBHOOKS)
    paused = _those(by_topic, "paused")
    if paused:
        yield _odd(
            NOTICES,
            merchant_sentence(
                "Somebody paused these notices in your store: %(names)s.", names=", ".join(sorted(paused))
            ),
            merchant_sentence(
                "Doorstep leaves them so. Switch them on under WooCommerce → Settings → Advanced → Webhooks."
            ),
            Remedy.WEBHOOKS,
        )
    if not paused and not any(wrong.values()):
        yield good(
            NOTICES,
            merchant_sentence("All %(number)s notices are there, awake, and call us.", number=len(wanted)),
        )


def _those(by_topic: dict[str, Json], status: str) -> list[str]:
    return [topic for topic, hook in by_topic.items() if hook.get("status") == status]


def _has_plugin(visit: Visit) -> bool:
    status = visit.store.read("system_status", _fields="active_plugins")
    plugins = reading.objects(status or {}, "active_plugins")
    return any((reading.text(it, "plugin") or "").startswith(PLUGIN) for it in plugins)


def _mails(visit: Visit) -> Iterator[Finding]:
    """Say which mails of the store say what a flow of ours says."""
    found = [finding for mail in MAILS if (finding := _mail(visit, mail))]
    yield from found or [
        good(MAILS_TWICE, merchant_sentence("No mail of your store says what Doorstep’s say."))
    ]


def _mail(visit: Visit, mail: Mail) -> Finding | None:
    on, ours = is_on(visit.store, mail.ident), mail.trigger in visit.flows_on
    if on and ours:
        said = merchant_sentence(
            "Your store mails “%(mail)s”, and Doorstep says the same: shoppers hear it twice.", mail=mail.name
        )
        also = merchant_sentence("Switch one of them off. %(also)s", also=mail.also)
        mend = also if mail.also else merchant_sentence("Switch one of them off.")
        return _odd(MAILS_TWICE, said, mend, Remedy.MAIL_OFF, mail.ident)
    if on is False and mail.ident in visit.switched_off:
        said = (OFF if ours else BOTH_OFF) % {"mail": mail.name}
        grade = Grade.GOOD if ours else Grade.ODD
        return Finding(what=MAILS_TWICE, grade=grade, said=said, remedy=Remedy.MAIL_ON, subject=mail.ident)
    return None
