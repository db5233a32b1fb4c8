"""What evidence plugs in: its addresses, and the words for files that cannot be taken."""

from __future__ import annotations

from app.core.feature import Feature
from app.evidence.views import EvidenceView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="evidence",
    screens=(EvidenceView,),
    sentences={
        "evidence_empty": _l("%(name)s is empty. Please choose the file again."),
        "evidence_large": _l(
            "%(name)s is larger than 10 MB. Take the photo in a smaller size, or send a screenshot of it."
        ),
        "evidence_apple": _l(
            "%(name)s is a HEIC photo, which many computers cannot show. On the iPhone choose Settings, Camera,"
            " Formats, Most Compatible and take it again, or send a screenshot of it."
        ),
        "evidence_kind": _l(
            "%(name)s is neither a JPEG or PNG picture nor a PDF. Please take a photo or a screenshot."
        ),
        "evidence_damaged": _l("%(name)s is damaged or not complete. Please take or save it again."),
        "evidence_pixels": _l(
            "%(name)s has more than 40 million pixels. Please take the photo in a smaller size, or send a screenshot."
        ),
        "evidence_locked": _l("%(name)s is locked with a password. Please save the PDF without one."),
        "evidence_active": _l("%(name)s holds scripts or other files. Please print it to a new PDF and send that."),
        "evidence_many": _l("%(name)s was left out: at most 3 files can be attached."),
        "evidence_many_ticked": _l("At most 3 files can be attached. Please untick those you do not need."),
        "evidence_gone": _l(
            "A file that was ticked is no longer kept: what is not sent within a day is erased. Please choose it again."
        ),
        "evidence_too_much": _l("You have sent very many files today. Please go on tomorrow, or tell your school."),
    },
)
