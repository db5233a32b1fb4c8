"""One browser and one site for all journeys; each journey has windows of its own."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.cluster import Cluster
from tests.journeys.site import Site, demo_site
from tests.journeys.stand_ins import Chain
from tests.journeys.visit import DESK, Visit, Visiting
from tests.processes.started import started

HERE = Path(__file__).parent
QUIET = (
    "--no-sandbox",  # as root in a container Chromium starts in no other way
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the journeys in one worker of pytest-xdist (with --dist loadgroup), so that one site is enough."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """The real Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """The site with the demo."""
    with cluster.cloned(f"journeys_{worker_id}") as url, demo_site(url, tmp_path_factory.mktemp("data")) as served:
        yield served


@pytest.fixture(scope="session")
def signed_in(browser: Browser, site: Site) -> Any:  # noqa: ANN401  a function with a memory has no better type
    """`signed_in(role)`: the cookies of a role of the demo, signed in once for all journeys that do not sign out."""

    @cache
    def cookies(role: str) -> Any:  # noqa: ANN401  Playwright's own dictionary
        visit = Visit(browser, site, "sign-in", DESK, None)
        visit.page.goto("/login/")
        visit.type_credentials(site.accounts[role].username, site.accounts[role].password).click()
        visit.page.wait_for_url(f"{site.url}/")
        state = visit.context.storage_state()
        visit.context.close()
        return state

    return cookies


@pytest.fixture(scope="module")
def worker(site: Site) -> Iterator[None]:
    """A worker of the installation, for as long as a file of journeys lasts."""
    environment = os.environ | {
        "DATABASE_URL": site.database.engine.url.render_as_string(hide_password=False),
        "XUEBAO_DATA": str(site.data),
    }
    with started(sys.executable, "-m", "app.cli", "worker", environment=environment):
        yield


@pytest.fixture
def university(site: Site) -> Iterator[Chain]:
    """The chain of the university with nothing submitted; afterwards all of it is open again."""
    chain = Chain(site, "student_affairs")
    chain.reopened()
    yield chain
    chain.reopened()


@pytest.fixture
def visiting(request: pytest.FixtureRequest, browser: Browser, site: Site, signed_in: Any) -> Iterator[Visiting]:  # noqa: ANN401
    """`visiting(role, size=…)` opens a window, signed in as a role of the demo; `visiting()` as nobody."""
    opened: list[Visit] = []
    name = re.sub(r"[^\w-]+", "-", request.node.name.removeprefix("test_"))

    def visit(role: str | None = None, *, size: tuple[int, int] = DESK) -> Visit:
        opened.append(Visit(browser, site, f"{name}-{size[0]}", size, signed_in(role) if role else None))
        return opened[-1]

    yield visit
    for window in opened:
        window.context.close()
