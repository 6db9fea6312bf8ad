import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib import signing
from app.lib.signing import Forged

PAYLOADS = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), st.lists)


@given(payload=PAYLOADS)
def test_a_token_gives_back_what_was_signed_and_for_no_other_purpose(payload: object) -> None:
    token = signing.token("one", payload)
    assert signing.read_token("one", token) == payload
    with pytest.raises(Forged):
        signing.read_token("another", token)


@given(order_id=st.integers(1, 999_999))
def test_a_token_is_the_serializers_own(order_id: int) -> None:
    assert signing.token("track", order_id) == signing._serializer("track").dumps(order_id)
