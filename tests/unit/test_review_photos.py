"""Whatever is sent as a photo, what is kept is a small JPEG of ours, or nothing."""

import random
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.reviews import photos
from app.reviews.photos import TOO_LARGE, UNREADABLE, Unfit

GPS, ORIENTATION = 0x8825, 0x0112


def drawn(kind: str, size: tuple[int, int] = (320, 200), color: str = "tomato", **options: object) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind, **options)
    return file.getvalue()


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize("kind", photos.FORMATS)
def test_a_photo_becomes_a_jpeg_of_ours(kind: str) -> None:
    kept = opened(photos.drawn_anew(drawn(kind)))
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (320, 200))


def test_a_large_one_becomes_small_and_noise_stays_within_bounds() -> None:
    noise = Image.frombytes("RGB", (2400, 2400), random.Random(7).randbytes(2400 * 2400 * 3))
    file = BytesIO()
    noise.save(file, "JPEG", quality=60)
    kept = photos.drawn_anew(file.getvalue())
    assert len(kept) <= photos.LONGEST
    assert max(opened(kept).size) == photos.SIDE


def test_where_it_was_taken_is_not_kept_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[2] = (46.0, 3.0, 0.0)
    exif[0x010F] = "canary phone"
    sent = drawn("JPEG", exif=exif, comment=b"canary comment")
    assert b"canary" in sent
    kept = photos.drawn_anew(sent)
    assert b"canary" not in kept
    assert not opened(kept).getexif()
    assert opened(kept).size == (200, 320)


def test_what_is_see_through_stands_on_white() -> None:
    file = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")
    assert opened(photos.drawn_anew(file.getvalue())).getpixel((4, 4)) == (255, 255, 255)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says that it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(5000, 4000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_turned_down_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(Unfit) as told:
        photos.drawn_anew(bomb(*size))
    assert told.value.sentence in (TOO_LARGE, UNREADABLE)


HOSTILE = {
    "empty": b"",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a GIF": b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
    "a PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\nshowpage\n",
    "half a JPEG": drawn("JPEG")[:400],
    "half a PNG": drawn("PNG")[:60],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_photo_is_turned_down(name: str) -> None:
    with pytest.raises(Unfit):
        photos.drawn_anew(HOSTILE[name])


def test_a_file_that_is_too_long_is_not_opened() -> None:
    with pytest.raises(Unfit) as told:
        photos.drawn_anew(drawn("JPEG") + bytes(photos.MOST_BYTES))
    assert told.value.sentence == TOO_LARGE


@given(st.sampled_from(photos.FORMATS), st.data())
def test_a_file_that_is_spoiled_anywhere_is_drawn_or_turned_down(kind: str, data: st.DataObject) -> None:
    sent = bytearray(drawn(kind, (40, 30)))
    for place in data.draw(st.lists(st.integers(0, len(sent) - 1), max_size=8)):
        sent[place] = data.draw(st.integers(0, 255))
    try:
        kept = photos.drawn_anew(bytes(sent))
    except Unfit:
        return
    assert opened(kept).format == "JPEG"
    assert len(kept) <= photos.LONGEST
