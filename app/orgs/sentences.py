"""What is said about the rows of a tree list, by code. An extra file: screens and the command line both say it."""

from __future__ import annotations

from typing import Any

from app.web.language import lazy as _l

IMPORTING: dict[str, Any] = {
    "import_tree_place": _l("Below which place"),
    "import_tree_new": _l("%(count)s rows add places, with those on the way to them that are not there yet."),
    "import_tree_changed": _l("%(count)s places get another name; codes and class numbers stay."),
    "import_tree_undo": _l(
        "The places that %(new)s rows added are taken away again, and %(changed)s get their former names back."
    ),
    "import_tree_explain": _l("Say which place above is meant. It is remembered for this place."),
    "tree_name_missing": _l("No name. Please fill in the name, or the columns from the school down to the class."),
    "tree_name_length": _l("A name has 1 to 100 characters. Please correct it."),
    "tree_kind_missing": _l("No kind. Please say what it is, such as 学校, 学院, 年级 or 班级."),
    "tree_kind_unknown": _l("%(text)s is no kind of place. Please choose one from the template's list, such as 年级."),
    "tree_stage_unknown": _l("%(text)s is no stage of education. Please choose one from the template's list."),
    "tree_stage_here": _l("Only a school or a part of it has a stage of education. Please leave it empty here."),
    "tree_stage_none": _l("No stage of education is known for this grade, so plans will not ask its students."),
    "tree_stage_differs": _l("Another stage of education is on file; it stays as it is."),
    "tree_year": _l(
        "The year of entry does not follow from %(text)s. Please write it as 2026级 or 七年级, or fill in the year."
    ),
    "tree_year_here": _l("Only grades and what lies in them have a year of entry. Please leave it empty here."),
    "tree_parent_unknown": _l(
        "No place above is called %(text)s, in the file or in the tree. Correct it, or say on the import's page what is"
        " meant."
    ),
    "tree_parent_ambiguous": _l(
        "Several places are called %(text)s. Please write its code, or the place above it as well: 画眉中学 / 2026级."
    ),
    "tree_parent_bad": _l("The place above, in row %(row)s, is wrong. Please correct that row first."),
    "tree_ambiguous": _l("Several places there are called %(text)s. Please write the code."),
    "tree_outside": _l("%(text)s lies outside: this list is for %(name)s. Please import it at the right place."),
    "tree_elsewhere": _l("The place of this code stands below %(name)s. Move it in the tree, or correct the row."),
    "tree_own_place": _l("The name of the own place is changed by the level above. Please ask there."),
    "tree_code_differs": _l("On file under the code %(code)s. Codes never change; this one is not taken over."),
    "tree_code_twice": _l("The code %(code)s is given to another place in this file. Please correct one of them."),
    "tree_code_length": _l("A code has 2 to 40 characters. Please correct it."),
    "tree_code_here": _l("Only a school has a school identifier. Please leave it empty here, or name the school."),
    "tree_number_here": _l("Only classes have a class number. Please leave it empty here."),
    "tree_number_shape": _l("A class number has 1 to 20 letters, digits or hyphens."),
    "tree_number_differs": _l("On file with the class number %(number)s, which never changes."),
    "tree_number_twice": _l("The class number %(number)s is given twice in this school. Please correct one of them."),
    "undo_children": _l("Another place stands below it since"),
    "undo_students": _l("Students stand or stood there"),
    "undo_accounts": _l("Somebody's account is at home there"),
    "undo_grants": _l("Somebody holds or held a role there"),
    "undo_plan": _l("An insurance plan counts it"),
    "undo_departments": _l("A department or class set belongs to it"),
    "undo_codes": _l("A code was issued for it"),
    "undo_imports": _l("A list was imported there"),
    "undo_used": _l("Something else refers to it"),
}
