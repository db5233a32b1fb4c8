"""M2: each class of the own places as a card: full path, students, insured, not insured, rate."""

from __future__ import annotations

from flask_appbuilder import expose

from app.access.permissions import Permission
from app.lists.paging import paging
from app.orgs import queries as orgs
from app.plans import queries as plans
from app.rates import queries
from app.rates.lines import asked_plan, people_href, plan_choices
from app.rates.rules import Status, on_screen
from app.rates.views.figures import asked_node
from app.web.request import actor, reading
from app.web.screens import Screen, needs


class ClassCardView(Screen):
    """Classes as cards, for phones first."""

    route_base = "/classes"
    default_view = "cards"

    @expose("/")
    @needs(Permission.FIGURE_READ)
    def cards(self) -> str:
        """The classes at or below a place, with the figures of a plan."""
        node = asked_node()
        choices = plans.in_progress(reading(), actor())
        plan = asked_plan(choices)
        asked = paging("classes")
        total, classes = queries.classes(reading(), actor(), node, spot=asked.spot)
        figures = queries.at_each(reading(), actor(), plan, node.path, list(classes.rows)) if plan else {}
        return self.page(
            "rates/classes.html",
            plans=plan_choices(choices, plan, "ClassCardView.cards", node=node.code),
            cards=[
                {
                    "name": place.full_name,
                    "total": figures[place.id].total_eligible,
                    "insured": figures[place.id].insured,
                    "rest": figures[place.id].not_insured,
                    "rate": figures[place.id].rate,
                    "rate_text": on_screen(figures[place.id].rate),
                    "total_href": people_href(plan, place.code, Status.TOTAL_ELIGIBLE),
                    "insured_href": people_href(plan, place.code, Status.INSURED),
                    "rest_href": people_href(plan, place.code, Status.NOT_INSURED),
                }
                for place in orgs.describe(reading(), classes.rows)
                if plan
            ],
            page=asked.shown(total, classes, is_exact=True),
        )
