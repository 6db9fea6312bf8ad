"""What is wrong with a flow, in words, at the line and the step where it is."""

from dataclasses import dataclass

from app.lib.told import tell


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One reason why a flow cannot be published."""

    line: int
    """Of its file, from 1; 0: of none in particular."""
    step: str
    """The step's id; empty: the flow itself."""
    sentence: str

    @property
    def told(self) -> str:
        """Where it is, and what is wrong."""
        known = {"line": self.line, "step": self.step, "problem": self.sentence}
        match bool(self.line), bool(self.step):
            case True, True:
                return tell("line %(line)s: %(step)s: %(problem)s", **known)
            case True, False:
                return tell("line %(line)s: %(problem)s", **known)
            case False, True:
                return tell("%(step)s: %(problem)s", **known)
            case _:
                return self.sentence

    def __str__(self) -> str:
        return str(self.told)


class Unsound(ValueError):
    """It is no flow that could be followed; `faults` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults
