"""Our webhooks in a store: all there, awake, ours, and signed with the secret that we know."""

from dataclasses import dataclass

from app.lib import reading
from app.lib.reading import Json
from app.platforms.woocommerce import READERS
from app.platforms.woocommerce.api import Refused, Store

NO_SUCH_TOPIC = "woocommerce_rest_shop_webhook_invalid_topic"
OF_THE_PLUGIN = tuple(topic for topic in READERS if topic.startswith("cart."))
"""Topics that a store knows with our companion plug-in only, and refuses without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a store delivers, and the secret it signs with."""

    base: str
    """Our own address."""
    key: str
    """The shop's."""
    secret: str

    @property
    def url(self) -> str:
        """The delivery URL."""
        return f"{self.base}{self.path}"

    @property
    def path(self) -> str:
        """What makes a webhook ours, even one made while we lived at another address."""
        return f"/webhooks/woocommerce/{self.key}"


def mend(store: Store, address: Address, *, anew: bool = False, carts: bool = True) -> list[str]:
    """Make every webhook of ours be there and awake; returns the topics that were not.

    `anew` replaces them all, so that they belong to the user whose keys we hold now. `carts`: whether to ask
    for those that only a store with our plug-in makes.
    """
    mine = ours(store, address)
    if anew:
        remove(store, mine)
        mine = []
    mended = []
    for topic in READERS:
        hooks = [hook for hook in mine if hook.get("topic") == topic]
        remove(store, hooks[1:])
        if not hooks:
            is_asked = carts or topic not in OF_THE_PLUGIN
            mended += [topic] if is_asked and _create(store, address, topic) else []
        elif _needs_mending(hooks[0], address):
            fresh = {"status": "active", "delivery_url": address.url, "secret": address.secret}
            store.write("PUT", f"webhooks/{hooks[0]['id']}", fresh)
            mended.append(topic)
    return mended


def ours(store: Store, address: Address) -> list[Json]:
    """Return the webhooks that deliver to this shop of ours."""
    hooks = (hook for hook in store.every("webhooks") if reading.text(hook, "id"))
    return [hook for hook in hooks if (reading.text(hook, "delivery_url") or "").endswith(address.path)]


def remove(store: Store, hooks: list[Json]) -> None:
    """Delete webhooks; one that is gone already is as good."""
    for hook in hooks:
        store.write("DELETE", f"webhooks/{hook['id']}", force="true")


def _create(store: Store, address: Address, topic: str) -> bool:
    """Return whether the store delivers this topic: carts only with our companion plug-in."""
    wanted = {
        "name": f"Doorstep {topic}",
        "topic": topic,
        "delivery_url": address.url,
        "secret": address.secret,
        "status": "active",
    }
    try:
        store.write("POST", "webhooks", wanted)
    except Refused as error:
        if error.code != NO_SUCH_TOPIC:
            raise
        return False
    return True


def _needs_mending(hook: Json, address: Address) -> bool:
    """Tell whether a webhook sleeps or calls elsewhere; one that the merchant paused stays so."""
    return hook.get("status") == "disabled" or hook.get("delivery_url") != address.url
