"""What the gate looked at on the way to its answer, in the merchant's language: a line for each rule."""

from app.admin.saying import retold, say
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


def line(rule: str, saw: str) -> str:
    """Return what one rule saw: "Switched on: on"."""
    return say("%(rule)s: %(saw)s", rule=RULES.get(rule, rule.capitalize()), saw=_said(saw))


def _said(saw: str) -> str:
    """Say what was kept in English; of what has two parts ("yes: they asked for it"), each."""
    whole = retold(saw)
    first, colon, second = saw.partition(": ")
    if whole != saw or not colon:
        return whole
    why, bracket, stands_on = second.partition(" (")
    return say("%(answer)s: %(why)s", answer=retold(first), why=f"{retold(why)}{bracket}{stands_on}")
