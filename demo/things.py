"""What the two sample shops sell."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thing:
    """One product with its only variant; the price is in cents of the shop's currency."""

    id: int
    title: str
    variant: str
    sku: str
    price: int
    picture: str

    @property
    def variant_id(self) -> int:
        """The variant's own id."""
        return self.id * 10 + 1

    @property
    def inventory_item(self) -> int:
        """What it is called where it is counted."""
        return self.id * 10 + 3

    @property
    def handle(self) -> str:
        """The product's name in its address."""
        return "-".join(self.title.lower().replace(",", "").replace(".", "").split())

    @property
    def picture_url(self) -> str:
        """Where its picture lies: beside the demo's own pages, where any browser finds it."""
        return (
            f"{os.environ.get('DOORSTEP_URL', 'https://ridge-and-pine.example')}/pictures/{self.picture}.svg"
        )


def _things(first: int, *rows: tuple[str, str, str, int, str]) -> dict[int, Thing]:
    return {first + i: Thing(first + i, *row) for i, row in enumerate(rows)}


RIDGE = _things(
    8_000_000_000_001,
    ("Merino Overshirt", "M / Moss", "RP-SHIRT-M", 12800, "shirt"),
    ("Enamel Camp Mug", "Pine", "RP-MUG", 1800, "mug"),
    ("Lambswool Beanie", "Oat", "RP-BEANIE", 3200, "beanie"),
    ("Folding Trail Stove", "One size", "RP-STOVE", 5800, "stove"),
    ("Summit Flask, 25 oz", "Slate", "RP-FLASK", 4200, "flask"),
    ("Hurricane Lantern", "Coal", "RP-LANTERN", 6400, "lantern"),
    ("Wool Blanket", "Harbor stripe", "RP-BLANKET", 9800, "blanket"),
    ("Day Pack, 18 l", "Ochre", "RP-PACK", 8900, "pack"),
)
HARBOR = _things(
    100_001,
    ("Enamel Kettle, 1.8 l", "Atlantic blue", "HG-KETTLE", 6200, "kettle"),
    ("Oak Chopping Board", "Large", "HG-BOARD", 4800, "board"),
    ("Carbon Steel Pan, 26 cm", "26 cm", "HG-PAN", 5400, "pan"),
    ("Spongeware Bowl", "Blue band", "HG-BOWL", 2650, "bowl"),
    ("Linen Apron", "Sage", "HG-APRON", 4400, "apron"),
    ("Marmalade, Seville Orange", "340 g", "HG-JAM", 780, "jar"),
)
