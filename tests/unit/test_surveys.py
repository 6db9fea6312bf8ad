"""What a net promoter score says, and how sure it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.admin.reviews import surveys
from app.surveys.answering import ENOUGH, Score


@pytest.mark.parametrize(
    ("score", "net", "between"),
    [
        (Score(100, 50, 17), 33, (18, 47)),
        (Score(1000, 500, 170), 33, (28, 38)),
        (Score(10, 10, 0), 100, (48, 100)),
        (Score(9, 9, 0), None, (43, 100)),
    ],
)
def test_a_score_comes_with_what_it_may_truly_be(
    score: Score, net: int | None, between: tuple[int, int]
) -> None:
    assert (score.net, score.range) == (net, between)


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_score_lies_between_what_it_may_truly_be(promoters: int, others: int, detractors: int) -> None:
    score = Score(promoters + others + detractors, promoters, detractors)
    least, most = score.range
    assert -100 <= least <= most <= 100
    assert (score.net is None) == (score.count < ENOUGH)
    assert score.net is None or least - 1 <= score.net <= most + 1
    assert bool(surveys.means(score)) == (score.net is not None)


def test_what_it_means_is_said_only_where_it_is_sure() -> None:
    assert surveys.means(Score(100, 50, 17)) == "More would recommend you than not."
    assert surveys.means(Score(100, 17, 50)) == "More would not recommend you than would."
    assert surveys.means(Score(100, 30, 29)) == "As many may recommend you as not: more answers will tell."
