"""What departments refuse. Pure."""

from __future__ import annotations

from app.core.errors import Conflict


class DepartmentNameTaken(Conflict):
    """The place has a department of this name already."""

    code = "department_name_taken"


class BindingDepartment(Conflict):
    """The department of accounts made by binding codes cannot be closed or renamed (BC-08)."""

    code = "binding_department"
