"""What is said about the rows of a student list, by code. An extra file: screens and the command line both say it."""

from __future__ import annotations

from typing import Any

from app.web.language import lazy as _l

IMPORTING: dict[str, Any] = {
    "import_students_place": _l("School"),
    "import_students_new": _l("%(count)s students are added, with class and enrolment."),
    "import_students_changed": _l("%(count)s students are changed as the list shows."),
    "import_students_undo": _l(
        "%(new)s students who were added are taken away again, and %(changed)s get their former values back."
    ),
    "import_students_explain": _l("Say which class is meant. It is remembered for this school."),
    "missing_class": _l("No class. Please fill in the class, or write it in the title or the name of the sheet."),
    "unknown_class": _l(
        "The school has no class called %(text)s. Please correct it, or say on the import's page which class is meant."
    ),
    "class_ambiguous": _l(
        "Several classes may be meant by %(text)s. Please write grade and class, such as 七年级(1)班, or its number."
    ),
    "sex_word": _l("The sex is 男 or 女. Please correct it."),
    "ethnicity_word": _l("This ethnic group is not in the national list. Please correct it, such as 汉族."),
    "boarding_word": _l("Please write 走读 or 住校."),
    "id_sex_mismatch": _l("The certificate number says another sex. The number counts; please compare."),
    "id_birth_mismatch": _l("The certificate number says another birth date. The number counts; please compare."),
    "name_differs": _l("So far the name on file was %(name)s. Please compare it with the certificate."),
    "student_number_made": _l("Without student number; %(number)s is given. You may correct it later."),
    "undo_guardian": _l("A guardian has been added since"),
    "undo_hardship": _l("A recognition of hardship has been added since"),
    "undo_account": _l("Somebody signs in for this student since"),
    "undo_decided": _l("An insurance application has been begun or decided since"),
}
