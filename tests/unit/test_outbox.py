from hypothesis import given
from hypothesis import strategies as st

from app.messages.dispatch import outbox


@given(speeds=st.lists(st.floats(0, 1e6)))
def test_a_chunk_keeps_its_bounds(speeds: list[float]) -> None:
    chunk = outbox.CHUNK
    for speed in speeds:
        before, chunk = chunk, outbox.next_chunk(chunk, speed)
        assert outbox.CHUNK <= chunk <= outbox.LARGEST_CHUNK
        assert chunk <= before * 2
        assert speed <= 1 or chunk >= before


def test_a_slow_channel_gets_few_at_a_time() -> None:
    assert outbox.next_chunk(outbox.LARGEST_CHUNK, 0.01) == outbox.LARGEST_CHUNK / 2
    assert outbox.next_chunk(outbox.CHUNK, 0.01) == outbox.CHUNK
