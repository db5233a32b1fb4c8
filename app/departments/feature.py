"""What departments plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.departments.views import DepartmentView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="departments",
    screens=(DepartmentView,),
    menu=(MenuItem("Departments", "DepartmentView.list", "place", Permission.DEPARTMENT_READ, group="Master data"),),
    sentences={
        "department_name_taken": _l("The place has a department called %(name)s already. Please choose another name."),
        "binding_department": _l("This department belongs to the binding codes and stays as it is."),
        "department_created": _l("Department %(name)s has been added."),
        "department_closed": _l("The department has been closed."),
    },
)
