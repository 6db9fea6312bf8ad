"""What needs PHP is skipped where there is none, and that is said last, in capitals."""

from collections.abc import Iterator

import pytest

from tests.extensions.php import PHP

SKIPPED = "THE WOOCOMMERCE PLUG-IN WAS NOT TESTED: no PHP here (on Debian: apt-get install php-cli)"


@pytest.fixture
def php() -> None:
    if PHP is None:
        pytest.skip(SKIPPED)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    yield
    if PHP is None:
        terminalreporter.section("skipped", red=True, bold=True)
        terminalreporter.line(SKIPPED, red=True, bold=True)
