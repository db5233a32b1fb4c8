"""A superuser makes a role and a school with its admin; the admin builds and staffs it; rights end at once."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from tests.journeys.site import Site
from tests.journeys.visit import Visit, Visiting

PASSWORD = "一个很长而且好记的口令2026"
SCHOOL = "3136999999"
WRONG, RIGHT = "360101201509011016", "360101201509011015"


def field(visit: Visit, name: str) -> Locator:
    """A field of the form on the page."""
    return visit.page.get_by_role("main").locator(f"[name={name}]")


def fill(visit: Visit, **typed: str) -> None:
    """Type into fields, or choose where a field is a choice."""
    for name, value in typed.items():
        found = field(visit, name)
        if found.evaluate("element => element.tagName") == "SELECT":
            found.select_option(value)
        else:
            found.fill(value)


def send(visit: Visit, *, refused: tuple[int, ...] = ()) -> None:
    """Press the form's own button."""
    visit.click(visit.page.locator("main form.record button[type=submit]").last, refused=refused)


def add_place(visit: Visit, parent: str, **typed: str) -> None:
    """Add a place below the one whose line of the tree names it."""
    line = visit.page.locator(".tree-row", has=visit.page.locator("b", has_text=re.compile(f"^{re.escape(parent)}$")))
    visit.click(line.get_by_role("link", name="新增下级").first)
    fill(visit, **typed)
    send(visit)


def hire(visit: Visit, *, name: str, user_name: str, place: str, role: str) -> str:
    """Make a user and return the activation code, shown once."""
    visit.go("/users/new")
    fill(visit, name=name, user_name=user_name, place=place, role=role)
    send(visit)
    return visit.page.locator(".code-shown").inner_text()


def activate(visit: Visit, code: str) -> None:
    """Choose a password with a code in hand; signed in afterwards."""
    visit.go("/activate/")
    field(visit, "code").fill(code)
    visit.click(visit.page.locator("main form button[type=submit]").last)
    fill(visit, password=PASSWORD, password_again=PASSWORD)
    visit.click(visit.page.locator("main form button[type=submit]").last)
    assert visit.path() == "/"


def make_role(boss: Visit) -> None:
    """Copy the class teacher's role under a name of the school's own."""
    boss.go("/roles/")
    boss.click(boss.rows().filter(has_text="班主任").first.get_by_role("link").first)
    boss.click(boss.page.get_by_role("link", name="复制"))
    fill(boss, code="journey_tutor", label_zh="导师", label_en="Tutor")
    send(boss)
    assert "导师" in boss.words()


def make_school(boss: Visit, site: Site) -> str:
    """Add a school in the first county and its administrator; returns the activation code."""
    county = next(node for node in site.nodes.values() if node.kind == "county")
    boss.go("/orgs/?" + "&".join(f"open={part}" for part in county.path.split("/") if part))
    add_place(boss, county.name, kind="school", name="旅程中学", code=SCHOOL, stage="junior")
    return hire(boss, name="龚㛃", user_name="journey_admin", place=SCHOOL, role="school_admin")


def build(admin: Visit) -> None:
    """Add a grade and a class."""
    admin.go("/orgs/")
    add_place(admin, "旅程中学", kind="grade", name="2026级", entry_year="2026")
    add_place(admin, "七年级", kind="class", name="(1)班", class_number="J1")


def admit(admin: Visit) -> None:
    """Add a student, first with a wrong ID number, then with the right one; nothing typed is lost."""
    admin.go("/students/new")
    fill(admin, certificate_type="resident_id", number=WRONG, name="阿依古丽·买买提", student_number="2026J001")
    fill(admin, class_text="J1")
    send(admin, refused=(422,))
    assert field(admin, "name").input_value() == "阿依古丽·买买提"
    assert "校验" in admin.page.locator("#number-wrong").inner_text()
    fill(admin, number=RIGHT)
    send(admin)
    assert "阿依古丽·买买提" in admin.words()
    assert RIGHT not in admin.page.content()


def test_a_school_is_built_and_staffed_and_rights_end_at_the_next_click(site: Site, visiting: Visiting) -> None:
    boss = visiting("system_admin")
    make_role(boss)
    code = make_school(boss, site)

    admin = visiting()
    activate(admin, code)
    assert admin.heading() == "旅程中学"
    build(admin)
    admit(admin)

    stranger = site.students_of("school_admin")[0]
    admin.go(f"/students/?number={stranger.number}")
    assert stranger.name not in admin.words()
    admin.go("/orgs/5/rename", refused=(404,))

    teacher = visiting()
    activate(teacher, hire(admin, name="何老师", user_name="journey_teacher", place=SCHOOL, role="journey_tutor"))
    admin.go("/users/?user_name=journey_teacher")
    admin.rows().first.get_by_role("button", name="更多").click()
    admin.click(admin.rows().first.get_by_role("link", name="停用"))
    fill(admin, reason="调离")
    send(admin)
    teacher.page.goto("/figures/")
    assert teacher.path() == "/login/"
