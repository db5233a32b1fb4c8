"""F3: forms accepted a foreign key that led to another school, and moved an own row there."""

from __future__ import annotations

import pytest
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.faults.conftest import House
from tests.make.places import A, B, class_of

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works

CLASS = class_of(B, 1, 1)
NOBODY = {"name": "王伟", "certificate_type": "other", "sex": "1", "birth_date": "2013-09-01"}
FORMS: dict[str, tuple[str, dict[str, object]]] = {
    "a student into its class": ("/students/new", {**NOBODY, "student_number": "NEW-77", "class_text": CLASS}),
    "students to its class": ("/students/transfer", {"rowid": "{own}", "class_number": "CANARY202601"}),
    "a department to it": ("/departments/new", {"name": "x", "node": B}),
    "a place below it": ("/orgs/{class_a}/move", {"target": f"{B}-1", "version": 1}),
    "a class into its class": ("/orgs/{class_a}/merge", {"target": CLASS, "version": 1}),
    "a user to it": ("/users/new", {"name": "王伟", "user_name": "wang_w", "place": B, "role": "class_teacher"}),
    "a role at it": (
        "/users/{teacher}/grants/change",
        {"role": "class_teacher", "node": "{class_b}", "sure": 1, "version": "{version}"},
    ),
}


@pytest.mark.parametrize("what", FORMS)
def test_no_form_puts_anything_into_another_school(what: str, house: House) -> None:
    """F3, FAB §3.5, FAB §3.6: refused, and nothing is written."""
    path, typed = FORMS[what]
    world = house.world
    ids: dict[str, object] = {
        "own": world.of(A)[0].student_id,
        "class_a": world.nodes[class_of(A, 1, 1)],
        "class_b": world.nodes[CLASS],
        "teacher": world.accounts["class_teacher"],
        "version": 2,
    }
    before = house.rows()
    form = {name: str(value).format(**ids) for name, value in typed.items()}
    answer = house.post("school_admin", path.format(**ids), form)
    assert answer.status_code in {404, 409, 422}
    assert "金丝雀" not in answer.text
    assert house.rows() == before


def test_the_database_itself_refuses_a_row_that_stands_in_two_schools(house: House) -> None:
    """F3: where the program failed, the key of three columns would still refuse."""
    values = {"node": house.world.nodes[CLASS], "id": house.world.of(A)[0].student_id}
    wrong = text("UPDATE student SET node_id = :node WHERE id = :id")
    with pytest.raises(IntegrityError) as caught, house.stage.database.engine.begin() as connection:
        connection.execute(wrong, values)
    assert isinstance(caught.value.orig, ForeignKeyViolation)
