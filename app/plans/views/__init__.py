"""The screens of plans: a package because list and page, and the long form, are each enough for one file."""

from __future__ import annotations

from app.plans.views.listing import PlanView
from app.plans.views.record import PlanRecordView

__all__ = ["PlanRecordView", "PlanView"]
