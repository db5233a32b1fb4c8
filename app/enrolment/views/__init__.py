"""The screens of applications: a package because one file would be too long to read in a sitting."""

from __future__ import annotations

from app.enrolment.views.declaration import DeclarationView
from app.enrolment.views.export import ExportView
from app.enrolment.views.family import FamilyApplicationView
from app.enrolment.views.listing import ApplicationView
from app.enrolment.views.page import ApplicationPageView
from app.enrolment.views.review import ReviewView
from app.enrolment.views.stopping import StoppingView

SCREENS = (
    FamilyApplicationView,
    DeclarationView,
    ApplicationView,
    ReviewView,
    StoppingView,
    ApplicationPageView,
    ExportView,
)
