#!/usr/bin/env python3
"""Write docs/roles.md, the published matrix of roles, from the one statement of it in `app.access.roles`.

Run it after changing a role; a test fails while the page and the code differ.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.access.permissions import Permission  # noqa: E402  the line above makes the project importable
from app.access.roles import POSTS, ROLE_BY_CODE, ROLES, Hold, Role, hold  # noqa: E402  the same

PAGE = ROOT / "docs" / "roles.md"

RESOURCES: Mapping[str, tuple[str, str]] = {
    "account": ("accounts", "账号"),
    "audit": ("audit log", "审计日志"),
    "certificate": ("certificates", "凭证"),
    "chain": ("review chains", "审核流程"),
    "change": ("change records", "异动记录"),
    "change_request": ("change requests", "变更申请"),
    "class": ("classes", "班级"),
    "class_set": ("class sets", "系（班级组）"),
    "code": ("binding codes", "绑定码"),
    "delegation": ("delegations", "委托"),
    "department": ("departments", "部门"),
    "dictionary": ("dictionaries", "数据字典"),
    "enrolment": ("enrolments", "参保登记"),
    "field": ("fields", "字段"),
    "figure": ("figures", "统计数字"),
    "form": ("forms", "表单"),
    "help": ("help pages", "帮助"),
    "job": ("own jobs", "本人的后台任务"),
    "notice": ("notices", "通知公告"),
    "operator": ("unit operators", "单位经办人"),
    "org": ("organisations below the own", "下级机构"),
    "parameter": ("system parameters", "系统参数"),
    "payment": ("payments", "缴费"),
    "pension": ("pension applications", "养老申请"),
    "person": ("personal numbers", "证件号码"),
    "plan": ("plans", "参保计划"),
    "policy": ("policies", "保单"),
    "progress": ("verification progress", "核验进度"),
    "quality": ("data quality", "数据质量"),
    "registration_code": ("registration codes", "注册码"),
    "reminder": ("reminders", "催办"),
    "report": ("reports", "报表"),
    "role": ("roles", "角色"),
    "rollover": ("year roll-over", "学年升级"),
    "roster": ("unit rosters", "单位花名册"),
    "saved_view": ("saved views", "查询方案"),
    "staff": ("staff changes", "人员增减"),
    "student": ("students", "学生"),
    "submission": ("submissions", "上报"),
    "system": ("the system", "系统"),
    "unit": ("units", "单位"),
}
VERBS: Mapping[str, tuple[str, str]] = {
    "accept": ("accept", "受理"),
    "apply": ("apply", "申请"),
    "cancel": ("cancel", "取消"),
    "change": ("change", "变更"),
    "close": ("close", "关闭"),
    "create": ("create", "新增"),
    "define": ("define", "定义"),
    "deregister": ("deregister", "注销"),
    "disable": ("disable", "停用"),
    "enter": ("enter", "录入"),
    "export": ("export", "导出"),
    "fix": ("put right", "整改"),
    "grant": ("grant roles", "授权"),
    "help_guardian": ("help guardians", "协助家长"),
    "import": ("import", "导入"),
    "issue": ("issue", "签发"),
    "move": ("move", "调动"),
    "names": ("open the names behind", "查看名单"),
    "new": ("enrol new", "新参保"),
    "open": ("open", "开启"),
    "operate": ("operate", "运维"),
    "print": ("print", "打印"),
    "publish": ("publish", "发布"),
    "read": ("read", "查看"),
    "record": ("record", "登记"),
    "redeem": ("redeem", "兑换"),
    "refund": ("refund", "退费"),
    "rename": ("rename", "改名"),
    "renew": ("renew", "续保"),
    "reset": ("reset", "重置"),
    "revoke": ("revoke", "撤销"),
    "review": ("review", "审核"),
    "run": ("run", "执行"),
    "schedule": ("schedule", "订阅"),
    "send": ("send", "发送"),
    "share": ("share", "共享"),
    "sign_off": ("sign off", "确认"),
    "stop": ("stop", "停保"),
    "submit": ("submit", "提交"),
    "unmask": ("unmask", "查看明文"),
    "update": ("edit", "修改"),
    "upload": ("upload", "上传"),
}
CELLS: Mapping[Hold, tuple[str, str]] = {
    Hold.YES: ("yes", "是"),
    Hold.OWN: ("own", "本"),
    Hold.STEP: ("step", "环节"),
    Hold.REASON: ("reason", "事由"),
    Hold.SWITCH: ("switch", "开关"),
    Hold.REQUEST: ("ask", "申请"),
    Hold.NO: ("", ""),
}


@dataclass(frozen=True)
class Wording:
    """What the page says around its tables in one language (0 English, 1 Chinese)."""

    index: int
    title: str
    intro: str
    levels: tuple[str, str, str]
    corner: tuple[str, str]
    legend: tuple[str, ...]


ENGLISH = Wording(
    index=0,
    title="Who may do what",
    intro="A grant is a role at a place and covers everything below it. Several grants of one person never merge: each "
    "act is judged by a grant that holds its permission at that place. These are the roles a new system starts with.",
    levels=("Level", "Role", "Code"),
    corner=("Permission", "Meaning"),
    legend=(
        "**yes**: everywhere below the place of the grant",
        "**own**: only the own person, class or unit",
        "**step**: only where the plan's chain of review names the role for that step",
        "**reason**: with a reason, which is audited",
        "**switch**: off until a system parameter of the province turns it on",
        "**ask**: not held; the role asks for it by a change request",
        "empty: no. The system administrator (`system_admin`) holds every permission and has no column.",
    ),
)
CHINESE = Wording(
    index=1,
    title="角色与权限",
    intro="授权即某个角色在某个范围（机构节点）内有效，包含其全部下级。同一人的多项授权互不合并："
    "每次操作只按在该处拥有该权限的那一项授权判断。下表是新系统的初始角色。",
    levels=("级别", "角色", "代码"),
    corner=("权限", "含义"),
    legend=(
        "**是**：授权范围及其下级均可",
        "**本**：仅限本人、本班或本单位",
        "**环节**：仅限参保计划的审核流程指定该角色的环节",
        "**事由**：须填写事由，并记入审计日志",
        "**开关**：默认关闭，由省级系统参数开启",
        "**申请**：不具备该权限，通过变更申请办理",
        "空白：无。超级管理员（`system_admin`）拥有全部权限，不单列。",
    ),
)


def page() -> str:
    """Print the whole page: Chinese first, then English."""
    head = "<!-- Written by scripts/roles_page.py from app/access/roles.py; change it there. -->"
    return "\n\n".join([head, "# 角色与权限 · Who may do what", *_part(CHINESE), *_part(ENGLISH)]) + "\n"


def _part(words: Wording) -> list[str]:
    legend = "\n".join(f"- {line}" for line in words.legend)
    return [f"## {words.title}", words.intro, _levels(words), legend, _matrix(words)]


def _label(role: Role, words: Wording) -> str:
    return (role.label_en, role.label_zh)[words.index]


def _levels(words: Wording) -> str:
    ordered = sorted(ROLES, key=lambda role: role.level)
    rows = [(str(role.level), _label(role, words), f"`{role.code}`") for role in ordered]
    return _table(words.levels, rows)


def _matrix(words: Wording) -> str:
    codes = [code for code, *_ in POSTS]
    head = (*words.corner, *(_label(ROLE_BY_CODE[code], words) for code in codes))
    rows = [
        (f"`{p.value}`", _meaning(p, words), *(CELLS[hold(p, code)][words.index] for code in codes)) for p in Permission
    ]
    return _table(head, rows)


def _meaning(permission: Permission, words: Wording) -> str:
    resource = RESOURCES[permission.resource][words.index]
    verb = VERBS[permission.verb][words.index]
    return f"{resource}: {verb}" if words.index == 0 else f"{resource}：{verb}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
