from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from app.lib import addresses

LIKE_AN_ADDRESS = st.from_regex(r"[a-z0-9_+.-]{1,8}@[a-z0-9-]{1,6}(\.[a-z0-9-]{1,5}){0,3}", fullmatch=True)


@given(address=LIKE_AN_ADDRESS | st.emails() | st.text(max_size=30))
@example("ana@xn--bcher-kva.example")
@example("a..b@shop.example")
@example(f"{'a' * 65}@shop.example")
@example(f"a@{'b' * 64}.example")
@example("ana@shop.example\n")
def test_what_is_plain_is_an_address_that_needs_no_change(address: str) -> None:
    if not addresses.is_plain(address):
        return
    found = validate_email(
        address, check_deliverability=False, test_environment=True, globally_deliverable=False
    )
    assert found.normalized == found.ascii_email == address


def test_most_addresses_are_plain() -> None:
    assert addresses.is_plain("ana.maria+shop_1@mail.shop-example.co.uk")


@given(address=st.emails())
def test_what_is_no_address_is_not_plain(address: str) -> None:
    try:
        validate_email(address, check_deliverability=False, test_environment=True, globally_deliverable=False)
    except EmailNotValidError:
        assert not addresses.is_plain(address)
