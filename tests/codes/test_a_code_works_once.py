"""A code works once, for one subject, until its time is over or a newer one replaces it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.scope import everything
from app.codes.models import Code
from app.codes.rules import (
    CodeExpired,
    CodeJustIssued,
    CodeKind,
    CodeReplaced,
    CodeUsed,
    CodeWrong,
    Issued,
    Redeemed,
    Subject,
)
from app.codes.services import issue, look, redeem, reprint, withdraw
from app.core.clock import now
from app.core.db import Database, Session
from app.orgs.models import OrgNode
from tests.at_once import at_once, committed
from tests.conftest import CountStatements, StandAt
from tests.make.places import A
from tests.world import KEYRING

Node = Callable[[str], OrgNode]
KIND = CodeKind.ACTIVATION


def subject(node: Node, number: int = 7) -> Subject:
    place = node(A)
    return Subject(number, place.id, place.path)


def given_out(session: Session, *subjects: Subject, kind: CodeKind = KIND) -> list[Issued]:
    return issue(session, SYSTEM, Permission.CODE_ISSUE, kind, subjects, keyring=KEYRING)


def test_a_code_leads_to_its_subject(session: Session, node: Node) -> None:
    wanted = subject(node)
    code = given_out(session, wanted)[0]
    found = redeem(session, KIND, code.text.lower(), keyring=KEYRING, by=3)
    assert found == Redeemed(7, wanted.node_id, wanted.tree_path)


def test_a_used_code_says_so(session: Session, node: Node) -> None:
    code = given_out(session, subject(node))[0]
    redeem(session, KIND, code.text, keyring=KEYRING)
    with pytest.raises(CodeUsed):
        redeem(session, KIND, code.text, keyring=KEYRING)
    with pytest.raises(CodeUsed):
        look(session, KIND, code.text, keyring=KEYRING)


def test_looking_at_a_code_does_not_use_it_up(session: Session, node: Node) -> None:
    code = given_out(session, subject(node))[0]
    assert look(session, KIND, code.text, keyring=KEYRING).subject_id == 7
    assert redeem(session, KIND, code.text, keyring=KEYRING).subject_id == 7


def test_a_newer_code_replaces_the_older(session: Session, node: Node) -> None:
    older = given_out(session, subject(node))[0]
    newer = given_out(session, subject(node))[0]
    with pytest.raises(CodeReplaced):
        redeem(session, KIND, older.text, keyring=KEYRING)
    assert redeem(session, KIND, newer.text, keyring=KEYRING).subject_id == 7


def test_a_code_taken_back_is_answered_as_replaced(session: Session, node: Node) -> None:
    code = given_out(session, subject(node))[0]
    assert withdraw(session, KIND, [7]) == 1
    with pytest.raises(CodeReplaced):
        redeem(session, KIND, code.text, keyring=KEYRING)


@pytest.mark.parametrize(("kind", "life"), [(KIND, timedelta(days=7)), (CodeKind.BINDING, timedelta(hours=24))])
def test_a_code_expires_at_its_instant(
    database: Database, session: Session, node: Node, at: StandAt, kind: CodeKind, life: timedelta
) -> None:
    start = now(session)
    at(start)
    code = given_out(session, subject(node), kind=kind)[0]
    session.commit()
    at(start + life - timedelta(seconds=1))
    assert database.transaction(lambda opened: look(opened, kind, code.text, keyring=KEYRING)).subject_id == 7
    at(start + life)
    with pytest.raises(CodeExpired):
        database.transaction(lambda opened: redeem(opened, kind, code.text, keyring=KEYRING))


@pytest.mark.parametrize("typed", ["ABCD-EFGH-JKMN", "", "not a code", "x" * 500])
def test_what_is_no_code_is_wrong(session: Session, typed: str) -> None:
    with pytest.raises(CodeWrong):
        redeem(session, KIND, typed, keyring=KEYRING)


def test_a_code_of_one_kind_opens_nothing_of_another(session: Session, node: Node) -> None:
    code = given_out(session, subject(node), kind=CodeKind.UPLOAD)[0]
    with pytest.raises(CodeWrong):
        redeem(session, KIND, code.text, keyring=KEYRING)


def test_nothing_readable_is_stored_of_a_code_that_is_shown_once(session: Session, node: Node) -> None:
    code = given_out(session, subject(node))[0]
    row = session.scalars(everything(select(Code), because="a test looks at everything")).one()
    assert row.sealed is None
    assert code.text.replace("-", "").encode() not in row.digest


@pytest.mark.parametrize("kind", [CodeKind.REGISTRATION, CodeKind.UPLOAD])
def test_a_reprint_shows_the_same_code(session: Session, node: Node, kind: CodeKind) -> None:
    issued = given_out(session, subject(node, 1), subject(node, 2), kind=kind)
    assert reprint(session, kind, [2, 1], keyring=KEYRING) == issued


def test_a_thousand_codes_are_two_statements(session: Session, node: Node, statements: CountStatements) -> None:
    subjects = [subject(node, number) for number in range(1000)]
    with statements() as sent:
        issued = given_out(session, *subjects)
    assert len({code.text for code in issued}) == 1000
    assert [code.subject_id for code in issued] == list(range(1000))
    assert len([words for words in sent if "code" in words]) <= 3


@pytest.mark.committed
def test_of_sixty_four_who_redeem_at_once_exactly_one_wins(database: Database, node: Node) -> None:
    code = database.transaction(lambda opened: given_out(opened, subject(node))[0])
    outcomes = at_once(
        *(
            committed(database, lambda opened: redeem(opened, KIND, code.text, keyring=KEYRING).subject_id)
            for _ in range(64)
        ),
    )
    assert [outcome for outcome in outcomes if outcome == 7] == [7]
    assert all(isinstance(outcome, CodeUsed) for outcome in outcomes if outcome != 7)


@pytest.mark.committed
def test_two_who_issue_at_once_leave_one_live_code(database: Database, node: Node) -> None:
    wanted = subject(node)
    outcomes = at_once(*(committed(database, lambda opened: given_out(opened, wanted)[0]) for _ in range(2)))
    issued = [outcome for outcome in outcomes if isinstance(outcome, Issued)]
    assert issued
    assert all(isinstance(outcome, (Issued, CodeJustIssued)) for outcome in outcomes)
    live = select(Code.id).where(Code.state == "issued")
    with database.sessions() as opened:
        assert len(opened.scalars(everything(live, because="a test looks at everything")).all()) == 1
