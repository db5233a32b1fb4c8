"""授权: which role an account holds where, changed as one difference that was shown before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.accounts.actors import actor_for
from app.accounts.models import AccountGrant, RoleDetail
from app.accounts.rules import PERSONAL, may_act, outermost_of
from app.accounts.services.locking import Held, locked, put, refuse_above, write_down
from app.accounts.workflow import AccountState
from app.changes.rules import ChangeKind
from app.codes.rules import CodeKind
from app.codes.services import issuers_of, withdraw
from app.core.clock import sql_now
from app.core.errors import Conflict, NotFound
from app.orgs.models import ClassSet, OrgNode


@dataclass(frozen=True)
class _Role:
    id: int
    code: str
    level: int


def change_grants(  # noqa: PLR0913  what the form sends
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    version: int,
    role: str,
    node_ids: Sequence[int],
    class_set_ids: Sequence[int] = (),
) -> tuple[int, int]:
    """Let an account hold a role at exactly these nodes and class sets of the actor's reach.

    Says how many grants came and how many went.

    A node below another of the list is covered by it and gets no grant of its own. Grants of the role beyond the
    actor's reach stay. The account's sessions end, so that the next click is judged anew, and an activation code whose
    issuer may not give what comes is taken back. Raises `NotFound` (account,
    role, place), `OwnAccount`, `Stale`, `HeldElsewhere`, `AboveOwnLevel`, `Conflict` (deregistered).
    """
    held = locked(session, actor, Permission.ACCOUNT_GRANT, account_id, version)
    if held.state == AccountState.DEREGISTERED:
        raise Conflict
    found = _role(session, role)
    nodes = _nodes(session, actor, found, node_ids)
    sets = _class_sets(session, actor, found, class_set_ids)
    wanted = {("node", node_id) for node_id in outermost_of(nodes)} | {("set", set_id) for set_id in sets}
    present = _present(session, actor, account_id, found)
    ending = sorted(present[place] for place in present.keys() - wanted)
    coming = sorted(wanted - present.keys())
    if not ending and not coming:
        return 0, 0
    _end(session, ending)
    _begin(session, actor, account_id, found, [(kind, id_, nodes.get(id_)) for kind, id_ in coming])
    _withdraw_outgrown(session, account_id, found, [(nodes if kind == "node" else sets)[id_] for kind, id_ in coming])
    put(session, account_id, ends_sessions=True)
    _write_down(session, actor, held, found, coming=coming, ended=[p for p in present if p not in wanted])
    return len(coming), len(ending)


def _role(session: Session, code: str) -> _Role:
    row = session.execute(
        select(RoleDetail.role_id, RoleDetail.code, RoleDetail.level).where(RoleDetail.code == code),
    ).one_or_none()
    if row is None or code in PERSONAL:  # those come with the student or the binding, never from this form
        raise NotFound(what="role")
    return _Role(row.role_id, row.code, row.level)


def _nodes(session: Session, actor: Actor, role: _Role, ids: Sequence[int]) -> dict[int, str]:
    """The open nodes of these ids with their paths, each within the actor's reach for this role."""
    stmt = select(OrgNode.id, OrgNode.path).where(OrgNode.id.in_(set(ids)), OrgNode.closed_at.is_(None))
    rows = session.execute(visible(stmt, OrgNode, actor, Permission.ACCOUNT_GRANT)).all()
    if len(rows) != len(set(ids)):
        raise NotFound(what="node")
    for row in rows:
        refuse_above(actor, Permission.ACCOUNT_GRANT, level=role.level, path=row.path, role=role.code)
    return {row.id: row.path for row in rows}


def _class_sets(session: Session, actor: Actor, role: _Role, ids: Sequence[int]) -> dict[int, str]:
    stmt = select(ClassSet.id, ClassSet.tree_path).where(ClassSet.id.in_(set(ids)), ClassSet.closed_at.is_(None))
    rows = session.execute(visible(stmt, ClassSet, actor, Permission.ACCOUNT_GRANT)).all()
    if len(rows) != len(set(ids)):
        raise NotFound(what="class_set")
    for row in rows:
        refuse_above(actor, Permission.ACCOUNT_GRANT, level=role.level, path=row.tree_path, role=role.code)
    return {row.id: row.tree_path for row in rows}


def _present(session: Session, actor: Actor, account_id: int, role: _Role) -> dict[tuple[str, int], int]:
    """The live grants of the role within the actor's places: what they stand at → the grant's id."""
    stmt = (
        select(AccountGrant.id, AccountGrant.node_id, AccountGrant.tree_path, AccountGrant.class_set_id)
        .where(
            AccountGrant.account_id == account_id,
            AccountGrant.role_id == role.id,
            AccountGrant.person_id.is_(None),
            AccountGrant.ended_at.is_(None),
        )
        .with_for_update()
    )
    rows = session.execute(visible(stmt, AccountGrant, actor, Permission.ACCOUNT_GRANT))
    # `locked` has refused an account that holds anything beyond the actor's reach, so all of these may be ended
    return {("node", r.node_id) if r.node_id else ("set", r.class_set_id): r.id for r in rows}


def _end(session: Session, grant_ids: Sequence[int]) -> None:
    if grant_ids:
        stmt = update(AccountGrant).where(AccountGrant.id.in_(grant_ids)).values(ended_at=sql_now())
        session.execute(everything(stmt, because="grants of an account that was locked within the actor's scope"))


def _begin(
    session: Session,
    actor: Actor,
    account_id: int,
    role: _Role,
    places: Sequence[tuple[str, int, str | None]],
) -> None:
    rows = [
        {
            "account_id": account_id,
            "role_id": role.id,
            "node_id": id_ if kind == "node" else None,
            "tree_path": path if kind == "node" else None,
            "class_set_id": id_ if kind == "set" else None,
        }
        for kind, id_, path in places
    ]
    if rows:
        session.execute(entering(insert(AccountGrant), AccountGrant, actor, Permission.ACCOUNT_GRANT), rows)


def _withdraw_outgrown(session: Session, account_id: int, role: _Role, paths: Sequence[str]) -> None:
    """Take an activation code back when its issuer, who has seen it, may not give what comes now: it opens that too."""
    issuer_id = issuers_of(session, CodeKind.ACTIVATION, [account_id]).get(account_id)
    if not issuer_id:
        return
    try:
        issuer = actor_for(session, issuer_id)
    except NotFound:
        issuer = Actor(issuer_id, "")  # disabled or gone: may give nothing
    if not all(may_act(issuer, Permission.ACCOUNT_GRANT, level=role.level, path=path) for path in paths):
        withdraw(session, CodeKind.ACTIVATION, [account_id])


def _write_down(
    session: Session,
    actor: Actor,
    held: Held,
    role: _Role,
    *,
    coming: Sequence[tuple[str, int]],
    ended: Sequence[tuple[str, int]],
) -> None:
    kind = ChangeKind.GRANTED if coming else ChangeKind.GRANT_ENDED
    before = {"role": role.code, "places": [f"{kind}:{id_}" for kind, id_ in sorted(ended)]} if ended else None
    after = {"role": role.code, "places": [f"{kind}:{id_}" for kind, id_ in coming]} if coming else None
    write_down(session, actor, "account:grant", kind, held, before=before, after=after)
