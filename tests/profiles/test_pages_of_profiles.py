"""The pages of basic records and change requests, for the family and for who decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.crypto import Keyring
from app.core.db import Database
from tests.make.places import A
from tests.site import Visit
from tests.world import KEYRING, World

pytestmark = pytest.mark.committed
Visiting = Callable[..., Visit]
SENT = 303


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


def test_a_student_keeps_the_own_record_and_is_told_what_is_missing(visit: Visiting, world: World) -> None:
    student = visit("student")
    here = f"/my/profile/{world.of(A)[0].student_id}"
    assert student.get("/my/profile/").headers["Location"] == here
    typed = {"phone": "13800001111", "address": "东湖区1号", "contact_name": "画眉爸", "contact_phone": "12"}
    assert student.fill(here, **typed).status_code == 422
    assert student.fill(here, **(typed | {"contact_phone": "13800002222"})).status_code == SENT
    page = student.get(here).get_data(as_text=True)
    assert "still lacks 2 things" in page
    assert "138****2222" in page
    assert "13800002222" not in page


def test_a_locked_field_goes_from_the_student_to_the_counsellor_and_back(
    visit: Visiting, world: World, database: Database
) -> None:
    student, counsellor = visit("student"), visit("counsellor")
    student_id = world.of(A)[0].student_id
    asking = f"/change-requests/new/{student_id}"
    assert student.fill(asking, **same(world), reason="").status_code == 422
    answer = student.fill(asking, **(same(world) | {"name": "画眉新"}), reason="登记有误")
    assert answer.status_code == SENT
    here = answer.headers["Location"]
    assert "画眉新" in counsellor.get(here).get_data(as_text=True)
    assert counsellor.fill(here, step="decline", opinion="").status_code == 422
    assert counsellor.fill(here, step="approve", opinion="").status_code == SENT
    assert "画眉新" in student.get("/my/insurance/").get_data(as_text=True)
    assert "Approved" in student.get(here).get_data(as_text=True)
    with database.engine.connect() as connection:
        decided = connection.exec_driver_sql("SELECT decided_by FROM change_request").scalar_one()
    assert decided == world.accounts["counsellor"]


def test_a_request_is_withdrawn_by_who_asked(visit: Visiting, world: World) -> None:
    student = visit("student")
    asking = f"/change-requests/new/{world.of(A)[0].student_id}"
    here = student.fill(asking, **(same(world) | {"name": "画眉新"}), reason="登记有误").headers["Location"]
    assert student.fill(f"{here}/withdraw").status_code == SENT
    assert "Request withdrawn" in student.get(here).get_data(as_text=True)


def same(world: World) -> dict[str, str]:
    """The form as it stands when nothing in it has been changed."""
    pupil = world.of(A)[0]
    return {
        "name": pupil.name,
        "certificate_type": "resident_id",
        "number": f"{pupil.certificate[:6]}********{pupil.certificate[-4:]}",
        "sex": "1",
        "birth_date": "2013-09-01",
        "ethnicity": "",
        "student_number": pupil.student_number,
        "entry_date": "",
        "expected_graduation_date": "",
    }
