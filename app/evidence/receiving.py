"""The evidence of a form: what was sent with it is judged and kept at once, so that no other mistake loses a photo.

An extra file, an edge: the views of all features with evidence call it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request

from app.core.errors import Refusal
from app.evidence.forms import EvidenceForm
from app.evidence.queries import Shown
from app.evidence.rules import MOST_FILES, Fit, Sent, Unfit, judged, shown_name
from app.evidence.services import stage
from app.web.acts import sentence_of
from app.web.errors import sentence
from app.web.request import actor, backstage, write
from app.web.screens import is_id

FIELD, FILES = "evidence", "evidence_files"


@dataclass
class Received:
    """The evidence of a form: all ids, those of files sent with it now, and what is wrong with files left out."""

    ids: list[int] = field(default_factory=list)
    added: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def stops(self, form: EvidenceForm) -> bool:
        """Whether something is wrong with the files: told beside them, and the form is shown again, not carried out."""
        for problem in self.problems:
            form.tell(FIELD, problem)
            form.status = 422
        return bool(self.problems)


def received() -> Received:
    """Read the evidence of the form that was sent; good files are drafts of the visitor from now on."""
    found = Received(_named())
    room = MOST_FILES - len(found.ids)
    fit: list[Fit] = []
    for sent in _sent():
        try:
            one = judged(sent)
        except Unfit as unfit:
            found.problems.append(sentence_of(unfit.code, {"name": shown_name(sent.name)}))
            continue
        if len(fit) < room:
            fit.append(one)
        else:
            found.problems.append(sentence_of("evidence_many", {"name": one.name}))
    _keep(found, fit)
    return found


def _keep(found: Received, fit: Sequence[Fit]) -> None:
    if not fit:
        return
    behind = backstage()
    try:
        found.added = write(lambda s: stage(s, actor(), fit, files=behind.files, keyring=behind.keyring))
    except Refusal as refusal:
        found.problems.append(sentence(refusal))
    found.ids += found.added


def _named() -> list[int]:
    return list(dict.fromkeys(int(text) for text in request.form.getlist(FIELD) if is_id(text)))


def _sent() -> list[Sent]:
    """The files of the request, each read once; a browser sends an empty one where none was chosen."""
    return [Sent(one.filename, one.stream.read()) for one in request.files.getlist(FILES) if one.filename]


def size_words(shown: Shown) -> str:
    """A size as people say it, the same in every language: 2.1 MB, 340 KB."""
    return f"{shown.size / (1 << 20):.1f} MB" if shown.size >= 1 << 20 else f"{max(1, shown.size // 1024)} KB"
