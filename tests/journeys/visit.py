"""Somebody's window on the site. Every page that is opened in it is looked at: status, console, accessibility."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Response, StorageState

from app.cli.demo.accounts_file import DemoAccount
from tests.journeys.site import Site

DESK, PHONE = (1440, 900), (390, 844)
REFUSED_FETCH = "Failed to load resource: the server responded with a status of "
CLEARED = "Clear-Site-Data header on "  # Chromium reports that it has done what signing out asks of it
SHOTS = os.environ.get("XUEBAO_SHOTS")
"""A folder for a picture of every page that is looked at; without it no picture is taken."""

Visiting = Callable[..., "Visit"]


class Visit:
    """A browser window of its own, signed in as a role of the demo or as nobody."""

    def __init__(
        self, browser: Browser, site: Site, name: str, size: tuple[int, int], state: StorageState | None
    ) -> None:
        """Open the window; `name` is what its pictures are called."""
        self.site = site
        self.name = name
        self.context: BrowserContext = browser.new_context(
            base_url=site.url,
            viewport={"width": size[0], "height": size[1]},
            has_touch=size == PHONE,
            locale="zh-CN",
            storage_state=state,
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self._console: list[str] = []
        self._refused: list[int] = []
        self._pictures = count(1)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._console.append(str(error)))
        self.page.on("response", self._answered)

    def go(self, path: str, *, refused: Collection[int] = ()) -> None:
        """Open an address and look at the page."""
        self.page.goto(path)
        self.look(refused=refused)

    def click(self, target: Locator, *, refused: Collection[int] = ()) -> None:
        """Click something that leads to another page, and look at that."""
        with self.page.expect_navigation():
            target.click()
        self.look(refused=refused)

    def look(self, *, refused: Collection[int] = ()) -> None:
        """Look at the page: nothing refused but what is expected, a silent console, nothing axe objects to."""
        self._photograph()
        assert self._refused == list(refused), f"{self.page.url} {self._refused}"
        expected = {f"{REFUSED_FETCH}{status} " for status in refused}
        said = [line for line in self._console if not line.startswith((*expected, CLEARED))]
        assert not said, f"{self.page.url} {said}"
        objections = self.site.judge.objections(self.page)
        assert not objections, f"{self.page.url} {objections}"
        self.forget()

    def forget(self) -> None:
        """Let what has been refused and said so far pass; the journey has looked at it in another way."""
        self._console.clear()
        self._refused.clear()

    def menu(self, entry: str) -> Locator:
        """Open the menu of a phone and give one of its entries."""
        self.page.get_by_role("button", name="打开菜单").click()
        return self.page.locator("#side").get_by_role("link", name=entry, exact=True)

    def menu_entries(self) -> list[str]:
        """The addresses the left menu leads to."""
        leaves = self.page.locator("#side a.leaf")
        found: list[str] = leaves.evaluate_all("leaves => leaves.map(leaf => leaf.getAttribute('href'))")
        return found

    def sign_in(self, account: DemoAccount) -> None:
        """Sign in as a person would."""
        self.go("/login/")
        self.click(self.type_credentials(account.username, account.password))
        assert self.path() == "/"

    def rows(self) -> Locator:
        """The lines of the table on the page, without its total."""
        return self.page.locator("table.grid tbody tr")

    def path(self) -> str:
        """The path of the page."""
        return urlsplit(self.page.url).path

    def heading(self) -> str:
        """The title of the page."""
        return self.page.locator("h1").inner_text()

    def words(self) -> str:
        """All that is said on the page: what can be read, and what only a screen reader reads."""
        spoken: list[str] = self.page.evaluate(
            """() => ["aria-label", "placeholder", "title", "alt"].flatMap(name =>
                 Array.from(document.querySelectorAll(`[${name}]`), element => element.getAttribute(name)))""",
        )
        return "\n".join([self.page.title(), self.page.locator("body").inner_text(), *spoken])

    def type_credentials(self, name: str, password: str) -> Locator:
        """Fill the sign-in form; returns its button."""
        main = self.page.get_by_role("main")
        main.get_by_role("textbox", name="用户名", exact=True).fill(name)
        main.get_by_role("textbox", name="密码", exact=True).fill(password)
        return main.get_by_role("button", name="登录", exact=True)

    def _hear(self, message: ConsoleMessage) -> None:
        self._console.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._refused.append(response.status)

    def _photograph(self) -> None:
        if SHOTS:
            language = self.page.locator("html").get_attribute("lang")
            picture = f"{self.name}-{next(self._pictures):02}-{language}.png"
            self.page.screenshot(path=Path(SHOTS) / picture, full_page=True)
