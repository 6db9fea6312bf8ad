"""What the gate looked at on the way to its answer, in the merchant's language: a line for each rule."""

from app.admin.saying import say
from app.admin.tables import Said
from app.lib.words import sentence

RULES = Said(
    {
        "somebody is there": sentence("Somebody is there"),
        "not suppressed": sentence("Not suppressed"),
        "agreed to": sentence("Agreed to"),
        "country": sentence("Country"),
        "switched on": sentence("Switched on"),
        "wanted": sentence("Wanted"),
        "a real purchase": sentence("A real purchase"),
        "news": sentence("News"),
        "not too often": sentence("Not too often"),
        "not told yet": sentence("Not told yet"),
        "a decent hour": sentence("A decent hour"),
        "offers go": sentence("Offers go"),
        "no open problem": sentence("No open problem"),
        "still holds": sentence("Still holds"),
        "all is heard": sentence("All is heard"),
        "its code is there": sentence("Its code is there"),
        "their turn": sentence("Their turn"),
    }
)
SAW = Said(
    {
        it: it
        for it in (
            sentence("being made"),
            sentence("bought or emptied"),
            sentence("cancelled"),
            sentence("every milestone"),
            sentence("goes at any hour"),
            sentence("its flow stands by it"),
            sentence("no longer"),
            sentence("no parcel"),
            sentence("no test"),
            sentence("none"),
            sentence("nothing"),
            sentence("off"),
            sentence("on"),
            sentence("one is open"),
            sentence("only if it is late"),
            sentence("orders wait to be read"),
            sentence("paused: too many complaints"),
            sentence("test order"),
            sentence("the cart stands"),
            sentence("the order stands"),
            sentence("the store’s own mail asks it"),
            sentence("told before"),
            sentence("yes"),
            sentence("yes, or none"),
            sentence("yes: they asked for it on a form"),
        )
    }
)
"""What a rule may have seen; what names times, places or sources is kept with the message as it was."""


def line(rule: str, saw: str) -> str:
    """Return what one rule saw: "Switched on: on"."""
    return say("%(rule)s: %(saw)s", rule=RULES.get(rule, rule.capitalize()), saw=SAW.get(saw, saw))
