"""The sample shops' orders as the demo begins: every state that they and their parcels can be in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.sales import Sale, way
from demo.shoppers import HARBOR, RIDGE, Shopper
from demo.things import HARBOR as HARBOR_THINGS
from demo.things import RIDGE as RIDGE_THINGS

FIRST_RIDGE, FIRST_HARBOR = 10**12, 100_000
SHIRT, MUG, BEANIE, STOVE, FLASK, LANTERN, BLANKET, PACK = RIDGE_THINGS
KETTLE, BOARD, PAN, BOWL, APRON, JAM = HARBOR_THINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One order of Ridge & Pine; times are hours before now."""

    who: int
    what: tuple[int, ...]
    placed: float
    sent: float | None = None
    carrier: str = "ups"
    ending: str = "delivered"
    done: int = 0
    """How many steps of the parcel's way have happened."""
    last: float | None = None
    """When the last of them happened; some time this morning where it does not matter."""
    promised: float = 96
    """Hours from hand-over to the carrier's own date."""
    state: str = "paid"
    parts: int = 1
    """In how many parcels the lines are sent."""
    alive: bool = False
    rests: float = 0
    """Minutes from now in which nothing happens to it."""


SHOWN_STORY = Story(who=1, what=(SHIRT, MUG, MUG), placed=60, sent=44, done=4, promised=100)
WEEK = 7 * 24
STUCK_STORY = Story(
    who=4,
    what=(PACK, STOVE),
    placed=WEEK + 45,
    sent=WEEK + 30,
    done=3,
    last=WEEK - 0.025,
    ending="delayed",
    promised=400,
    alive=True,
    rests=4,
)
"""Stuck as the demo begins, maybe lost a minute and a half later; then it moves, late, and arrives."""
STORIES = (
    SHOWN_STORY,
    STUCK_STORY,
    Story(who=2, what=(STOVE,), placed=3),
    Story(who=4, what=(FLASK, BEANIE), placed=20),
    Story(who=9, what=(LANTERN,), placed=98),
    Story(who=12, what=(MUG,), placed=30, sent=6, carrier="usps", done=1, alive=True),
    Story(who=3, what=(BLANKET,), placed=110, sent=96, carrier="fedex", done=1, last=95),
    Story(who=10, what=(PACK, FLASK), placed=40, sent=22, done=2, alive=True),
    Story(who=11, what=(SHIRT,), placed=75, sent=52, done=4, alive=True),
    Story(who=14, what=(BEANIE, BLANKET), placed=52, sent=31, carrier="usps", done=3, alive=True),
    Story(who=5, what=(STOVE, MUG), placed=130, sent=112, done=5, promised=160),
    Story(who=6, what=(PACK,), placed=150, sent=126, carrier="dhl", done=4, promised=190),
    Story(who=8, what=(LANTERN, FLASK), placed=120, sent=101, carrier="dhl", done=4, promised=130),
    Story(who=13, what=(SHIRT,), placed=95, sent=80, carrier="dhl", done=5, last=2, alive=True),
    Story(who=2, what=(MUG, BEANIE), placed=80, sent=60, done=5, last=3.5),
    Story(who=1, what=(BLANKET,), placed=190, sent=170, done=7, last=71),
    Story(who=3, what=(STOVE, FLASK), placed=140, sent=120, carrier="fedex", done=7, last=5),
    Story(who=4, what=(PACK,), placed=75, sent=58, carrier="usps", done=5, last=2.5),
    Story(who=7, what=(SHIRT, BEANIE), placed=260, sent=240, carrier="dhl", done=5, last=96, promised=150),
    Story(who=9, what=(FLASK,), placed=160, sent=140, ending="delayed", done=6, last=9, promised=120),
    Story(who=10, what=(LANTERN,), placed=100, sent=84, ending="attempted", done=7, last=4),
    Story(who=11, what=(MUG, MUG, MUG, MUG), placed=125, sent=104, carrier="usps", ending="pickup", done=5,
          last=20),
    Story(who=12, what=(STOVE,), placed=200, sent=180, ending="returning", done=6, last=26),
    Story(who=14, what=(PACK, LANTERN), placed=82, sent=66, done=3, parts=2, alive=True),
    Story(who=6, what=(FLASK,), placed=210, sent=190, carrier="dhl", ending="failure", done=5, last=30),
    Story(who=5, what=(BEANIE,), placed=9, state="cancelled"),
    Story(who=13, what=(MUG,), placed=200, sent=185, carrier="dhl", done=6, last=90, state="refunded"),
    Story(who=8, what=(BLANKET,), placed=5, state="pending"),
)  # fmt: skip


BY_AGE = sorted(STORIES, key=lambda story: -story.placed)
SHOWN = FIRST_RIDGE + BY_AGE.index(SHOWN_STORY)
"""The order whose tracking page the demo shows first."""


def ridge(now: datetime) -> Iterator[Sale]:
    """Return Ridge & Pine's orders as of now."""
    shoppers = {shopper.id: shopper for shopper in RIDGE}
    for index, story in enumerate(BY_AGE):
        yield _told(story, shoppers[story.who], FIRST_RIDGE + index, now)


def _told(story: Story, shopper: Shopper, ident: int, now: datetime) -> Sale:
    placed = now - timedelta(hours=story.placed)
    lines = [(thing, story.what.count(thing)) for thing in dict.fromkeys(story.what)]
    sale = Sale(
        id=ident,
        number=1001 + ident - FIRST_RIDGE,
        shopper=shopper.id,
        lines=lines,
        state=story.state,
        placed_at=placed,
        updated_at=placed,
        alive=story.alive,
        rests_until=now + timedelta(minutes=story.rests),
    )
    if story.sent is not None:
        for part in range(story.parts):
            _sent(sale, story, shopper, part, now)
    if story.state == "cancelled":
        sale.cancelled_at = sale.updated_at = now - timedelta(hours=story.placed / 2)
    if story.state == "refunded":
        sale.refunded = sum(RIDGE_THINGS[thing].price * quantity for thing, quantity in lines) + 600
        sale.updated_at = now - timedelta(hours=3)
    return sale


def _sent(sale: Sale, story: Story, shopper: Shopper, part: int, now: datetime) -> None:
    assert story.sent is not None
    at = now - timedelta(hours=story.sent - 3 * part)
    lines = [i for i in range(len(sale.lines)) if i % story.parts == part]
    parcel = sale.send(story.carrier, at, way(shopper, story.ending), lines)
    parcel.expected_at = parcel.shipped_at + timedelta(hours=story.promised)
    parcel.expected_at = parcel.expected_at.replace(hour=23, minute=0, second=0)
    done = min(story.done - part, len(parcel.ahead))
    last = story.last if story.last is not None else 0.7 + sale.id % 9 * 0.6
    span = now - timedelta(hours=last) - at
    for step in range(done):
        parcel.advance(at + span * (step / max(done - 1, 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """One order of Harbor Goods; times are hours before now. No carrier tells the store; UPS tells us."""

    who: int
    what: tuple[int, ...]
    placed: float
    sent: float | None = None
    carrier: str = "an-post"
    done: int = 0
    """How many steps of the way UPS knows of."""
    state: str = "paid"
    completed: bool = True
    core: bool = False
    parts: int = 1
    alive: bool = False


TALES = (
    Tale(who=1, what=(KETTLE, JAM), placed=30, sent=7),
    Tale(who=2, what=(BOARD,), placed=2),
    Tale(who=3, what=(PAN, APRON), placed=50, sent=28, carrier="dpd"),
    Tale(
        who=4,
        what=(BOWL, BOWL, BOWL, BOWL),
        placed=22,
        sent=3,
        carrier="ups",
        done=1,
        completed=False,
        alive=True,
    ),
    Tale(who=5, what=(KETTLE,), placed=90, sent=71, carrier="ups", done=4, alive=True),
    Tale(who=6, what=(APRON, JAM, JAM), placed=12),
    Tale(who=7, what=(PAN,), placed=140, sent=120, carrier="ups", done=6),
    Tale(who=8, what=(BOARD, PAN), placed=44, sent=20, carrier="dpd", core=True, completed=False),
    Tale(who=9, what=(JAM, JAM, JAM), placed=8, alive=True),
    Tale(who=10, what=(BOWL, KETTLE), placed=70, sent=46, carrier="ups", done=3, alive=True),
    Tale(who=1, what=(APRON,), placed=200, sent=180),
    Tale(who=2, what=(JAM, BOARD), placed=26, sent=5, core=True, completed=False),
    Tale(who=3, what=(KETTLE, BOWL), placed=60, sent=33, carrier="dpd", parts=2),
    Tale(who=4, what=(PAN,), placed=16, alive=True),
    Tale(who=5, what=(BOARD, APRON), placed=110, sent=90, carrier="dhl"),
    Tale(who=6, what=(KETTLE,), placed=1, state="on-hold"),
    Tale(who=7, what=(JAM,), placed=4, state="failed"),
    Tale(who=8, what=(APRON, BOWL), placed=0.6, state="draft"),
    Tale(who=9, what=(PAN, KETTLE), placed=27, state="cancelled"),
    Tale(who=10, what=(BOARD,), placed=150, sent=130, carrier="ups", done=6, state="refunded"),
    Tale(who=1, what=(BOWL,), placed=0.8, state="pending"),
    Tale(who=2, what=(PAN, JAM), placed=3, alive=True),
    Tale(who=6, what=(BOARD, BOARD), placed=75, sent=54, carrier="ups", done=5, alive=True),
    Tale(who=4, what=(KETTLE, APRON), placed=5, alive=True),
)


CARTS = (
    (3, (BOARD, BOWL)),
    (9, (KETTLE,)),
)
"""Carts at Harbor Goods that nobody has bought yet: whose, and what is in them."""


def harbor_carts(now: datetime) -> Iterator[Sale]:
    """Return Harbor Goods' carts as of now; none shares its number with an order."""
    for index, (who, what) in enumerate(CARTS):
        yield Sale(
            id=FIRST_HARBOR - 1 - index,
            number=FIRST_HARBOR - 1 - index,
            shopper=FIRST_HARBOR + who,
            lines=[(thing, 1) for thing in what],
            placed_at=now,
            updated_at=now,
        )


def harbor(now: datetime) -> Iterator[Sale]:
    """Return Harbor Goods' orders as of now."""
    shoppers = {shopper.id: shopper for shopper in HARBOR}
    for index, tale in enumerate(sorted(TALES, key=lambda tale: -tale.placed)):
        placed = now - timedelta(hours=tale.placed)
        sale = Sale(
            id=FIRST_HARBOR + index,
            number=FIRST_HARBOR + index,
            shopper=FIRST_HARBOR + tale.who,
            lines=[(thing, tale.what.count(thing)) for thing in dict.fromkeys(tale.what)],
            state=tale.state,
            placed_at=placed,
            updated_at=placed,
            core_fulfillments=tale.core,
            alive=tale.alive,
        )
        for part in range(tale.parts if tale.sent is not None else 0):
            lines = [i for i in range(len(sale.lines)) if i % tale.parts == part]
            at = now - timedelta(hours=(tale.sent or 0) - part)
            steps = way(shoppers[sale.shopper]) if tale.carrier == "ups" else []
            parcel = sale.send(tale.carrier, at, steps, lines)
            for step in range(tale.done):
                parcel.advance(at + (now - at) * (step / tale.done))
        if tale.sent is not None and tale.completed:
            sale.completed_at = sale.updated_at
        if tale.state in ("cancelled", "refunded"):
            sale.updated_at += timedelta(hours=1)
        if tale.state == "refunded":
            sale.refunded = sum(HARBOR_THINGS[thing].price * n for thing, n in sale.lines) + 590
        yield sale
