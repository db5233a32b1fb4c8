"""The page an insured list is uploaded on: its plan is chosen there, and who enters decisions finds it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from app.core.db import Database
from app.sheets.models import ImportBatch
from tests.imports.insured import UNDECIDED, insured_list, listed
from tests.make.places import A
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.world import World

UPLOAD = "/imports/new?kind=insured"
SignIn = Callable[..., Visit]


def send(visit: Visit, world: World, **typed: str) -> TestResponse:
    """Upload a list of one student; says how it was answered."""
    data = insured_list(listed(world.of(A)[UNDECIDED]))
    form = {"place": A, "target": world.plan, "file": (io.BytesIO(data), "参保名单.xlsx"), **typed}
    return visit.fill(UPLOAD, **form)


@pytest.mark.committed
def test_a_list_is_uploaded_for_a_plan_that_is_chosen_there(visit: SignIn, world: World, database: Database) -> None:
    clerk = visit("school_admin", "zh_Hans_CN")
    page = clerk.get(UPLOAD).get_data(as_text=True)
    assert "参保计划" in page
    assert f'value="{world.plan}"' in page
    answer = clerk.get(send(clerk, world).headers["Location"]).get_data(as_text=True)
    assert "参保名单.xlsx" in answer
    assert "2027年度居民医保" in answer
    with database.engine.connect() as connection:
        found = connection.execute(ImportBatch.__table__.select()).one()
    assert (found.kind, found.target) == ("insured", world.plan)


@pytest.mark.committed
@pytest.mark.parametrize("typed", [{"target": "NO-SUCH"}, {"target": ""}, {"place": "CANARY"}])
def test_what_is_not_offered_is_refused_and_nothing_is_kept(
    visit: SignIn, world: World, database: Database, typed: dict[str, str]
) -> None:
    answer = send(visit("school_admin"), world, **typed)
    assert answer.status_code in {400, 404, 422}
    with database.engine.connect() as connection:
        assert connection.execute(ImportBatch.__table__.select()).all() == []


@pytest.mark.committed
def test_who_enters_decisions_finds_insured_lists_alone(visit: SignIn) -> None:
    counsellor = visit("counsellor", "zh_Hans_CN")
    page = counsellor.get("/imports/new").get_data(as_text=True)
    assert "参保计划" in page
    assert "学生名单" not in page
    assert counsellor.get("/imports/template/insured").status_code == 200
    assert visit("class_teacher").get(UPLOAD).status_code == 403
