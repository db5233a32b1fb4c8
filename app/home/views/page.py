"""首页: what must I know and do today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import request, url_for
from flask_appbuilder import IndexView, expose
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.core.db import Session
from app.home.views import today
from app.lists.keyset import Spot
from app.orgs import queries as orgs
from app.orgs.labels import KINDS
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan
from app.rates import queries as rates
from app.rates.labels import FIGURES, HINTS
from app.rates.lines import asked_plan, figure_row, people_href, plan_choices
from app.rates.rules import Figures, Status, fen_in_yuan, on_screen
from app.students import queries as students
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, signed_in

CARDS = (
    Status.TOTAL_ELIGIBLE,
    Status.INSURED,
    Status.PENDING,
    Status.UNREGISTERED,
    Status.WAIVED,
    Status.WAIVED_HARDSHIP,
)
NOTHING: dict[str, Any] = {"figures": None, "cards": [], "children": []}
MOST_PERSONS = 20
POST, FAMILY = "post", "family"


class HomeView(Screen, IndexView):
    """The page everybody lands on; families see what concerns their own persons."""

    route_base = ""
    default_view = "index"

    @expose("/")
    @signed_in
    def index(self) -> str | Response:
        """Figures for who may read figures; for families their own persons; else only the own place.

        Somebody who is both, such as a teacher with a child at the school, changes between the two (?as=family).
        """
        family, has_post = _family(actor()), any(grant.person_id is None for grant in actor().grants)
        if family.grants and (not has_post or request.args.get("as") == FAMILY):
            return self.page("home/family.html", people=_people_of(family), sides=_sides(FAMILY, both=has_post))
        sides = _sides(POST, both=bool(family.grants))
        todo = _today()
        if not actor().holds(Permission.FIGURE_READ):
            return self._own_place(sides, todo)
        node = rates.own_place(reading(), actor())
        choices = plans.in_progress(reading(), actor())
        plan = asked_plan(choices)
        names = orgs.names_of(reading(), [node.path])[node.path]
        return self.page(
            "home/home.html",
            place={"name": names[-1], "full_name": " / ".join(names), "kind_label": KINDS[node.kind]},
            plans=plan_choices(choices, plan, "HomeView.index"),
            sides=sides,
            **todo,
            **(_figures(plan, node) if plan else NOTHING),
        )

    @expose("/waiting")
    @signed_in
    def waiting(self) -> Response:
        """How many to-dos the bell of the frame says, empty for none; fetched by each page once it is shown."""
        count = today.count(reading(), actor(), _family(actor()))
        return Response(str(count or ""), mimetype="text/plain")

    def _own_place(self, sides: Sequence[dict[str, Any]], todo: dict[str, Any]) -> str:
        path = actor().home_path
        names = orgs.names_of(reading(), [path])[path] if path else [""]
        place = {"name": names[-1], "full_name": " / ".join(names), "kind_label": ""}
        return self.page("home/home.html", place=place, plans=[], sides=sides, **todo, **NOTHING)


def _family(who: Actor) -> Actor:
    """The visitor as far as own persons go: posts never merge, so a school's list does not become one's family."""
    own = tuple(g for g in who.grants if g.person_id is not None and Permission.ENROLMENT_READ in g.permissions)
    return replace(who, grants=own)


def _sides(shown: str, *, both: bool) -> list[dict[str, Any]]:
    """The two first pages of somebody with a post and a family, the one that is shown marked; else nothing."""
    if not both:
        return []
    home = url_for("HomeView.index")
    return [
        {"name": gettext("My post"), "href": home, "selected": shown == POST},
        {"name": gettext("My family"), "href": f"{home}?as={FAMILY}", "selected": shown == FAMILY},
    ]


def _people_of(family: Actor) -> list[dict[str, Any]]:
    """Each of the visitor's own persons with what concerns it; those who are asked for something come first."""
    spot = Spot(MOST_PERSONS)
    found = students.page(reading(), family, students.Wanted(), keyring=backstage().keyring, spot=spot)
    persons = students.persons_of(reading(), family, [line.id for line in found.rows])
    lines = {persons[line.id]: line for line in sorted(found.rows, key=lambda line: line.is_open)}
    affairs = today.affairs(reading(), family)
    people = [
        {
            "name": line.name,
            "class_name": line.class_name,
            "school_name": line.school_name,
            "student_number": line.student_number,
            "affairs": [each for each in affairs if each.person_id == person_id],
        }
        for person_id, line in lines.items()
    ]
    return sorted(people, key=lambda one: not any(each.is_asked for each in one["affairs"]))


def _figures(plan: Plan, node: OrgNode) -> dict[str, Any]:
    """The cards of the own place and a line for each place below."""
    figures = rates.at(reading(), actor(), plan, node)
    rows = rates.by_child(reading(), actor(), plan, node)
    return {
        "figures": _shown(figures),
        "cards": [_card(plan, node, status, figures) for status in CARDS],
        "children": [{**figure_row(plan, row.place, row.figures), **_rate_and_amount(row.figures)} for row in rows],
    }


def _shown(figures: Figures) -> dict[str, Any]:
    shown: dict[str, Any] = {status.value: figures.count(status) for status in Status}
    return {**shown, **_rate_and_amount(figures)}


def _rate_and_amount(figures: Figures) -> dict[str, Any]:
    """The rate and what the insured pay, as they are shown."""
    amount = fen_in_yuan(figures.amount)
    return {"rate": figures.rate, "rate_text": on_screen(figures.rate), "amount_text": amount}


def _card(plan: Plan, node: OrgNode, status: Status, figures: Figures) -> dict[str, Any]:
    return {
        "key": status.value,
        "label": FIGURES[status],
        "value": figures.count(status),
        "href": people_href(plan, node.code, status),
        "hint": HINTS.get(status),
    }


def _today() -> dict[str, Any]:
    """What waits for the visitor, each with the list to work off, and until when."""
    todos, deadlines = today.items(reading(), actor())
    return {
        "todo_list": [today.todo_line(item) for item in todos],
        "deadlines": [today.deadline_line(item) for item in deadlines],
    }


def about_visitor(session: Session, who: Actor) -> dict[str, Any]:
    """Who and where the visitor is, for the frame of every page."""
    names = orgs.names_of(session, [who.home_path])[who.home_path] if who.home_path else []
    return {
        "my_place": " / ".join(names),
        "my_roles": roles_in_words(who),
        "todo": {"href": url_for("HomeView.index"), "count_href": url_for("HomeView.waiting")},
        "exports_href": url_for("MyExportsView.mine"),
        "account_href": url_for("SettingsView.index"),
        "logout_href": url_for("SignInView.logout"),
    }


def roles_in_words(who: Actor) -> str:
    """The roles of the visitor in the language of the page."""
    chinese = str(get_locale()).startswith("zh")
    roles = (ROLE_BY_CODE[grant.role] for grant in who.grants if grant.role in ROLE_BY_CODE)
    return ("、" if chinese else ", ").join(dict.fromkeys(r.label_zh if chinese else r.label_en for r in roles))
