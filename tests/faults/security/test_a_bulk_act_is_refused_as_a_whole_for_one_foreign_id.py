"""F1: bulk and single actions read their rows by id without the view's filters."""

from __future__ import annotations

from tests.faults.conftest import House
from tests.make.places import A, B, class_of
from tests.promises.source import called, calls, python_files

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


def test_one_foreign_id_among_own_ones_moves_nobody(house: House) -> None:
    """F1: the whole batch is refused, and nothing of the foreign row is told."""
    own, foreign = house.world.of(A)[0].student_id, house.world.of(B)[0].student_id
    before = house.rows()
    for ids in ([foreign], [own, foreign], [foreign, own]):
        form = {"rowid": ids, "class_number": class_of(A, 2, 1).replace("-", "")}
        for sent in ({"rowid": ids}, form):
            answer = house.post("school_admin", "/students/transfer", sent)
            assert answer.status_code == 404
            assert house.world.of(B)[0].name not in answer.text
        assert house.browser_of("school_admin").get("/students/transfer", query_string=form).status_code == 404
    assert house.rows() == before


def test_no_code_of_ours_has_the_framework_fetch_a_row_or_run_an_action() -> None:
    """F1: the framework's actions, and its `datamodel.get`, are used nowhere."""
    wrong = [
        f"{path}:{call.lineno}"
        for path in python_files("app")
        for _, call in calls(path)
        if called(call) == "action" or "datamodel" in str(getattr(getattr(call.func, "value", None), "attr", ""))
    ]
    assert wrong == []
