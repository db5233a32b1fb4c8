"""组织机构 as a workbook: the columns of a tree list, and what importing one means. Screens are in `app.sheets`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.orgs import bringing, queries
from app.orgs.branches import KIND_WORDS, STAGE_WORDS, Branch, branch_of
from app.orgs.ground import Spot
from app.orgs.growing import Growth
from app.orgs.uprooting import blockers, undo
from app.sheets.columns import CellKind, Column, Layout
from app.sheets.kinds import Asked, Kind, Line
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import Blocker, Judged, Place, Remark, Verdict
from app.sheets.services import reserve
from app.sheets.values import Bad, value

KINDS = {kind: words.split()[0] for kind, words in KIND_WORDS.items()}
STAGES = {stage: words.split()[0] for stage, words in STAGE_WORDS.items()}


def _way(key: str, zh: str, en: str, *also: str) -> Column:
    """A column of the way to a place, from the city down to the class."""
    return Column(key, zh, en, CellKind.TEXT, also=also, in_template=False)


LAYOUT = Layout(
    key="tree",
    name_zh="组织机构",
    name_en="Organisation tree",
    columns=(
        Column(
            "parent",
            "上级",
            "Place above",
            CellKind.TEXT,
            also=(
                *(
                    "上级单位",
                    "上级机构",
                    "上级名称",
                    "上级部门",
                    "上级编码",
                    "上级代码",
                    "上级机构编码",
                    "上级机构名称",
                ),
                *("上级单位名称", "所属上级", "隶属", "隶属单位", "隶属关系", "主管单位", "主管部门", "父级", "父节点"),
                *("父级名称", "父级编码", "上级节点", "所属机构", "所属单位", "parent", "parent code"),
            ),
            hint_zh="名称或编码；同名时写“学校 / 年级”；不填即在所选上级之下",
            hint_en="Name or code, of places with one name “school / grade”; empty: right below the chosen place",
            example="画眉中学",
        ),
        Column(
            "name",
            "名称",
            "Name",
            CellKind.TEXT,
            also=("机构名称", "单位名称", "组织名称", "组织机构名称", "节点名称", "部门名称", "名字", "全称"),
            example="七年级",
        ),
        Column(
            "kind",
            "类型",
            "Kind",
            CellKind.TEXT,
            also=(
                "机构类型",
                "单位类型",
                "组织类型",
                "节点类型",
                "层级",
                "级别",
                "类别",
                "机构级别",
                "机构层级",
                "机构类别",
            ),
            choices=tuple(KINDS.values()),
            example="年级",
        ),
        Column(
            "code",
            "编码",
            "Code",
            CellKind.TEXT,
            also=(
                "代码",
                "机构编码",
                "机构代码",
                "单位编码",
                "单位代码",
                "组织机构代码",
                "节点编码",
                "编号",
                "机构编号",
            ),
            hint_zh="官方编码；没有可不填，由系统编排",
            hint_en="The official code; left empty, one is made",
        ),
        Column(
            "school_code",
            "学校标识码",
            "School identifier",
            CellKind.TEXT,
            also=("学校代码", "学校编码", "学校（机构）标识码", "学校识别码", "院校代码", "学校编号"),
        ),
        Column(
            "stage",
            "学段",
            "Stage of education",
            CellKind.TEXT,
            also=("办学类型", "学校类型", "学校类别", "教育阶段", "学历层次", "办学层次", "培养层次", "学校办学类型"),
            choices=tuple(STAGES.values()),
        ),
        Column(
            "entry_year",
            "入学年份",
            "Year of entry",
            CellKind.TEXT,
            also=("入学年", "年份", "入学时间", "级", "届级", "entry year", "cohort"),
            hint_zh="年级须填，或在名称中写明，如 2026级、七年级",
            hint_en="For grades, unless the name tells it: 2026级, 七年级",
            example="2026",
        ),
        Column(
            "class_number",
            "班级编号",
            "Class number",
            CellKind.TEXT,
            also=("班号", "班级代码", "班级编码", "班级号", "班级标识码"),
            hint_zh="仅用于班级；不填由系统编排，以后不能更改",
            hint_en="Classes only; left empty, one is made. It can never be changed",
        ),
        _way("province", "省", "Province", "省份", "省级", "省/自治区/直辖市"),
        _way("city", "市", "City", "地市", "设区市", "地级市", "市州", "所在市", "市级"),
        _way("county", "县", "County", "区", "县区", "区县", "县（区）", "县/区", "县市区", "所在县区", "所属区县"),
        _way("school", "学校", "School", "学校名称", "校名", "学校全称", "所属学校", "所在学校", "院校", "高校名称"),
        _way("campus", "校区", "Campus", "校区名称", "所在校区"),
        _way("college", "学院", "College", "院系", "学院名称", "二级学院", "所属学院", "所在学院"),
        _way("faculty", "系", "Faculty", "系部", "系别", "系名称"),
        _way("major", "专业", "Major", "专业名称", "所学专业"),
        _way("grade", "年级", "Grade", "年级名称", "所属年级", "所在年级", "入学年级"),
        _way("class", "班级", "Class", "班级名称", "班", "行政班", "班别", "行政班名称"),
    ),
)
"""One row a place (上级, 名称, 类型) or one row a class with the way to it in columns; both may be mixed."""
EVERY = 1_000


class TreeList(Kind):
    """组织机构: places are made below places of the actor's, and places named by their codes get other names."""

    layout = LAYOUT
    permission = Permission.ORG_IMPORT
    rank = 90
    place_option = "under"
    place_picker = "OrgView.options"
    endpoint = "OrgView.tree"
    argument = "open"
    word_column = "parent"
    unexplained = frozenset({"tree_parent_unknown", "tree_parent_ambiguous"})

    def places(self, session: Session, actor: Actor) -> list[Place]:
        """The places at which the actor's own scope begins."""
        found = queries.describe(session, queries.tops(session, actor, Permission.ORG_IMPORT))
        return [Place(each.id, each.code, each.name, each.path) for each in found if not each.is_closed]

    def place(self, session: Session, actor: Actor, code: str) -> Place:
        """The place of a code, if the actor may import below it and make places there, else `NotFound`."""
        node = queries.find(session, actor, Permission.ORG_IMPORT, code=code.strip())
        if node.closed_at or node.kind == "class" or not actor.covers(Permission.ORG_CREATE, node.path):
            raise NotFound(what="node")
        return Place(node.id, node.code, node.name, node.path)

    def judge(self, session: Session, actor: Actor, asked: Asked) -> Iterable[Judged]:
        """Judge every row: by itself, against the tree, against the others."""
        rows = [_read(table.sheet, row.number, row.cells) for table in asked.tables for row in table.rows()]
        codes = {code for row in rows for code in (row.code, row.school_code) if code}
        growth = Growth(bringing.ground(session, actor, asked.place, asked.values, codes), rows)
        growth.lay()
        news = _news(growth)
        ids = iter(reserve(session, "org_node", sum(map(len, news.values()))))
        for spots in news.values():
            for spot in spots:
                spot.id = next(ids)
        return self._judged(asked, growth, news)

    def _judged(self, asked: Asked, growth: Growth, news: Mapping[int, Sequence[Spot]]) -> Iterable[Judged]:
        for index, row in enumerate(growth.rows):
            if index % EVERY == 0:
                asked.tick(index)
            yield _verdict(row, growth.spot_of.get(index), news.get(index, ()))

    def apply(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Make the new places and rename the changed ones, set-wise."""
        bringing.bring(session, actor, batch)

    def blockers(self, session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
        """The places something stands in or happened to since."""
        return blockers(session, actor, batch)

    def undo(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Take the new places away and give the others their names back."""
        undo(session, actor, batch)

    def lines(self, session: Session, rows: Sequence[ImportRow], keyring: Keyring) -> list[Line]:  # noqa: ARG002
        """Rows as a list shows them; there is nothing secret in them."""
        return [_line(row) for row in rows]

    def options(self, session: Session, actor: Actor, path: str) -> list[tuple[str, str]]:
        """The places a word in the column of the place above may be taken for."""
        return queries.below(session, actor, Permission.ORG_IMPORT, path)


def _read(sheet: str, number: int, cells: Mapping[str, Any]) -> Branch:
    given: dict[str, str] = {}
    bad: list[Remark] = []
    for key, cell in cells.items():
        # the column's choices are for the template; other words for kinds and stages are understood as well
        read = value(LAYOUT.by_key[key], cell)
        if isinstance(read, Bad):
            bad.append(Remark(key, f"cell_{read.facts.get('reason', 'other')}", {}))
        elif read is not None:
            given[key] = str(read)
    row = branch_of(sheet, number, given)
    unread = {remark.column for remark in bad}  # what could not be read is not missing as well
    row.problems = (*bad, *(remark for remark in row.problems if remark.column not in unread))
    return row


def _news(growth: Growth) -> dict[int, list[Spot]]:
    """Row → the new places it brings, each once."""
    written: set[Spot] = set()
    found: dict[int, list[Spot]] = {}
    for index, spot in growth.spot_of.items():
        if spot.is_new and not growth.rows[index].problems:
            found[index] = list(growth.news_of(spot, written))
    return found


def _verdict(row: Branch, spot: Spot | None, news: Sequence[Spot]) -> Judged:
    shown: dict[str, Any] = {"name": row.text, "kind": "", "parent": row.parent, "code": row.code or ""}
    if row.problems or spot is None:
        problems = row.problems or (Remark("name", "cell_other", {}),)
        return Judged(row.sheet, row.number, Verdict.BAD, shown, problems=problems, warnings=row.warnings)
    shown |= {"name": spot.name, "kind": KINDS[spot.kind], "code": spot.code or ""}
    shown["parent"] = " / ".join(each.name for each in spot.lineage[:-1][-3:])
    warnings = row.warnings
    if spot.is_new:
        data = {**shown, "nodes": [_node(each) for each in news]}
        if any(each.kind == "grade" and each.stage is None for each in news):
            warnings = (*warnings, Remark("stage", "tree_stage_none"))
        return Judged(row.sheet, row.number, Verdict.NEW, data, spot.id, warnings=warnings)
    name = " ".join(row.steps[-1].text.split())
    if row.code != spot.code or name == spot.name:
        return Judged(row.sheet, row.number, Verdict.UNCHANGED, shown, spot.id, warnings=warnings)
    data = {**shown, "name": name, "version": spot.version}
    return Judged(row.sheet, row.number, Verdict.CHANGED, data, spot.id, {"name": spot.name}, warnings=warnings)


def _node(spot: Spot) -> dict[str, Any]:
    """A new place as it will be made; `above` says whether its parent is there already."""
    parent = spot.parent
    return {
        "id": spot.id,
        "parent_id": parent.id if parent else None,
        "above": bool(parent and not parent.is_new),
        "kind": spot.kind,
        "name": spot.name,
        "code": spot.code,
        "class_number": spot.class_number,
        "stage": spot.own_stage,
        "entry_year": spot.entry_year,
    }


def _line(row: ImportRow) -> Line:
    data = row.data
    facts = {column: str(data.get(column) or "") for column in ("parent", "kind", "code")}
    changes = [(column, str(before), str(data.get(column))) for column, before in (row.before or {}).items()]
    return Line(str(data.get("name") or ""), facts, changes)


TREE = TreeList()
