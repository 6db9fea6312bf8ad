import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.color import Color, contrast, readable

codes = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(codes)
def test_a_color_survives_the_way_there_and_back(code: str) -> None:
    assert Color.of(code).code() == code


@given(codes)
def test_a_darker_shade_keeps_its_hue(code: str) -> None:
    color = Color.of(code)
    darker = Color.of(color._replace(lightness=color.lightness * 0.8).code())
    if darker.chroma > 0.06:  # the hue of a gray is rounding
        turn = math.remainder(darker.hue - color.hue, math.tau)  # a hue of π is one of -π
        assert turn == pytest.approx(0, abs=0.1)


@given(codes)
def test_a_readable_shade_is_readable(code: str) -> None:
    assert contrast(readable(code, ["#ffffff", "#f0f0f0"], 4.5), "#f0f0f0") >= 4.5
    assert contrast(readable(code, ["#000000", "#202020"], 4.5, lighter=True), "#202020") >= 4.5


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast("#000", "#FFFFFF") == pytest.approx(21)


def test_a_readable_color_is_left_as_it_is() -> None:
    assert readable("#1e6048", ["#ffffff"], 4.5) == "#1e6048"


@pytest.mark.parametrize("word", ["", "red", "#12", "#1234", "#12345g", "url(x)", "#fff;}"])
def test_what_is_no_color_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="not a color"):
        Color.of(word)
