"""What is wrong with a flow, in words, at the line and the step where it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One reason why a flow cannot be published."""

    line: int
    """Of its file, from 1; 0: of none in particular."""
    step: str
    """The step's id; empty: the flow itself."""
    sentence: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{f'{self.step}: ' if self.step else ''}{self.sentence}"


class Unsound(Exception):
    """It is no flow that could be followed; `faults` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults
