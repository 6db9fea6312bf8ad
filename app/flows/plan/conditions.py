"""Conditions as people read them, "checkout.total at least 5000", and whether facts meet them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_class
from enum import StrEnum
from typing import Self

from app.flows.plan.fields import Kind

Value = bool | int | str | None

WRITTEN = re.compile(r"(not )?([a-z_]+\.[a-z_]+)(?: (is one of|is not|is|at least|at most) (.+))?")
WORD = re.compile(r"[\w.-]+")
NUMBER = re.compile(r"-?[0-9]{1,18}")


class Op(StrEnum):
    """How a field is looked at."""

    HOLDS = ""
    IS = "is"
    IS_NOT = "is not"
    IS_ONE_OF = "is one of"
    AT_LEAST = "at least"
    AT_MOST = "at most"


FITS = {
    Kind.FLAG: (Op.HOLDS,),
    Kind.NUMBER: (Op.IS, Op.IS_NOT, Op.AT_LEAST, Op.AT_MOST),
    Kind.TEXT: (Op.IS, Op.IS_NOT, Op.IS_ONE_OF),
    Kind.MOMENT: (),
    Kind.CHANGING: (),
}
"""How a field of each kind may be looked at."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One look at one field; what is not known meets none, and no negated one either."""

    field: str
    op: Op = Op.HOLDS
    values: tuple[str, ...] = ()
    negated: bool = False
    line: int = of_class(default=0, compare=False)
    """Where it stands in its file; 0: nowhere."""

    @classmethod
    def of(cls, text: str, *, line: int = 0) -> Self:
        """Return the condition that a text says; raises ValueError."""
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no condition; write it like “not order.is_called_off”.")
        op = Op(found[3] or "")
        values = tuple(part.strip() for part in (found[4] or "").split(",")) if found[4] else ()
        if not all(WORD.fullmatch(value) for value in values) or (len(values) > 1 and op is not Op.IS_ONE_OF):
            raise ValueError(f"{text!r}: a field is compared with one word or number.")
        return cls(found[2], op, values, bool(found[1]), line)

    def __str__(self) -> str:
        compared = f" {self.op} {', '.join(self.values)}" if self.op else ""
        return f"{'not ' if self.negated else ''}{self.field}{compared}"

    def fault(self, kinds: Mapping[str, Kind]) -> str | None:
        """Return what is wrong with it where these fields are known, in words; None: nothing."""
        kind = kinds.get(self.field)
        if kind is None:
            return f"Nothing is known as {self.field!r} here."
        if self.op not in FITS[kind]:
            ways = ", ".join(f"“{op}”" if op else "its name alone" for op in FITS[kind])
            return f"{self.field} is {kind}: " + (f"ask {ways}." if ways else "it can only be waited for.")
        if kind is Kind.NUMBER and not NUMBER.fullmatch(self.values[0]):
            return f"{self.field} is a number, and {self.values[0]!r} is none."
        return None

    def holds(self, known: Mapping[str, Value]) -> bool:
        """Tell whether facts meet it."""
        value = known.get(self.field)
        if value is None:
            return False
        return self._meets(value) is not self.negated

    def _meets(self, value: bool | int | str) -> bool:  # noqa: FBT001 - one of the kinds of value
        match self.op:
            case Op.HOLDS:
                return bool(value)
            case Op.IS | Op.IS_ONE_OF:
                return str(value) in self.values
            case Op.IS_NOT:
                return str(value) not in self.values
            case Op.AT_LEAST:
                return int(value) >= int(self.values[0])
            case Op.AT_MOST:
                return int(value) <= int(self.values[0])


def all_hold(conditions: Iterable[Condition], known: Mapping[str, Value]) -> bool:
    """Tell whether facts meet every one of these."""
    return all(condition.holds(known) for condition in conditions)


def written(conditions: Sequence[Condition]) -> str | list[str]:
    """Return conditions as they stand in a file."""
    return str(conditions[0]) if len(conditions) == 1 else [str(condition) for condition in conditions]
