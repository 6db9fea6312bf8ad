"""A history that is still being read, and the daily comparison beside it."""

from sqlalchemy import update

from app.commerce.gaps import GapOutcome
from app.imports import history
from app.imports.models import Import
from app.lib import clock
from demo.stories import FIRST_HARBOR
from demo.woocommerce.wire import HOST as HARBOR
from tests.journeys.conftest import StoreVoice, harbor
from tests.journeys.test_compare import HOUR, bought, orders, report, run_compare

__all__ = ["harbor"]


def test_a_history_that_does_not_end_holds_no_comparison_up_and_what_it_is_to_bring_is_not_missed(
    harbor: StoreVoice,
) -> None:
    for number, ago in ((1, 4 * HOUR), (2, HOUR)):
        bought(HARBOR, number, ago)
    history.begin(harbor.session, harbor.shop)
    harbor.session.execute(update(Import).values(asked_at=clock.now() - 2 * HOUR))
    run_compare(harbor)
    assert report(harbor) == (1, {GapOutcome.REPAIRED: 1})
    assert orders(harbor) == [str(FIRST_HARBOR + 2)]
