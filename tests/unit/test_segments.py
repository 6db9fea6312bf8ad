from hypothesis import given
from hypothesis import strategies as st

from app.channels.sms import segments
from app.channels.sms.segments import BASIC, EXTENDED, Encoding, measure, plain, split

GSM = st.text(st.sampled_from(sorted(BASIC | EXTENDED)), max_size=500)
ANY = st.text(max_size=300)


def test_the_table_is_that_of_gsm_03_38() -> None:
    assert len(BASIC) == 127, "128 places, of which one is the escape"
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


@given(text=GSM)
def test_a_text_of_gsm_letters_is_written_in_them(text: str) -> None:
    size = measure(text)
    assert size.encoding is Encoding.GSM7
    assert size.units == len(text) + sum(letter in EXTENDED for letter in text)


@given(text=st.one_of(GSM, ANY))
def test_segments_together_are_the_text_and_none_is_too_long(text: str) -> None:
    parts, size = split(text), measure(text)
    assert "".join(parts) == text
    assert size.segments == len(parts)
    most = size.encoding.alone if len(parts) == 1 else size.encoding.joined
    for part in parts:
        assert units(part, size.encoding) <= most
        if size.encoding is Encoding.UCS2:
            part.encode("utf-16-be")  # raises where half a letter was left
    assert size.segments == 1 or size.units > size.encoding.alone
    assert size.segments >= -(-size.units // most)


@given(text=st.one_of(GSM, ANY))
def test_a_longer_text_never_takes_fewer_segments(text: str) -> None:
    assert measure(text + "a").segments >= measure(text).segments


@given(text=st.one_of(GSM, ANY, st.text(st.sampled_from("abc\u2018’“\u2013…• é📦"), max_size=200)))
def test_making_it_plain_never_costs_more_and_loses_no_letter(text: str) -> None:
    simple = plain(text)
    assert measure(simple).segments <= measure(text).segments
    assert plain(simple) == simple
    if simple != text:
        assert segments.encoding_of(simple) is Encoding.GSM7
    assert [it for it in simple if it.isalnum() and it != "x"] == [
        it for it in text if it.isalnum() and it != "x"
    ] or simple == text


def test_what_is_known_of_lengths() -> None:
    assert measure("a" * 160).segments == 1
    assert measure("a" * 161).segments == 2
    assert measure("a" * 306).segments == 2
    assert measure("a" * 307).segments == 3
    assert measure("€" * 80).segments == 1
    assert measure("€" * 81).segments == 2
    assert measure("ш" * 70).segments == 1
    assert measure("ш" * 71).segments == 2
    assert measure("📦" * 35).segments == 1
    assert measure("📦" * 36).segments == 2
    assert measure("").segments == 1


def test_an_escape_is_not_cut_from_its_letter() -> None:
    first, second = split("a" * 152 + "€" + "b" * 20)
    assert (first, second[0]) == ("a" * 152, "€")


def test_one_curly_apostrophe_makes_all_of_it_longer_until_it_is_made_plain() -> None:
    curly = "It’s on its way — “Order #1042” arrives Tuesday… " * 3
    assert measure(curly).encoding is Encoding.UCS2
    assert measure(plain(curly)).encoding is Encoding.GSM7
    assert measure(plain(curly)).segments < measure(curly).segments
    assert plain("It’s 📦") == "It’s 📦", "it would stay as long"


def units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return len(text.encode("utf-16-be", "surrogatepass")) // 2
    return sum(2 if letter in EXTENDED else 1 for letter in text)
