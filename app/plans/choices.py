"""The plans a page can be shown for, as links. An extra file: pages of other features show them too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for

from app.plans.models import Plan
from app.web.language import lazy as _l

ALL = _l("All %(count)s plans")
MOST_LINKS = 12
"""Plans that stand as links on a page; where schools make their own, a province has thousands."""


def plan_links(choices: Sequence[Plan], plan: Plan | None, href: Callable[[Plan], str]) -> list[dict[str, Any]]:
    """The first plans, the one that is shown among them, and a way to the list of all where there are more."""
    shown = list(choices[:MOST_LINKS])
    if plan is not None and all(choice.id != plan.id for choice in shown):
        shown = [plan, *shown[: MOST_LINKS - 1]]
    links = [
        {
            "code": choice.code,
            "name": choice.name,
            "selected": plan is not None and choice.id == plan.id,
            "href": href(choice),
        }
        for choice in shown
    ]
    if len(choices) > len(shown):
        all_of_them = str(ALL) % {"count": len(choices)}
        links.append({"code": "", "name": all_of_them, "selected": False, "href": url_for("PlanView.list")})
    return links
