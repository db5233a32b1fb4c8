"""What is said about files, cells and imports, by code. An extra file: screens and the command line both say it."""

from __future__ import annotations

from typing import Any

from app.web.language import lazy as _l

FILES: dict[str, Any] = {
    "unreadable": _l("The file cannot be read. Please save it again as .xlsx and upload it."),
    "wrong_type": _l(
        "This is no .xlsx, .xls or .csv file, whatever its name says. Please open it in Excel or WPS and save it anew."
    ),
    "empty": _l("The file is empty. Please choose the file that holds the list."),
    "encrypted": _l("The file is protected by a password. Please remove the password in Excel, save and upload again."),
    "truncated": _l("The file is damaged or was cut off. Please open it in Excel, save it again and upload it."),
    "too_large": _l("The file is too large. Please split it or remove pictures."),
    "zip_bomb": _l(
        "The file unpacks to far more than it holds. It was not read. Please save the list as a new workbook."
    ),
    "entity": _l(
        "The file holds declarations no workbook of Excel has. It was not read. Please save it anew in Excel."
    ),
    "too_many_rows": _l("The file has too many rows. Please split it and upload the parts."),
    "too_many_columns": _l("The file has too many columns. Please remove the columns that are not needed."),
    "too_many_cells": _l("The file has too many cells. Please remove the sheets and columns that are not needed."),
    "too_many_sheets": _l("The file has too many sheets. Please split it and upload the parts."),
    "encoding": _l("The text of the .csv file cannot be read. Please save it as .xlsx, or as CSV UTF-8."),
    "open_quote": _l(
        "A quotation mark that is opened in line %(row)s of the .csv file is never closed. Please take it away, or save"
        " the list as .xlsx."
    ),
    "too_slow": _l("Reading the file took too long. Please split it and upload the parts."),
    "no_header": _l(
        "No headings were recognised. Looked for: %(looked_for)s. Write them above the list, or use the template."
    ),
    "no_rows": _l("There are headings, but no rows below them. Please choose the file that holds the list."),
    "missing_column": _l("The column is missing. Please add it or say which column it is."),
}
CELLS: dict[str, Any] = {
    "cell_error_cell": _l("The cell shows an error of Excel. Please correct the formula or type the value."),
    "cell_not_text": _l("This is no text. Please type it as text."),
    "cell_not_whole": _l("The number is not a whole one. Please correct it."),
    "cell_too_long": _l("The text is too long. Please shorten it."),
    "cell_yes_no": _l("Please write 是 or 否."),
    "cell_choice": _l("This is none of the allowed words. Please choose one of: %(choices)s."),
    "cell_amount": _l("This is no amount of money. Please write it in figures, such as 380 or 380.00."),
    "cell_negative": _l("An amount of money is never negative. Please correct it."),
    "cell_other": _l("The cell cannot be understood. Please correct it."),
    "id_precision_lost": _l(
        "Excel has rounded this number, so its last digits are lost. Set the column to text and type the number again."
    ),
    "duplicate_in_file": _l("The same is in row %(rows)s of this file. Please keep one of them."),
    "phone": _l("This is no phone number. A mobile has 11 digits, a landline its area code: 0791-12345678."),
    "date": _l("This day cannot be understood. Please write it as 2015-09-01."),
    "certificate_type": _l("This kind of certificate is not known. Please choose one from the template's list."),
}
ACTS: dict[str, Any] = {
    "import_bad_rows": _l("%(count)s rows are wrong. Correct them, or import only the good rows."),
    "import_nothing_to_apply": _l("There is nothing to import: no row is new and none changes anything."),
    "import_roll_changed": _l(
        "%(count)s records have changed since the file was checked. Nothing was written. Please check the file again."
    ),
    "import_undo_blocked": _l("%(count)s records were changed since. The import cannot be undone; the list says why."),
    "import_still_working": _l("The file is being worked on. Please wait until that has ended."),
    "import_rows_gone": _l("The rows of this import are no longer kept."),
    "import_place_unknown": _l("No place of yours has this code. Type a part of its name and choose one."),
    "import_received": _l("The file has been received and is being read."),
    "import_confirmed": _l("The import has begun."),
    "import_undo_begun": _l("The import is being undone."),
    "import_errors_begun": _l("The error workbook is being made. You may leave this page."),
    "import_cancelled": _l("The import has been cancelled. Nothing was written."),
    "import_explained": _l("The file is being read again."),
    "undo_gone": _l("No longer on file"),
    "undo_left": _l("Has left the school since"),
    "undo_moved": _l("Has been transferred to another class since"),
    "undo_class_closed": _l("The class of before has been closed since"),
    "undo_edited": _l("Has been edited since"),
}
SENTENCES: dict[str, Any] = {**FILES, **CELLS, **ACTS}
