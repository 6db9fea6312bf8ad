"""How long is too long: a shop's thresholds, right before anyone chose others."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from app.shops.models import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Business days of the shop's calendar where nothing else is said."""

    unfulfilled: int = 3
    label: int = 3
    """From the label to the first movement."""
    label_task: int = 5
    """The same, until the merchant has to do something about it."""
    stalled_domestic: int = 3
    """Without a scan; more where the parcel's lane is known to be slower."""
    stalled_abroad: int = 5
    lost_domestic: int = 7
    """Calendar days without a scan; more where the lane is slower."""
    lost_abroad: int = 20
    promise_domestic: int | None = None
    """From the payment to the delivery that the merchant promises; None: the merchant promises none."""
    promise_abroad: int | None = None

    @classmethod
    def of(cls, shop: Shop) -> Self:
        """Return what holds for a shop."""
        chosen: dict[str, Any] = shop.settings.get("thresholds") or {}
        return cls(**{name: chosen[name] for name in NAMES if name in chosen})

    def written(self) -> dict[str, Any]:
        """Return what differs from the defaults, as JSON for the shop's row."""
        usual = asdict(type(self)())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


NAMES = tuple(field.name for field in fields(Thresholds))
