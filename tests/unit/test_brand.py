from hypothesis import given, settings
from hypothesis import strategies as st

from app.lib.color import contrast
from app.shops.brand import QUIET, of, tokens
from app.shops.models import Shop

codes = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@settings(max_examples=3000, deadline=None)
@given(codes, st.booleans())
def test_whatever_the_brand_every_word_can_be_read_and_every_shape_seen(color: str, dark: bool) -> None:  # noqa: FBT001
    look = tokens(color, dark=dark)
    for surface in (look["wrap"], look["paper"], look["sheet"]):
        for words in ("ink", "mute", "brand-text", "warn", "bad"):
            assert contrast(look[words], surface) >= 4.5, words
        for shape in ("graphic", "field"):
            assert contrast(look[shape], surface) >= 3, shape
    assert contrast(look["on-brand"], look["brand"]) >= 4.5
    assert contrast(look["on-brand"], look["brand-press"]) >= 4.5
    assert contrast(look["brand-edge"], look["sheet"]) >= 3


def test_a_strong_brand_color_fills_its_button_unchanged() -> None:
    assert tokens("#1e6048")["brand"] == "#1e6048"


def test_a_shop_that_chose_nothing_has_a_look() -> None:
    brand = of(shop())
    assert (brand.name, brand.color, brand.logo_url) == ("Ridge & Pine", QUIET, None)
    assert brand.support_email == "hello@ridge.example"
    assert brand.legal_line == "Ridge & Pine"


def test_a_shop_looks_as_its_merchant_chose() -> None:
    brand = of(
        shop(
            color="#1E6048",
            logo_url="https://ridge.example/logo.svg",
            legal_name="Ridge & Pine LLC",
            postal_address="214 NW 9th Avenue, Portland, OR 97209",
            support_email="help@ridge.example",
        )
    )
    assert brand.color == "#1e6048"
    assert brand.logo_url == "https://ridge.example/logo.svg"
    assert brand.support_email == "help@ridge.example"
    assert brand.legal_line == "Ridge & Pine LLC, 214 NW 9th Avenue, Portland, OR 97209"


def test_what_is_unfit_for_a_page_is_left_out() -> None:
    brand = of(shop(color="red;}", logo_url="javascript:alert(1)", help_url="http://ridge.example"))
    assert (brand.color, brand.logo_url, brand.help_url) == (QUIET, None, None)


def shop(**chosen: str) -> Shop:
    return Shop(
        name="Ridge & Pine",
        url="https://ridge.example",
        email="hello@ridge.example",
        settings={"brand": chosen} if chosen else {},
    )
