"""A list of places is applied whole and taken back whole, as long as nothing depends on what it made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.accounts.rules import NewAccount, NewGrant
from app.accounts.services import create as create_account
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.errors import NotFound, Refusal
from app.departments.services import create as create_department
from app.orgs import queries, reshape
from app.orgs.models import NodePlacement, OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.orgs.sheet import TREE
from app.sheets.rules import RollChanged, UndoBlocked
from app.sheets.work import apply_batch
from tests.at_once import at_once
from tests.campaigns import opened
from tests.conftest import CountStatements
from tests.imports.desk import Desk, student, workbook
from tests.make.places import COUNTY_A, A, class_of

WAY = ("学校", "学校标识码", "学段", "年级", "班级", "班级编号")
CODE = "2136000123"
ROWS = [
    ("新溪小学", CODE, "小学", "一年级", "1班", "X-101"),
    ("新溪小学", CODE, "小学", "一年级", "2班", ""),
    ("新溪小学", CODE, "小学", "二年级", "1班", ""),
]
TABLES = ("org_node", "class_group", "node_placement")
BECAUSE = "a test looks at all"


def _rows(session: Session) -> dict[str, Any]:
    found = {}
    for table in TABLES:
        stmt = text(f"SELECT coalesce(md5(string_agg(to_jsonb(t)::text, '' ORDER BY t.*)), '') FROM {table} AS t")
        found[table] = session.scalar(everything(stmt, because=BECAUSE))
    return found


def everything_below(desk: Desk) -> dict[str, Any]:
    """A digest of each table of the tree."""
    return desk.database.transaction(_rows)


def _node(desk: Desk, code: str) -> OrgNode:
    def work(session: Session) -> OrgNode:
        stmt = select(OrgNode).where(OrgNode.code == code)
        return session.scalars(everything(stmt, because=BECAUSE)).one()

    return desk.database.transaction(work)


def _apply(desk: Desk, rows: Any = ROWS, headings: Any = WAY, *, at: str = COUNTY_A) -> int:  # noqa: ANN401
    return desk.apply(workbook(rows, headings), school=at)


def _school(desk: Desk) -> dict[str, str]:
    """Full name → code of what stands in the imported school."""

    def work(session: Session) -> dict[str, str]:
        path = session.scalar(everything(select(OrgNode.path).where(OrgNode.code == CODE), because=BECAUSE))
        found = session.scalars(
            everything(select(OrgNode).where(OrgNode.path.startswith(path or "?")), because=BECAUSE)
        ).all()
        return {place.full_name.rpartition("东湖区 / ")[2]: place.code for place in queries.describe(session, found)}

    return desk.database.transaction(work)


def test_a_list_makes_the_places_it_names(tree: Desk) -> None:
    _apply(tree)
    assert _school(tree) == {
        "新溪小学": CODE,
        "新溪小学 / 一年级": f"{CODE}-1",
        "新溪小学 / 一年级 / 一年级(1)班": f"{CODE}-1-1",
        "新溪小学 / 一年级 / 一年级(2)班": f"{CODE}-1-2",
        "新溪小学 / 二年级": f"{CODE}-2",
        "新溪小学 / 二年级 / 二年级(1)班": f"{CODE}-2-1",
    }
    assert tree.counts(tree.read(workbook(ROWS, WAY), school=COUNTY_A)) == (0, 0, 3, 0)


def test_what_was_made_has_its_history_and_is_written_down(tree: Desk) -> None:
    batch = _apply(tree)

    def work(session: Session) -> tuple[int, list[str]]:
        node = session.scalars(everything(select(OrgNode).where(OrgNode.code == f"{CODE}-1-1"), because=BECAUSE)).one()
        placements = select(NodePlacement).where(NodePlacement.node_id == node.id, NodePlacement.until.is_(None))
        acts = select(Audit.act).order_by(Audit.id.desc()).limit(3)
        return (
            len(session.scalars(everything(placements, because=BECAUSE)).all()),
            list(session.scalars(everything(acts, because=BECAUSE))),
        )

    assert tree.database.transaction(work) == (1, ["import:apply", "org:import", "org:create"])
    assert tree.rows(batch, "new")[0].subject_id == _node(tree, f"{CODE}-1-1").id


def test_a_renamed_place_keeps_its_code_and_says_so_in_the_records(tree: Desk) -> None:
    batch = _apply(tree, [("", "画眉实验中学", "学校", A)], ("上级", "名称", "类型", "编码"))
    assert _node(tree, A).name == "画眉实验中学"

    def work(session: Session) -> ChangeRecord:
        stmt = select(ChangeRecord).order_by(ChangeRecord.id.desc()).limit(1)
        return session.scalars(everything(stmt, because=BECAUSE)).one()

    change = tree.database.transaction(work)
    assert (change.kind, change.before, change.after, change.source) == (
        "node_renamed",
        {"name": "画眉中学"},
        {"name": "画眉实验中学"},
        "import",
    )
    tree.undo(batch)
    assert _node(tree, A).name == "画眉中学"


def test_an_undone_list_leaves_nothing_behind(tree: Desk) -> None:
    before = everything_below(tree)
    batch = _apply(tree)
    assert everything_below(tree) != before
    tree.undo(batch)
    assert everything_below(tree) == before
    _apply(tree)  # its codes are free again
    assert CODE in _school(tree).values()


def test_reporting_units_of_an_open_plan_come_and_go_with_their_places(tree: Desk) -> None:
    plan = tree.database.transaction(lambda s: opened(s, "P", place_code=COUNTY_A, audience=("primary",)).id)
    counted = text("SELECT count(*) FROM reporting_unit WHERE plan_id = :plan").bindparams(plan=plan)

    def units() -> int:
        return tree.database.transaction(lambda s: s.scalar(everything(counted, because=BECAUSE)) or 0)

    batch = _apply(tree)
    assert units() == len(ROWS)
    tree.undo(batch)
    assert (units(), _school(tree)) == (0, {})


def test_a_unit_comes_and_goes_with_the_class_of_its_people(tree: Desk) -> None:
    before = everything_below(tree)
    batch = _apply(tree, [("", "新溪福利院", "单位", "XINXI-U")], ("上级", "名称", "类型", "编码"))
    assert _node(tree, "XINXI-U-1").name == "全体职工"
    tree.undo(batch)
    assert everything_below(tree) == before


def test_only_the_good_rows_are_made(tree: Desk) -> None:
    rows = [*ROWS, ("新溪小学", CODE, "小学", "毕业年级", "1班", "")]
    data = workbook(rows, WAY)
    batch = tree.read(data, school=COUNTY_A)
    assert tree.counts(batch) == (3, 0, 0, 1)
    tree.confirm(batch, good_rows=True)
    apply_batch(tree.bench, batch)
    assert len(_school(tree)) == len(ROWS) + 3


def _child(session: Session, _tree: Desk) -> None:
    grow(session, SYSTEM, [NewNode(f"{CODE}-1", "class", "(3)班")])


def _renamed(session: Session, _tree: Desk) -> None:
    node = session.scalars(everything(select(OrgNode).where(OrgNode.code == f"{CODE}-1-1"), because=BECAUSE)).one()
    reshape.rename(session, SYSTEM, node_id=node.id, name="一班", version=node.version)


def _office(session: Session, _tree: Desk) -> None:
    create_department(session, SYSTEM, node_code=CODE, name="教务处")


def _post(session: Session, _tree: Desk) -> None:
    grants = (NewGrant("class_teacher", node_code=f"{CODE}-1-1"),)
    create_account(session, SYSTEM, NewAccount(name="新老师", home_code=CODE, user_name="new_teacher", grants=grants))


@pytest.mark.parametrize(
    ("deed", "reasons"),
    [
        (_child, {"undo_children"}),
        (_renamed, {"undo_edited"}),
        (_office, {"undo_departments"}),
        (_post, {"undo_accounts", "undo_grants"}),
    ],
)
def test_what_came_later_keeps_a_list_from_being_undone(
    tree: Desk, deed: Callable[[Session, Desk], None], reasons: set[str]
) -> None:
    batch = _apply(tree)
    tree.database.transaction(lambda session: deed(session, tree))
    found = tree.run(lambda s, actor: TREE.blockers(s, actor, tree.batch(batch)))
    assert {each.code for each in found} == reasons
    with pytest.raises(UndoBlocked) as refused:
        tree.undo(batch)
    assert refused.value.facts == {"count": len(found)}
    assert tree.batch(batch).state == "applied"
    assert len(_school(tree)) >= len(ROWS) + 3


def test_what_keeps_a_list_from_being_undone_is_named_as_this_year_calls_it(tree: Desk) -> None:
    batch = _apply(tree)
    tree.database.transaction(lambda session: _child(session, tree))
    tree.database.transaction(lambda session: _renamed(session, tree))
    found = tree.run(lambda s, actor: TREE.blockers(s, actor, tree.batch(batch)))
    assert {each.name for each in found} == {"一年级", "一年级一班"}


def test_students_keep_the_classes_they_stand_in(tree: Desk) -> None:
    batch = _apply(tree)
    admin = tree.database.transaction(
        lambda session: create_account(
            session,
            SYSTEM,
            NewAccount(
                name="x", home_code=CODE, user_name="x_admin", grants=(NewGrant("school_admin", node_code=CODE),)
            ),
        )
    )
    del admin
    root = Desk(tree.database, tree.world, tree.files, user="root_admin")
    root.apply(workbook([student(1, 班级="一年级(1)班")]), school=CODE)
    found = tree.run(lambda s, actor: TREE.blockers(s, actor, tree.batch(batch)))
    assert "undo_students" in {each.code for each in found}


def test_what_changed_since_the_check_refuses_the_whole(tree: Desk) -> None:
    first, second = (tree.read(workbook(ROWS, WAY), school=COUNTY_A) for _ in range(2))
    tree.confirm(first)
    tree.confirm(second)
    apply_batch(tree.bench, first)
    with pytest.raises(Refusal):
        apply_batch(tree.bench, second)
    assert tree.batch(second).state == "previewed"
    assert len(_school(tree)) == len(ROWS) + 3


@pytest.mark.committed
def test_of_two_who_apply_one_list_at_once_one_wins(tree: Desk) -> None:
    batches = [tree.read(workbook(ROWS, WAY), school=COUNTY_A) for _ in range(2)]
    for batch in batches:
        tree.confirm(batch)
    calls: list[Callable[[], None]] = [partial(apply_batch, tree.bench, batch) for batch in batches]
    outcomes = at_once(*calls)
    assert sorted(isinstance(outcome, Refusal) for outcome in outcomes) == [False, True]
    assert sorted(tree.batch(batch).state for batch in batches) == ["applied", "previewed"]
    assert len(_school(tree)) == len(ROWS) + 3


@pytest.mark.committed
def test_nobody_is_added_while_a_list_is_undone(tree: Desk) -> None:
    batch = _apply(tree)
    outcomes = at_once(
        lambda: tree.undo(batch),
        lambda: tree.run(lambda s, actor: grow(s, actor, [NewNode(f"{CODE}-1", "class", "(3)班")])),
    )
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 1
    assert bool(_school(tree)) == (tree.batch(batch).state == "applied")


def test_a_place_renamed_since_the_check_is_left_alone(tree: Desk) -> None:
    batch = tree.read(workbook([("", "画眉实验中学", "学校", A)], ("上级", "名称", "类型", "编码")), school=COUNTY_A)
    tree.confirm(batch)
    node = _node(tree, A)
    tree.run(lambda s, actor: reshape.rename(s, actor, node_id=node.id, name="画眉一中", version=node.version))
    with pytest.raises(RollChanged):
        apply_batch(tree.bench, batch)
    assert _node(tree, A).name == "画眉一中"


@pytest.mark.parametrize(
    "user", ["class_teacher", "counsellor", "student_affairs", "college_officer", "guardian", "student"]
)
def test_who_may_not_import_places_is_refused(desk: Desk, user: str) -> None:
    with pytest.raises(Refusal):
        desk.of(user).for_kind(TREE).received(workbook(ROWS, WAY), school=A)


@pytest.mark.parametrize("place", [COUNTY_A, "CANARY", class_of(A, 1, 1), "NO-SUCH"])
def test_a_school_imports_below_itself_only(desk: Desk, place: str) -> None:
    with pytest.raises(NotFound):
        desk.for_kind(TREE).received(workbook(ROWS, WAY), school=place)


def test_a_list_of_another_county_is_not_found(tree: Desk) -> None:
    batch = _apply(tree)
    with pytest.raises(NotFound):
        tree.of("school_admin_b").batch(batch)


def test_many_places_cost_as_many_statements_as_few(tree: Desk, statements: CountStatements) -> None:
    def spent(rows: Sequence[Sequence[str]]) -> list[str]:
        batch = tree.read(workbook(rows, ("学校", "年级", "班级")), school=COUNTY_A)
        tree.confirm(batch)
        with statements() as sent:
            apply_batch(tree.bench, batch)
        return [statement.split("(")[0] for statement in sent]

    few = [("甲小学", "一年级", f"{number}班") for number in range(1, 3)]
    many = [(f"{name}小学", "一年级", f"{number}班") for name in "乙丙丁戊" for number in range(1, 12)]
    assert spent(few) == spent(many)


def test_many_places_are_taken_back_by_the_statements_of_few(tree: Desk, statements: CountStatements) -> None:
    sent = []
    for count in (1, 9):
        rows = [(f"第{count}{n}小学", "", "小学", "一年级", "1班", "") for n in range(count)]
        batch = _apply(tree, rows)
        with statements() as undone:
            tree.undo(batch)
        sent.append(undone)
    assert sent[0] == sent[1]  # word for word: a statement takes 65,535 parameters at most
