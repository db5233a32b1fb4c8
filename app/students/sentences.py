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
    "import_hardship_place": _l("School"),
    "import_hardship_new": _l("%(count)s recognitions are added."),
    "import_hardship_changed": _l("%(count)s recognitions are changed as the list shows."),
    "import_hardship_undo": _l(
        "%(new)s recognitions that were added are taken away again, and %(changed)s get their former values back."
    ),
    "import_hardship_explain": _l("Say which hardship category is meant. It is remembered for this school."),
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
    "word_left_out": _l(
        "%(text)s is none of the words this column knows; it is left out. Please choose one of the template's list."
    ),
    "further_on_file": _l("The person is on file from an earlier school; this is left out. Correct it on the page."),
    "hardship_without_category": _l("In hardship, but the category is not said; nothing is recognised by this row."),
    "guardian_without_name": _l("Without the guardian's name; it is left out."),
    "guardian_twice": _l("The student has a guardian of this name already. Please correct that one instead."),
    "guardian_number_twice": _l(
        "Another guardian of the student has this certificate number. Please check whose it is."
    ),
    "guardian_number_needed": _l(
        "The student has no certificate number, so the guardian's is needed. Please fill in type and number."
    ),
    "category_missing": _l("No hardship category. Please fill it in, such as 低保."),
    "category_unknown": _l(
        "%(text)s is none of the known hardship categories. Please choose one of the template's list, or say on the"
        " import's page which one is meant."
    ),
    "category_several": _l("%(text)s are several categories. Please write one row for each."),
    "level_unknown": _l("%(text)s is no hardship level. Please write 特别困难, 困难 or 一般困难."),
    "hardship_level_missing": _l("A new recognition needs its level. Please write 特别困难, 困难 or 一般困难."),
    "hardship_since_missing": _l(
        "When the recognition begins is not said. Please fill in the day it begins, or the academic year."
    ),
    "academic_year_shape": _l("%(text)s is no academic year. Please write it as 2026-2027, or give the days."),
    "period_upside_down": _l("The last day lies before the first. Please compare them with the notice."),
    "hardship_met": _l(
        "The student is recognised in this category for %(period)s already, which shares days with this row. Please"
        " give the days that follow it, or correct that recognition on the student's page."
    ),
    "student_unknown": _l(
        "No student of your places in this school has this number. Please compare it with the student list."
    ),
    "no_number": _l("Neither certificate number nor student number. Please fill in one of them."),
    "numbers_of_two": _l("Certificate number and student number belong to two different students. Please compare."),
    "name_does_not_fit": _l("On file the name of this number is %(name)s. Please compare number and name."),
    "undo_guardian": _l("A guardian has been added since"),
    "undo_hardship": _l("A recognition of hardship has been added since"),
    "undo_account": _l("Somebody signs in for this student since"),
    "undo_decided": _l("An insurance application has been begun or decided since"),
}
