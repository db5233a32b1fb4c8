"""What people plug in: the job after a large import, the sentences about names, certificates and phones."""

from __future__ import annotations

from app.core.feature import Feature
from app.people.jobs import SORT_NAMES
from app.people.labels import CERTIFICATES, ETHNIC_GROUPS, SEXES
from app.web.language import lazy as _l

FEATURE = Feature(
    name="people",
    jobs=(SORT_NAMES,),
    sentences={
        "number_taken": _l("%(count)s of these certificate numbers are on file already."),
        "certificate_missing": _l("Please enter the certificate number."),
        "certificate_format": _l(
            "A number of this certificate is written otherwise. Please compare it with the certificate and check that"
            " the right certificate type is chosen."
        ),
        "id_format": _l("This number has 18 characters: 17 digits, then a digit or X. Please count them."),
        "id_old_form": _l(
            "This is the 15-digit number of old ID cards. Please enter the 18-digit number of the present card."
        ),
        "id_residence_permit": _l(
            "This is the number of a residence permit for Hong Kong, Macao and Taiwan residents. Please choose that"
            " certificate type."
        ),
        "id_division": _l(
            "The first six digits belong to no place. Please compare them with the certificate, digit by digit."
        ),
        "id_date": _l(
            "Digits 7 to 14 are the birth date, and there is no such day. Please compare them with the certificate."
        ),
        "id_future": _l("Digits 7 to 14 are a birth date in the future. Please compare them with the certificate."),
        "id_check_digit": _l(
            "The last character does not fit the others, so one of them is mistyped. Please compare all of them with"
            " the certificate."
        ),
        "sex_missing": _l("This certificate does not tell the sex. Please choose it."),
        "birth_date_missing": _l("This certificate does not tell the birth date. Please enter it."),
        "birth_date_range": _l("Please enter a birth date between 1900 and today."),
        "name_missing": _l("Please enter the name as it stands on the certificate."),
        "name_short": _l("A name has at least two characters."),
        "name_long": _l("A name has at most 60 characters."),
        "name_character": _l(
            "The name holds a character that no name has, such as a digit. Letters, a middle dot, hyphen, apostrophe"
            " and spaces are possible."
        ),
        "name_private_character": _l(
            "The name holds a character that only one old system knows. Please type or paste the real character."
        ),
        "name_separator": _l("A dot or hyphen stands at an end of the name or twice in a row. Please correct it."),
        "country_unknown": _l("No country or region is called that. Type part of its name and choose one."),
        "status_number_format": _l(
            "A status number is G, J or L and 18 characters: after G the resident ID number, after L 18 digits."
        ),
        "status_number_date": _l(
            "Characters 8 to 15 are a birth date, and there is no such day yet. Please compare them, digit by digit."
        ),
        "status_number_division": _l("Characters 2 to 7 belong to no place. Please compare them, digit by digit."),
        "status_number_check_digit": _l(
            "The last character does not fit the others, so one of them is mistyped. Please compare all of them."
        ),
        "status_number_not_the_id": _l(
            "A G number is G and the student's own resident ID number. Please compare both; without an ID number the"
            " status number begins with J or L."
        ),
        "status_number_taken": _l("%(count)s of these status numbers are on file for somebody else."),
        "status_number_in_use": _l(
            "This status number is on file for somebody else. Please compare it; if it is right, ask your county"
            " administrator."
        ),
        "household_place_format": _l("A place of household registration has at most 200 characters on one line."),
        "social_card_format": _l("A social card number has at most 20 characters on one line."),
        "phone_missing": _l("Please enter a phone number."),
        "phone_format": _l(
            "Please enter a mobile number of 11 digits, or a landline with its area code such as 0791-88888888."
        ),
    },
    words={"sex": SEXES, "certificate_type": CERTIFICATES, "ethnicity": ETHNIC_GROUPS},
)
