"""The words for kinds of places, in both languages. An extra file: every screen that names a place needs them."""

from __future__ import annotations

from app.web.language import lazy as _l

KINDS = {
    "ministry": _l("Ministry"),
    "province": _l("Province"),
    "city": _l("City"),
    "county": _l("County"),
    "school": _l("School"),
    "unit": _l("Unit"),
    "campus": _l("Campus"),
    "college": _l("College"),
    "education_level": _l("Education level"),
    "faculty": _l("Faculty"),
    "major": _l("Major"),
    "grade": _l("Grade"),
    "class": _l("Class"),
    "other": _l("Other"),
}
STAGES = {
    "kindergarten": _l("Kindergarten"),
    "primary": _l("Primary school"),
    "junior": _l("Junior secondary school"),
    "senior": _l("Senior secondary school"),
    "secondary_vocational": _l("Secondary vocational school"),
    "junior_college": _l("Junior college"),
    "undergraduate": _l("Undergraduate"),
    "master": _l("Master"),
    "doctor": _l("Doctor"),
}
