"""Flask-AppBuilder's own lists and forms, mounted over our tables, show and change nothing of another school."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask, redirect, request
from flask.testing import FlaskClient
from flask_appbuilder import ModelView  # type: ignore[import-untyped]  # noqa: TID251  what is put to the test
from flask_appbuilder.actions import action  # type: ignore[import-untyped]

from app.access.permissions import Permission
from app.web.datamodel import ScopedInterface
from tests.cluster import Cluster
from tests.make.attacks import canaries, seen
from tests.make.places import A, B
from tests.make.relations import Pupil, School
from tests.make.stage import Stage, stage_of
from tests.make.visits import HOST, browser, open_session

READ = dict.fromkeys(("list", "show", "add", "edit", "delete", "mark", "download", "action", "action_post"), "read")
MARKED: list[Any] = []
MEETING = threading.Barrier(2, timeout=20)

# the framework's own ways with its forms and queries; requirements.lock holds what they need
pytestmark = [
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.LegacyAPIWarning"),
]


class PupilView(ModelView):  # type: ignore[misc]
    """Everything the framework can do with students, all of it under the permission to read them."""

    datamodel = ScopedInterface.over(Pupil, Permission.STUDENT_READ)
    route_base = "/pupils"
    class_permission_name = "student"
    method_permission_name: ClassVar = READ
    list_columns: ClassVar = ["student_number", "state"]
    show_columns: ClassVar = ["student_number", "state"]
    search_columns: ClassVar = ["student_number", "state", "school"]
    add_columns: ClassVar = ["student_number", "school"]
    edit_columns: ClassVar = ["student_number", "school"]
    base_order = ("student_number", "asc")

    @action("mark", "Mark", single=True, multiple=True)  # type: ignore[untyped-decorator]
    def mark(self, items: Any) -> Any:  # noqa: ANN401  the framework hands over one row or several
        """Remember what the framework hands over."""
        MARKED.extend(items if isinstance(items, list) else [items])
        return redirect("/pupils/list/")


class SchoolView(ModelView):  # type: ignore[misc]
    """Schools, each with the list of its students below."""

    datamodel = ScopedInterface.over(School, Permission.STUDENT_READ)
    route_base = "/schools"
    class_permission_name = "student"
    method_permission_name: ClassVar = READ
    list_columns: ClassVar = ["name", "code"]
    show_columns: ClassVar = ["name", "code"]
    search_columns: ClassVar = ["name"]
    related_views: ClassVar = [PupilView]


class MeetingView(PupilView):
    """The same list, in which two requests wait for each other after their filters were read."""

    route_base = "/meeting"

    def _get_list_widget(self, **options: Any) -> Any:  # noqa: ANN401  the framework's own
        if request.path.startswith(self.route_base):  # the framework also shows it below a school
            MEETING.wait()
        return super()._get_list_widget(**options)


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application with the framework's views mounted beside its own, the tokens of forms left aside."""
    app = stage.app()
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        for view in (PupilView, SchoolView, MeetingView):
            app.extensions["appbuilder"].add_view_no_menu(view)
    return app


@pytest.fixture
def admin(app: Flask, stage: Stage) -> FlaskClient:
    """The browser of school A's admin."""
    return browser(app, open_session(stage.database, stage.world.accounts["school_admin"]))


@pytest.fixture
def foreign(stage: Stage) -> int:
    """The id of a student of school B."""
    return stage.world.of(B)[0].student_id


def _leaks(stage: Stage, answer: Any, typed: str = "") -> set[str]:  # noqa: ANN401  a test's answer
    return seen(answer.get_data(as_text=True), canaries(stage.world), typed)


def test_a_list_shows_the_own_rows_only(admin: FlaskClient, stage: Stage) -> None:
    answer = admin.get("/pupils/list/", base_url=HOST)
    assert answer.status_code == 200
    assert all(pupil.student_number in answer.text for pupil in stage.world.of(A))
    assert _leaks(stage, answer) == set()


@pytest.mark.parametrize(
    "query",
    [
        "_oc_PupilView=student_number&_od_PupilView=desc",
        "_flt_0_student_number=CANARY-01",
        "_flt_2_student_number=CANARY",
        "_flt_1_state=gone",
        "_flt_0_school={school_b}",
        "psize_PupilView=500",
        "page_PupilView=1&psize_PupilView=2",
    ],
)
def test_no_order_filter_or_page_brings_a_foreign_row(query: str, admin: FlaskClient, stage: Stage) -> None:
    asked = query.format(school_b=stage.world.nodes[B])
    answer = admin.get(f"/pupils/list/?{asked}", base_url=HOST)
    assert answer.status_code < 500
    assert _leaks(stage, answer, asked) == set()


def test_a_foreign_row_is_not_found_by_its_key(admin: FlaskClient, stage: Stage, foreign: int) -> None:
    own = stage.world.of(A)[0].student_id
    assert admin.get(f"/pupils/show/{own}", base_url=HOST).status_code == 200
    for method, path in (("GET", "show"), ("GET", "edit"), ("POST", "edit"), ("POST", "delete"), ("GET", "delete")):
        answer = admin.open(f"/pupils/{path}/{foreign}", method=method, base_url=HOST, data={"student_number": "X-001"})
        assert answer.status_code in range(300, 500), path
        assert _leaks(stage, answer) == set()
    assert _numbers(stage) == {pupil.student_number for pupil in stage.world.pupils.values()}


def _numbers(stage: Stage) -> set[str]:
    with stage.database.engine.connect() as connection:
        return {row[0] for row in connection.exec_driver_sql("SELECT student_number FROM student")}


def test_nothing_is_written_through_the_framework_not_even_the_own_row(admin: FlaskClient, stage: Stage) -> None:
    own = stage.world.of(A)[0].student_id
    typed = {"student_number": "X-001", "school": str(stage.world.nodes[A])}
    for path in (f"/pupils/edit/{own}", f"/pupils/delete/{own}", "/pupils/add"):
        assert admin.post(path, data=typed, base_url=HOST).status_code in range(200, 500), path
    assert _numbers(stage) == {pupil.student_number for pupil in stage.world.pupils.values()}
    with pytest.raises(Exception, match="not_allowed"):
        PupilView.datamodel.delete_all([])


@pytest.mark.parametrize("path", ["/pupils/add", "/pupils/list/", "/pupils/edit/{own}"])
def test_the_choices_of_a_relation_are_the_own_places(path: str, admin: FlaskClient, stage: Stage) -> None:
    answer = admin.get(path.format(own=stage.world.of(A)[0].student_id), base_url=HOST)
    assert answer.status_code == 200
    assert _leaks(stage, answer) == set()
    assert "画眉中学" in answer.text or "list" in path


def test_the_lists_below_a_row_are_of_that_row(admin: FlaskClient, stage: Stage) -> None:
    """FAB §3.2, FAB §3.15: lists below a row, lists filtered by it; a foreign master row is an accident."""
    own = admin.get(f"/schools/show/{stage.world.nodes[A]}", base_url=HOST)
    assert own.status_code == 200
    assert _leaks(stage, own) == set()
    other = admin.get(f"/schools/show/{stage.world.nodes[B]}", base_url=HOST)
    assert other.status_code in range(300, 500)
    assert _leaks(stage, other) == set()


def test_actions_are_handed_no_foreign_row(admin: FlaskClient, stage: Stage, foreign: int) -> None:
    """FAB §3.8, FAB §3.9: bulk acts on foreign ids; single acts on a foreign id."""
    MARKED.clear()
    own = stage.world.of(A)[0].student_id
    admin.post(f"/pupils/action/mark/{foreign}", base_url=HOST)
    admin.get(f"/pupils/action/mark/{foreign}", base_url=HOST)
    admin.post("/pupils/action_post", data={"action": "mark", "rowid": [str(foreign), str(own)]}, base_url=HOST)
    assert {item.id for item in MARKED if item is not None} == {own}


def test_who_may_not_read_students_enters_none_of_it(app: Flask, stage: Stage) -> None:
    client = browser(app, open_session(stage.database, stage.world.accounts["unit_operator"]))
    for path in ("/pupils/list/", "/pupils/add", f"/pupils/show/{stage.world.of(A)[0].student_id}"):
        answer = client.get(path, base_url=HOST)
        assert answer.status_code in range(300, 500)
        assert "THRUSH" not in answer.text


def test_two_requests_at_once_keep_their_own_filters(app: Flask, stage: Stage) -> None:
    """FAB §3.17: requests share their filters."""
    token = open_session(stage.database, stage.world.accounts["school_admin"])
    answers: dict[str, str] = {}

    def ask(number: str) -> None:
        client = browser(app, token)
        answers[number] = client.get(f"/meeting/list/?_flt_3_student_number={number}", base_url=HOST).text

    for _ in range(3):
        numbers = (f"{A}-01", f"{A}-08")
        threads = [threading.Thread(target=ask, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for number in numbers:
            rows = {
                pupil.student_number for pupil in stage.world.of(A) if f">{pupil.student_number}<" in answers[number]
            }
            assert rows == {number}
