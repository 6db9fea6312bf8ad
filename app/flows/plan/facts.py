"""What a flow knows of one subject at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.flows.plan.conditions import Value
from app.lib.business_days import BusinessCalendar

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Plain data, gathered at the edge; a field that is missing or None is not known."""

    known: Mapping[str, Value]
    """What its flags, numbers and words are, by field."""
    changed_at: Mapping[str, datetime] = field(default_factory=dict)
    """Since when they are so; a field that is missing has been so for ever."""
    moments: Mapping[str, datetime] = field(default_factory=dict)
    """When what can be waited for will be."""
    shopper_zone: ZoneInfo = UTC
    calendar: BusinessCalendar = field(default_factory=BusinessCalendar)
    """The shop's business days, on the shop's clock."""
