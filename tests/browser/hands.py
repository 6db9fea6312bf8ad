"""Two ways of using a page: a mouse, and a keyboard alone, which goes to everything by the Tab key."""

from abc import ABC, abstractmethod

from playwright.sync_api import Locator, Page

MOST = 250
"""More stops than any page has."""


class Hand(ABC):
    """Somebody who uses a page in one way only."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0
        """Clicks, or as many things pressed by keys; what is typed is not counted."""

    def press(self, what: Locator) -> None:
        """Press a link, a button, a switch or what unfolds."""
        self.presses += 1
        self._press(what)

    @abstractmethod
    def _press(self, what: Locator) -> None: ...

    @abstractmethod
    def write(self, where: Locator, words: str) -> None:
        """Put words into a field in place of what is there."""

    @abstractmethod
    def tick(self, what: Locator) -> None:
        """Tick a box."""

    def add_step(self, slot: str, what: str) -> None:
        """Add a step to a flow, in a place."""
        here = self.page.locator(f'.flow-slot[data-slot="{slot}"]')
        self.press(here.locator("summary"))
        self.press(here.get_by_role("button", name=what))

    @abstractmethod
    def move_step(self, step: str, slot: str) -> None:
        """Move a step of a flow to a place."""


class Mouse(Hand):
    """By mouse; only words are typed."""

    def _press(self, what: Locator) -> None:
        what.click()

    def write(self, where: Locator, words: str) -> None:
        where.click(click_count=3)
        where.press("Control+A")
        self.page.keyboard.type(words)

    def tick(self, what: Locator) -> None:
        what.click()

    def move_step(self, step: str, slot: str) -> None:
        page = self.page
        grip = page.locator(f'.flow-card[data-step="{step}"] .flow-grip')
        grip.scroll_into_view_if_needed()
        start = grip.bounding_box()
        assert start is not None
        page.mouse.move(start["x"] + 8, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(start["x"] + 20, start["y"] + 20, steps=3)
        place = page.locator(f'.flow-slot[data-slot="{slot}"]')
        place.scroll_into_view_if_needed()
        end = place.bounding_box()
        assert end is not None
        page.mouse.move(end["x"] + 40, end["y"] + end["height"] / 2, steps=6)
        page.locator(".flow-slot.is-here").wait_for()
        page.mouse.up()


class Keys(Hand):
    """By keyboard alone."""

    def _press(self, what: Locator) -> None:
        self._reach(what)
        self.page.keyboard.press("Enter")

    def write(self, where: Locator, words: str) -> None:
        self._reach(where)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def tick(self, what: Locator) -> None:
        self._reach(what)
        self.page.keyboard.press("Space")

    def move_step(self, step: str, slot: str) -> None:
        page = self.page
        self._reach(page.locator(f'.flow-card[data-step="{step}"] .flow-grip'))
        page.keyboard.press("Space")
        page.locator(".flow-moving").wait_for()
        page.keyboard.press("Home")
        for _ in range(MOST):
            if page.locator(".flow-slot.is-here").get_attribute("data-slot") == slot:
                break
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    def _reach(self, what: Locator) -> None:
        what.wait_for()
        for _ in range(MOST):
            if what.evaluate("it => it === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {what} at {self.page.url}")
