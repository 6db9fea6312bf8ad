"""Conditions as people read them, "checkout.total at least 5000", and whether facts meet them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of_class
from enum import StrEnum
from typing import Self

from app.flows.plan.fields import Kind
from app.lib.told import Told, tell

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
            raise ValueError(
                tell("%(text)s is no condition; write it like “not order.is_called_off”.", text=repr(text))
            )
        op = Op(found[3] or "")
        values = tuple(part.strip() for part in (found[4] or "").split(",")) if found[4] else ()
        if not all(WORD.fullmatch(value) for value in values) or (len(values) > 1 and op is not Op.IS_ONE_OF):
            raise ValueError(tell("%(text)s: a field is compared with one word or number.", text=repr(text)))
        return cls(found[2], op, values, bool(found[1]), line)

    def __str__(self) -> str:
        compared = f" {self.op} {', '.join(self.values)}" if self.op else ""
        return f"{'not ' if self.negated else ''}{self.field}{compared}"

    def fault(self, kinds: Mapping[str, Kind]) -> Told | None:
        """Return what is wrong with it where these fields are known, in words; None: nothing."""
        kind = kinds.get(self.field)
        if kind is None:
            return nothing_known(self.field)
        if self.op not in FITS[kind]:
            return _unfit(self.field, kind)
        if kind is Kind.NUMBER and not NUMBER.fullmatch(self.values[0]):
            return tell(
                "%(field)s is a number, and %(value)s is none.",
                field=self.field,
                value=repr(self.values[0]),
            )
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


def nothing_known(field: str) -> Told:
    """Say that a flow may not ask about a field."""
    return tell("Nothing is known as %(field)s here.", field=repr(field))


def _unfit(field: str, kind: Kind) -> Told:
    """Say how a field of a kind may be looked at, where it is looked at in another way."""
    match kind:
        case Kind.FLAG:
            return tell("%(field)s is yes or no: ask its name alone.", field=field)
        case Kind.NUMBER:
            return tell("%(field)s is a number: ask “is”, “is not”, “at least”, “at most”.", field=field)
        case Kind.TEXT:
            return tell("%(field)s is a word: ask “is”, “is not”, “is one of”.", field=field)
        case Kind.MOMENT:
            return tell("%(field)s is a moment: it can only be waited for.", field=field)
        case Kind.CHANGING:
            return tell("%(field)s is something that changes: it can only be waited for.", field=field)


def all_hold(conditions: Iterable[Condition], known: Mapping[str, Value]) -> bool:
    """Tell whether facts meet every one of these."""
    return all(condition.holds(known) for condition in conditions)


def written(conditions: Sequence[Condition]) -> str | list[str]:
    """Return conditions as they stand in a file."""
    return str(conditions[0]) if len(conditions) == 1 else [str(condition) for condition in conditions]
