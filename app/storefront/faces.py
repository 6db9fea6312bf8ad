"""Five faces under a delivery, of which one tap is the answer: pure."""

from dataclasses import dataclass
from typing import NamedTuple

from app.lib.words import Words, sentence
from app.tracking.shoppers.feedback import BAD

GRADES = {
    1: sentence("Very bad"),
    2: sentence("Bad"),
    3: sentence("All right"),
    4: sentence("Good"),
    5: sentence("Very good"),
}


class Face(NamedTuple):
    """One answer."""

    grade: int
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The question of one parcel, and what was answered so far."""

    parcel: int
    path: str
    """Where the answer goes, on the host that asks."""
    grade: int | None
    choices: tuple[Face, ...]
    said: str
    """The answer in words; empty: there is none yet."""

    @property
    def is_bad(self) -> bool:
        """Tell whether the answer calls for help."""
        return self.grade is not None and self.grade <= BAD


def of(parcel: int, path: str, grade: int | None, words: Words) -> Faces:
    """Return the five faces of a parcel."""
    choices = tuple(Face(it, words.say(label), it == grade) for it, label in GRADES.items())
    return Faces(
        parcel=parcel,
        path=path,
        grade=grade,
        choices=choices,
        said=next((face.label for face in choices if face.is_chosen), ""),
    )
