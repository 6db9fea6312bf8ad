"""Pictures that strangers send, drawn anew: upright, small, and without whatever else was in the file."""

import struct
import warnings
import zlib
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

from app.lib.words import sentence

FORMATS = ("JPEG", "PNG", "WEBP")
MOST = 4
"""Pictures beside one review."""
MOST_BYTES = 10_000_000
"""Of one file."""
ROOM = MOST * MOST_BYTES // 2
"""Bytes of a whole form: four pictures as telephones take them."""
MOST_PIXELS, MOST_WHOLE = 50_000_000, 16_000_000
"""Of a plain JPEG, which is made smaller while it is decoded, and of any other."""
SIDE = 1600
SHARP = (82, 65, 45, 25)
"""How sharp to draw: less, where it would be too large."""
LONGEST = 600_000
"""Bytes of what is kept."""
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    NotImplementedError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises over files that are not what they say."""

TOO_LARGE = sentence("A photo may have 10 megabytes at most. Please choose your photos again.")
UNREADABLE = sentence(
    "One of the files is no photo that we can read: JPEG, PNG and WebP can be. "
    "Please choose your photos again."
)
TOO_MANY = sentence("There is room for four photos. Please choose your photos again.")

_one_at_a_time = Lock()
"""A decoded picture is large: a process holds one."""


class Unfit(Exception):
    """The file is no picture for us; `sentence` says to its sender what is wrong."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def drawn_anew(sent: bytes) -> bytes:
    """Return a picture as a JPEG of ours, at most 1600 pixels and 600 kB; raises Unfit."""
    if len(sent) > MOST_BYTES:
        raise Unfit(TOO_LARGE)
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(sent)
    except BROKEN as error:
        raise Unfit(UNREADABLE) from error


def _drawn(sent: bytes) -> bytes:
    with Image.open(BytesIO(sent), formats=FORMATS) as picture:
        is_plain = picture.format == "JPEG" and not picture.info.get("progressive")
        if picture.width * picture.height > (MOST_PIXELS if is_plain else MOST_WHOLE):
            raise Unfit(TOO_LARGE)
        picture.draft("RGB", (SIDE, SIDE))
        picture.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(picture)
        seen = upright.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    for quality in SHARP:
        drawn = BytesIO()
        paper.save(drawn, "JPEG", quality=quality, optimize=True)
        if drawn.tell() <= LONGEST:
            return drawn.getvalue()
    raise Unfit(TOO_LARGE)
