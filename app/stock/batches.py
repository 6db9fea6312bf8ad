"""How many of those who wait are told at once that a thing is back; pure.

Of those who are told, few buy: who tells one for each piece leaves the shelf full and the others waiting, and
who tells everybody sends most of them to an empty shelf. So a batch is as large as it takes to sell what is
there, as far as the shop's own shoppers have shown, and half of that at first.
"""

from math import ceil

BOUGHT, TOLD = 6, 100
"""What is believed of a shop of which nothing is known yet: six in a hundred buy."""
LEAST = 5
"""However few there are, so many are told: one of them may be asleep."""
AT_FIRST = 0.5


def size(quantity: int, *, told: int, bought: int, is_first: bool) -> int:
    """Return how many to tell of so many pieces; `told`, `bought`: of those told before, in this shop."""
    if quantity <= 0:
        return 0
    share = (BOUGHT + bought) / (TOLD + told)
    return max(LEAST, ceil(quantity * (AT_FIRST if is_first else 1.0) / share))
